"""The steps of a watched loop that were looked at closely: norms, shares and angles, by layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array, Trace

__all__ = ["Columns", "Looks", "looks_of", "moves"]

MOVES = 1e-4
DEAD = 1e-3
FEW = 8


class Columns(Mapping[str, Array]):
    """Measures of layers at some rows, each read at most once, and only when it is asked for."""

    def __init__(
        self, trace: Trace, measure: str, names: list[str], row: NDArray[np.int64]
    ) -> None:
        self._trace, self._measure, self._row = trace, measure, row
        self._names = dict.fromkeys(names)
        self._read: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        """(n,) of one layer; NaN where nobody measured it."""
        found = self._read.get(name)
        if found is None:
            if name not in self._names:
                raise KeyError(name)
            found = self._read[name] = self.at(name, self._row)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def at(self, name: str, row: NDArray[np.int64]) -> Array:
        """(m,) of one layer at other rows of the trace."""
        column = self._trace.measures.get(f"{self._measure}/{name}")
        return np.full(len(row), math.nan) if column is None else column[row]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """n rows of a trace at which the gradient was looked at, in order.

    row:       (n,) which rows
    gradient:  (n,) norm of the gradient; infinite or NaN where it overflowed is left out
    weight:    (n,) norm of the parameters
    share:     (n,) norm of the update by the norm of the parameters; NaN where the next step was
               not looked at, and everywhere where the parameters began at zero: then it is
               large by nature
    cosine:    (n,) of this gradient and the next one; NaN as above
    gradients: layer -> (n,), in the order of the model; read when asked for, as are the weights
    weights:   layer -> (n,)
    """

    row: NDArray[np.int64]
    gradient: Array
    weight: Array
    share: Array
    cosine: Array
    gradients: Columns
    weights: Columns

    def __len__(self) -> int:
        return len(self.row)

    @property
    def died(self) -> bool:
        """Whether in some layer the gradient has died: late ones are below a thousandth of the
        largest; of eight looks and more."""
        if len(self) < FEW:
            return False
        pairs = [(float(np.max(g)), float(np.median(g[-5:]))) for g in self.gradients.values()]
        return any(late <= DEAD * most for most, late in pairs if most > 0)

    @property
    def turning(self) -> tuple[float, float]:
        """The mean cosine of successive gradients, and by how many standard errors it differs
        from zero; zeros where there are fewer than eight."""
        known = self.cosine[np.isfinite(self.cosine)]
        if len(known) < FEW:
            return 0.0, 0.0
        mean, spread = float(known.mean()), float(known.std(ddof=1))
        return mean, mean / max(spread / math.sqrt(len(known)), 1e-12)


def looks_of(trace: Trace) -> Looks | None:
    """The looks at a watched loop; None where nobody looked at the gradients of layers."""
    names = _layers(trace)
    gradient = trace.measures.get("gradient_norm")
    if gradient is None or not names:
        return None
    row = np.flatnonzero(np.isfinite(gradient))
    nothing = np.full(len(row), math.nan)

    def at_looks(name: str) -> Array:
        column = trace.measures.get(name)
        return nothing if column is None else column[row]

    weight = at_looks("weight_norm")
    share = at_looks("update_to_weight")
    if len(row) and not weight[0] > 0:
        share = nothing
    return Looks(
        row,
        gradient[row],
        weight,
        share,
        at_looks("gradient_cosine"),
        Columns(trace, "gradient_norm", names, row),
        Columns(trace, "weight_norm", names, row),
    )


def moves(trace: Trace) -> bool:
    """Whether the steps of a watched loop are seen to move the parameters, by more than a
    ten-thousandth of their size."""
    share = trace.measures.get("update_to_weight")
    known = np.empty(0) if share is None else share[np.isfinite(share)]
    return len(known) >= 1 and float(np.median(known)) > MOVES


def _layers(trace: Trace) -> list[str]:
    """In the order of the model where that is known."""
    head = "gradient_norm/"
    named = [name[len(head) :] for name in trace.measures if name.startswith(head)]
    fact = trace.facts.get("layers")
    if fact is None:
        return named
    order = {name: at for at, name in enumerate(str(fact.value).split(", "))}
    return sorted(named, key=lambda name: order.get(name, len(order)))
