"""The data contract: what a table holds, and what of it enters the model.

`read_contract` looks at the whole table once and says what it sees; nothing is fitted to
the rows here (means and levels that enter the model are learned from the training rows
alone, in `representation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from steepest.data.names import did_you_mean
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

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
    remarks:  what a reader should know, warnings first
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

    from steepest.data.columns import refuse_infinite
    from steepest.data.left_out import leave_out
    from steepest.data.remarks import remarks_on
    from steepest.data.target import read_classes

    names = _wanted(table, target, features)
    refuse_infinite(table.frame, [target, *names], table.source)
    classes = read_classes(table.frame[target], loss, table.source)
    frame = table.frame.filter(pl.col(target).is_not_null())
    judged, said = leave_out(
        frame,
        _described(frame, names),
        named=features is not None,
        max_levels=max_levels,
        source=table.source,
        all_rows=table.frame,
    )
    _refuse_nothing_left(judged, target, table.source)
    contract = Contract(
        source=table.source,
        rows=frame.height,
        dropped=table.frame.height - frame.height,
        target=target,
        classes=classes,
        columns=_in_table_order(table, frame, target, classes, judged),
        remarks=(),
    )
    said += remarks_on(frame, contract)
    return replace(contract, remarks=tuple(sorted(said, key=lambda r: r.severity != "warning")))


def _wanted(table: Table, target: str, features: Sequence[str] | None) -> list[str]:
    """The names of the columns to learn from, in the table's order."""
    columns = table.frame.columns
    for name in (target, *(features or ())):
        if name not in columns:
            hint = did_you_mean(name, columns)
            raise InputError(f'{table.source} has no column "{name}"; {hint}')
    if features is None:
        return [name for name in columns if name != target]
    if target in features:
        raise InputError(
            f'"{target}" is the target and cannot be a feature too; take it out of the features'
        )
    twice = next((name for name in features if list(features).count(name) > 1), None)
    if twice is not None:
        raise InputError(f'the feature "{twice}" is named twice; name it once')
    return [name for name in columns if name in features]


def _described(frame: pl.DataFrame, names: Sequence[str]) -> list[Column]:
    from steepest.data.columns import describe

    return describe(frame, names)


def _refuse_nothing_left(columns: Sequence[Column], target: str, source: str) -> None:
    if any(column.role == "feature" for column in columns):
        return
    if not columns:
        raise InputError(
            f'{source}: no column is left to predict "{target}" from; at least one feature is '
            "needed besides the target"
        )
    why = "; ".join(f'"{column.name}": {column.reason}' for column in columns[:5])
    raise InputError(f'{source}: no column can be used to predict "{target}" from ({why})')


def _in_table_order(
    table: Table,
    frame: pl.DataFrame,
    target: str,
    classes: tuple[str, ...],
    judged: Sequence[Column],
) -> tuple[Column, ...]:
    """Every column of the table: the target, those judged, and those not asked for."""
    from steepest.data.columns import with_class_levels

    by_name = {column.name: column for column in judged}
    others = [name for name in table.frame.columns if name not in by_name]
    for column in _described(frame, others):
        if column.name == target:
            own = with_class_levels(column, frame[target], classes)
            dropped = table.frame.height - frame.height
            by_name[target] = replace(own, role="target", missing=dropped)
        else:
            reason = "not among the features asked for"
            by_name[column.name] = replace(column, role="left_out", reason=reason)
    return tuple(by_name[name] for name in table.frame.columns)
