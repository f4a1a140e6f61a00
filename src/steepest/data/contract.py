"""The data contract: what a table holds, and what of it enters the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

__all__ = [
    "Column",
    "Contract",
    "Fingerprint",
    "Kind",
    "LossName",
    "Remark",
    "Role",
    "Sketch",
    "loss_for",
]

Kind = Literal["number", "truth", "text", "other"]
Role = Literal["target", "feature", "weight", "left_out"]
LossName = Literal["squared", "logistic", "softmax", "poisson", "huber"]


@dataclass(frozen=True, slots=True)
class Sketch:
    """How the values of a column are spread: counts in bins, or of levels.

    edges:   of numbers, rising: bin i holds values above edges[i-1] and up to edges[i], the
             first all below, the last all above; () for levels
    levels:  of text and truth, most frequent first, at most 50; () for numbers
    counts:  rows in each bin, or of each level and then of all other levels
    lowest, highest:  of numbers, the eleven at either end, the outermost first; () for levels,
             and of a run of an earlier version
    """

    edges: tuple[float, ...]
    levels: tuple[str, ...]
    counts: tuple[int, ...]
    lowest: tuple[float, ...] = ()
    highest: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it came.

    name:      as in the table
    dtype:     the table's own type: "Float64", "Int64", "String", ...
    kind:      "number", "truth" (boolean), "text" (one-hot), "other" (dates, lists, ...)
    role:      "target", "feature", "weight" (how much each row counts) or "left_out"
    reason:    why it was left out; "" otherwise
    missing:   rows without a value
    distinct:  how many different values there are
    low, high, mean, std:  of a number column, in its own units; None otherwise.
               `std` is the population standard deviation (divided by the number of values)
    levels:    (level, rows) pairs, most frequent first: of a target of classes all of
               them, of a text column at most 10
    unit:      what it is measured in; "" where nobody said
    sketch:    how its values are spread, for comparing later tables; None for "other"
    looked_at: of a table read piece by piece: in how many rows all this was counted, where that
               was a first look; 0 where it was counted in all
    drawn:     in how many rows drawn at random `distinct` was counted; 0 as above
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
    unit: str = ""
    sketch: Sketch | None = None
    looked_at: int = 0
    drawn: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about the table that a reader should know.

    code:      "missing", "missing_target", "constant", "duplicated", "collinear",
               "identifier", "leak", "too_many_levels", "other_type", "wide", "one_hot",
               "weights", "rare_class", "near_collinear", "repeated_rows", "other_loss"
    severity:  "info", or "warning" where the result may mislead ("leak" always)
    columns:   the columns that it is about
    sentence:  the remark with its numbers, and what is done about it
    """

    code: str
    severity: Literal["info", "warning"]
    columns: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of the usable rows, by which they are known again; BLAKE2 of 12 bytes, hexadecimal.

    target:     of the target, in the order of the rows
    rows:       of the target and all features, in the order of the rows
    unordered:  the same in whatever order
    """

    target: str
    rows: str
    unordered: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What a table holds and what of it enters the model.

    source:   path or description of where the rows came from
    rows:     usable rows (those without a target are not counted)
    dropped:  rows dropped because their target is missing
    target:   name of the target column
    classes:  the levels of a target of classes, sorted, so that of two the negative comes
              first; () for a number
    columns:  every column of the table, in its order, the target among them
    remarks:  what a reader should know, leaks first, then other warnings
    key:      the columns that together name a row; () where none was named
    repeated: usable rows that equal an earlier one in every feature; None: not counted
    fingerprint: of the usable rows; None where it was not taken (by an earlier version)
    """

    source: str
    rows: int
    dropped: int
    target: str
    classes: tuple[str, ...]
    columns: tuple[Column, ...]
    remarks: tuple[Remark, ...]
    key: tuple[str, ...] = ()
    repeated: int | None = None
    fingerprint: Fingerprint | None = None

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that enter the model, in the table's order."""
        return tuple(column for column in self.columns if column.role == "feature")

    @property
    def weight(self) -> str | None:
        """The name of the column that says how much each row counts; None: all the same."""
        return next((column.name for column in self.columns if column.role == "weight"), None)


def loss_for(contract: Contract, asked: str = "auto") -> LossName:
    """The loss that was asked for; under "auto" the one that fits the target.

    That is squared for a number, logistic for two classes, softmax for more. The contract was
    read for the same loss, so that the target is known to fit it (`read_contract`).
    """
    if asked != "auto":
        return cast("LossName", asked)
    if not contract.classes:
        return "squared"
    return "logistic" if len(contract.classes) == 2 else "softmax"
