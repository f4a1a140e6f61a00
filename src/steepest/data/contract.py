"""The data contract: what a table holds, and what of it enters the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Column", "Contract", "Kind", "Remark", "Role", "loss_for"]

Kind = Literal["number", "truth", "text", "other"]
Role = Literal["target", "feature", "left_out"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it came.

    name:      as in the table
    dtype:     the table's own type: "Float64", "Int64", "String", ...
    kind:      "number", "truth" (boolean), "text" (one-hot), "other" (dates, lists, ...)
    role:      "target", "feature" or "left_out"
    reason:    why it was left out; "" otherwise
    missing:   rows without a value
    distinct:  how many different values there are
    low, high, mean, std:  of a number column, in its own units; None otherwise.
               `std` is the population standard deviation (divided by the number of values)
    levels:    of a text column or a target of two classes: (level, rows) pairs, most
               frequent first, at most 10 kept
    """

    name: str
    dtype: str
    kind: Kind
    role: Role
    reason: str
    missing: int
    distinct: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None
    levels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about the table that a reader should know.

    code:      "missing", "missing_target", "constant", "duplicated", "collinear",
               "identifier", "leak", "too_many_levels", "other_type", "wide", "one_hot"
    severity:  "info", or "warning" where the result may mislead ("leak" always)
    columns:   the columns that it is about
    sentence:  the remark with its numbers, and what is done about it
    """

    code: str
    severity: Literal["info", "warning"]
    columns: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What a table holds and what of it enters the model.

    source:   path or description of where the rows came from
    rows:     usable rows (those without a target are not counted)
    dropped:  rows dropped because their target is missing
    target:   name of the target column
    classes:  the two levels of a two-class target, negative first; () for a number
    columns:  every column of the table, in its order, the target among them
    remarks:  what a reader should know, leaks first, then other warnings
    """

    source: str
    rows: int
    dropped: int
    target: str
    classes: tuple[str, ...]
    columns: tuple[Column, ...]
    remarks: tuple[Remark, ...]

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that enter the model, in the table's order."""
        return tuple(column for column in self.columns if column.role == "feature")


def loss_for(contract: Contract) -> Literal["squared", "logistic"]:
    """The loss that fits the target: logistic for two classes, squared for a number."""
    return "logistic" if contract.classes else "squared"
