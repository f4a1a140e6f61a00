"""A log whose fault is known: what a run wrote down, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from truth import Truth

__all__ = ["HEALTHY", "Array", "Kind", "Labelled", "Log", "in_decimals", "in_digits", "kept"]

Array = NDArray[Any]
Kind = Literal["full", "losses"]
HEALTHY = ("converged", "unfinished")


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


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A log and the truth about it.

    label:   the code of what is wrong, or "converged", "unfinished"
    note:    how it was made, in a sentence, with its numbers
    accept:  the verdicts that are right; where it is more than one, the note says why
    context: what its owner would tell: classes, batch, optimizer, epochs
    truth:   what a remedy can be tried on; for full records of a cost that is known
    """

    label: str
    log: Log
    note: str
    accept: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=_nothing)
    truth: Truth | None = None

    @property
    def kind(self) -> Kind:
        """Whether it holds parameters and gradients, or losses alone."""
        return "losses" if self.log.params is None else "full"

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong: a warning would be a false alarm."""
        return self.label in HEALTHY

    @property
    def right(self) -> tuple[str, ...]:
        """The verdicts that count as right."""
        return self.accept or (self.label,)


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
