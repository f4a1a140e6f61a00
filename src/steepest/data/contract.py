"""The data contract: what a table holds, and what of it enters the model.

`read_contract` looks at the whole table once and says what it sees; nothing is fitted to
the rows here (means and levels that enter the model are learned from the training rows
alone, in `representation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from steepest.data.table import Table

__all__ = ["Column", "Contract", "Kind", "Remark", "Role", "loss_for", "read_contract"]

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


def read_contract(
    table: Table,
    target: str,
    *,
    features: Sequence[str] | None = None,
    loss: str = "auto",
    max_levels: int = 50,
) -> Contract:
    """State what the table holds and what of it enters a model of `target`.

    features:    the columns to learn from; None: all that are fit for it
    loss:        "squared", "logistic", or "auto" to let the target decide
    max_levels:  text columns with more levels are left out

    Raises InputError for a column that is not there, a target that the loss does not fit,
    infinite values, text that was meant to be numbers, and a table of which no column is
    left to learn from.

    >>> from steepest.data.table import read_table
    >>> contract = read_contract(read_table("houses"), "price")
    >>> contract.rows, [column.name for column in contract.features], loss_for(contract)
    (50, ['size'], 'squared')
    """
    import polars as pl

    from steepest.data.columns import describe, refuse_infinite
    from steepest.data.features import all_columns, refuse_nothing_left, wanted_features
    from steepest.data.left_out import leave_out
    from steepest.data.remarks import remarks_on
    from steepest.data.target import read_classes

    names = wanted_features(table, target, features)
    refuse_infinite(table.frame, [target, *names], table.source)
    classes = read_classes(table.frame[target], loss, table.source)
    frame = table.frame.filter(pl.col(target).is_not_null())
    judged, said = leave_out(
        frame,
        describe(frame, names),
        named=features is not None,
        max_levels=max_levels,
        source=table.source,
        all_rows=table.frame,
    )
    refuse_nothing_left(judged, target, table.source)
    contract = Contract(
        source=table.source,
        rows=frame.height,
        dropped=table.frame.height - frame.height,
        target=target,
        classes=classes,
        columns=all_columns(table, frame, target, classes, judged),
        remarks=(),
    )
    said += remarks_on(frame, contract)
    said.sort(key=lambda remark: (remark.severity != "warning", remark.code != "leak"))
    return replace(contract, remarks=tuple(said))
