"""What a training loop wrote down, and how a log rounds and thins it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Log", "in_decimals", "in_digits", "kept"]

Array = NDArray[Any]


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """What a training loop wrote down, one row a step.

    step: (k,) rising; loss: (k,); params, gradient: (k, p) before the update of the row, and
    as the loop used it there; columns: val_loss, learning_rate, grad_norm, each (k,).
    """

    step: Array
    loss: Array
    params: Array | None = None
    gradient: Array | None = None
    columns: Mapping[str, Array] = field(default_factory=_nothing)

    def __len__(self) -> int:
        return len(self.step)

    def without(self, *names: str) -> Log:
        """The same without these columns."""
        left = {name: column for name, column in self.columns.items() if name not in names}
        return replace(self, columns=left)

    def table(self) -> dict[str, Array]:
        """Header -> column, in the order of the file."""
        found = {"step": self.step, "loss": self.loss, **self.columns}
        for letter, rows in (("w", self.params), ("g", self.gradient)):
            if rows is not None:
                found |= {f"{letter}_{i}": rows[:, i] for i in range(rows.shape[1])}
        return found


def _each(log: Log, change: Any) -> Log:
    """`change` done to every column but the step."""
    return Log(
        step=log.step,
        loss=change(log.loss),
        params=None if log.params is None else change(log.params),
        gradient=None if log.gradient is None else change(log.gradient),
        columns={name: change(column) for name, column in log.columns.items()},
    )


def in_digits(log: Log, digits: int) -> Log:
    """As printed with so many significant digits (%.{digits}g)."""

    def rounded(values: Array) -> Array:
        with np.errstate(all="ignore"):
            size = np.floor(np.log10(np.abs(values)))
            unit = 10.0 ** (digits - 1 - size)
            return np.where(np.isfinite(unit), np.round(values * unit) / unit, values)

    return _each(log, rounded)


def in_decimals(log: Log, decimals: int) -> Log:
    """The losses as printed with so many decimals (%.{decimals}f); the rest as it is."""
    columns = {
        name: np.round(column, decimals) if name == "val_loss" else column
        for name, column in log.columns.items()
    }
    return replace(log, loss=np.round(log.loss, decimals), columns=columns)


def kept(log: Log, rows: Array) -> Log:
    """Only these rows: a thinned log."""
    return replace(_each(log, lambda values: values[rows]), step=log.step[rows])
