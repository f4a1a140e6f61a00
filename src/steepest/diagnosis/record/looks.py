"""The steps of a watched loop that were looked at closely: norms, shares and angles, by layer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array, Trace

__all__ = ["Looks", "looks_of"]

MOVES = 1e-4
DEAD = 1e-3


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
    gradients: layer -> (n,), in the order of the model
    weights:   layer -> (n,)
    """

    row: NDArray[np.int64]
    gradient: Array
    weight: Array
    share: Array
    cosine: Array
    gradients: Mapping[str, Array]
    weights: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.row)

    @property
    def moves(self) -> bool:
        """Whether the steps move the parameters, by more than a ten-thousandth of their size."""
        known = self.share[np.isfinite(self.share)]
        return len(known) >= 1 and float(np.median(known)) > MOVES

    @property
    def alive(self) -> bool:
        """Whether in no layer the gradient has died: late ones are not below a thousandth of
        the largest; of eight looks and more."""
        if len(self) < 8:
            return False
        pairs = [(float(np.max(g)), float(np.median(g[-5:]))) for g in self.gradients.values()]
        return all(late > DEAD * most for most, late in pairs if most > 0)

    @property
    def turning(self) -> tuple[float, float]:
        """The mean cosine of successive gradients, and by how many standard errors it differs
        from zero; zeros where there are fewer than eight."""
        known = self.cosine[np.isfinite(self.cosine)]
        if len(known) < 8:
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
    nothing = np.full(len(trace), math.nan)

    def at_looks(name: str) -> Array:
        return trace.measures.get(name, nothing)[row]

    weight = at_looks("weight_norm")
    share = at_looks("update_to_weight")
    if len(row) and not weight[0] > 0:
        share = np.full(len(row), math.nan)
    return Looks(
        row,
        gradient[row],
        weight,
        share,
        at_looks("gradient_cosine"),
        {name: at_looks(f"gradient_norm/{name}") for name in names},
        {name: at_looks(f"weight_norm/{name}") for name in names},
    )


def _layers(trace: Trace) -> list[str]:
    """In the order of the model where that is known."""
    head = "gradient_norm/"
    named = [name[len(head) :] for name in trace.measures if name.startswith(head)]
    fact = trace.facts.get("layers")
    if fact is None:
        return named
    order = {name: at for at, name in enumerate(str(fact.value).split(", "))}
    return sorted(named, key=lambda name: order.get(name, len(order)))
