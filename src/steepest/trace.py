"""The record of a descent: the waist of the house.

Everything that trains writes a `Trace`; everything that explains, stores or draws reads
one. It is columnar: one array a quantity, one row a recorded step. Row k holds where the
parameters were *before* the update of that step, the loss and the gradient there, and the
learning rate of the step that left from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from steepest.errors import InputError

__all__ = ["Array", "Fact", "Reason", "Stop", "Trace"]

Array = NDArray[np.float64]
Reason = Literal["converged", "budget", "non_finite", "interrupted", "unbounded"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known about a descent, and how it is known.

    `value` is a number, a sentence, or an array of numbers (a Hessian, a minimum).
    `how` is a short phrase: "exact, from the singular values of the data", "measured by
    secants along the path", ...
    """

    value: float | str | Array
    how: str

    @property
    def number(self) -> float:
        """The value as a float; raises TypeError for a sentence or an array."""
        if isinstance(self.value, (str, np.ndarray)):
            raise TypeError(f"this fact is not a number: {self.value!r}")
        return float(self.value)

    @property
    def array(self) -> Array:
        """The value as a float64 array of any shape; raises TypeError for a sentence."""
        if isinstance(self.value, str):
            raise TypeError(f"this fact is not an array: {self.value!r}")
        return np.asarray(self.value, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a descent ended.

    reason:
        `converged` within the tolerance; `budget`: the steps asked for are done;
        `non_finite`: the loss or the parameters overflowed or became NaN; `interrupted`
        by the user; `unbounded`: proven to have no minimum (separable classes), so that
        going on would never end.
    because:
        The same in a sentence with its numbers.
    bound:
        An upper bound on the distance of the last parameters to the minimum, relative to
        the norm of the minimum, where it can be known; else None.
    """

    reason: Reason
    because: str
    bound: float | None = None


def _no_measures() -> Mapping[str, Array]:
    return MappingProxyType({})


def _no_facts() -> Mapping[str, Fact]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trace:
    """The record of one descent: k recorded steps of p parameters.

    step:           (k,) int64, rising; consecutive unless the record is thinned
    loss:           (k,) the cost J at `params`, of the whole training set or of the batch
    learning_rate:  (k,) the size of the step that left from that row
    rule:           name of the update rule ("gradient_descent", ...), or "unknown"
    names:          p names of the parameters
    stop:           why it ended
    loss_of:        "full" or "batch": what `loss` and `gradient` were computed on; "unknown"
                    in a log that does not say
    params:         (k, p), or None where they were not recorded
    gradient:       (k, p) at `params`, as the loop claimed it, or None
    coordinates:    (p,) int64: which ones, where a huge model is recorded on a fixed
                    sample of its parameters; None: all
    measures:       anything else, name -> (k,): val_loss, gradient_norm, seconds, ...;
                    NaN where it was not measured
    facts:          name -> Fact: sharpness, condition_number, minimum_loss, ...

    Raises InputError when the shapes do not fit each other.

    >>> import numpy as np
    >>> trace = Trace(
    ...     step=np.arange(2), loss=np.array([100.0, 64.0]),
    ...     learning_rate=np.array([0.1, 0.1]), rule="gradient_descent", names=("w",),
    ...     stop=Stop("budget", "1 step was asked for"),
    ...     params=np.array([[10.0], [8.0]]), gradient=np.array([[20.0], [16.0]]),
    ... )
    >>> len(trace), float(trace.params[-1, 0])
    (2, 8.0)
    """

    step: NDArray[np.int64]
    loss: Array
    learning_rate: Array
    rule: str
    names: tuple[str, ...]
    stop: Stop
    loss_of: Literal["full", "batch", "unknown"] = "full"
    params: Array | None = None
    gradient: Array | None = None
    coordinates: NDArray[np.int64] | None = None
    measures: Mapping[str, Array] = field(default_factory=_no_measures)
    facts: Mapping[str, Fact] = field(default_factory=_no_facts)

    def __post_init__(self) -> None:
        rows = len(self.step)
        if rows == 0:
            raise InputError("a trace needs at least one recorded step; it has none")
        if rows > 1 and bool(np.any(np.diff(self.step) <= 0)):
            raise InputError("the steps of a trace must rise from row to row")
        columns: dict[str, Any] = {
            "loss": self.loss,
            "learning_rate": self.learning_rate,
            **self.measures,
        }
        for name, column in columns.items():
            if np.shape(column) != (rows,):
                raise InputError(f"{name} has shape {np.shape(column)}; expected ({rows},)")
        for name, table in (("params", self.params), ("gradient", self.gradient)):
            if table is not None and table.shape != (rows, len(self.names)):
                raise InputError(
                    f"{name} has shape {table.shape}; expected ({rows}, {len(self.names)})"
                )

    def __len__(self) -> int:
        return len(self.step)

    def __repr__(self) -> str:
        kept = f"{int(self.step[-1]):,} steps of {self.rule}, {len(self):,} rows"
        losses = f"loss {self.loss[0]:.6g} to {self.loss[-1]:.6g}"
        return f"<Trace: {kept}, {len(self.names):,} parameters, {losses}, {self.stop.reason}>"

    @property
    def consecutive(self) -> bool:
        """True when no step between the first and the last is missing from the record."""
        return int(self.step[-1] - self.step[0]) == len(self.step) - 1

    @property
    def last_params(self) -> Array:
        """The parameters (p,) of the last row; InputError where none were recorded."""
        if self.params is None:
            raise InputError("this trace holds no parameters; record them, then ask again")
        return self.params[-1]

    @property
    def last_loss(self) -> float:
        """J of all rows at the last row; of mini-batches, whose own loss is not that, the
        measure `full_loss`, and NaN where that was not measured."""
        if self.loss_of == "full":
            return float(self.loss[-1])
        full = self.measures.get("full_loss")
        return float("nan") if full is None else float(full[-1])

    def number(self, name: str) -> float | None:
        """The fact `name` as a float, or None where it is not known."""
        fact = self.facts.get(name)
        return None if fact is None else fact.number

    def to_frame(self) -> Any:
        """The record as a polars DataFrame: step, loss, learning_rate, w_i, g_i, measures."""
        import polars as pl

        columns: dict[str, Any] = {"step": self.step, "loss": self.loss}
        columns["learning_rate"] = self.learning_rate
        for letter, table in (("w", self.params), ("g", self.gradient)):
            if table is not None:
                columns |= {f"{letter}_{i}": table[:, i] for i in range(table.shape[1])}
        return pl.DataFrame(columns | dict(self.measures))
