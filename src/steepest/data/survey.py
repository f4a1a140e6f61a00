"""Look at a whole table once, and state its contract.

Nothing is fitted to the rows here: medians, means and levels that enter the model are
learned from the training rows alone, in `representation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steepest.data.columns import describe, refuse_infinite
from steepest.data.contract import Column, Contract
from steepest.data.features import all_columns, refuse_nothing_left, wanted_features
from steepest.data.left_out import leave_out
from steepest.data.names import did_you_mean
from steepest.data.remarks import remarks_on
from steepest.data.repeated_rows import count_repeated
from steepest.data.row_key import check_key
from steepest.data.sketch import class_sketch, sketch_of
from steepest.data.table import Table
from steepest.data.target import read_classes
from steepest.data.weights import check_weight
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["read_contract"]


def read_contract(
    table: Table,
    target: str,
    *,
    features: Sequence[str] | None = None,
    loss: str = "auto",
    max_levels: int = 50,
    weight: str | None = None,
    key: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
) -> Contract:
    """State what the table holds and what of it enters a model of `target`.

    features:    the columns to learn from; None: all that are fit for it
    loss:        "squared", "logistic", "softmax", "poisson", "huber", or "auto" to let the
                 target decide
    max_levels:  text columns with more levels are left out
    weight:      the column that says how much each row counts, which is then no feature
    key:         the columns that together name a row, which are then no features
    units:       column -> what it is measured in; those that the table itself states are taken
                 where nothing else is said

    Raises InputError for a column that is not there, a target that the loss does not fit,
    infinite values, text that was meant to be numbers, weights that are none, a key that two
    rows share, and a table of which no column is left to learn from.

    >>> from steepest.data.contract import loss_for
    >>> from steepest.data.table import read_table
    >>> contract = read_contract(read_table("houses"), "price")
    >>> contract.rows, [column.name for column in contract.features], loss_for(contract)
    (50, ['size'], 'squared')
    """
    import polars as pl

    key = (key,) if isinstance(key, str) else tuple(key)
    named = (features,) if isinstance(features, str) else features
    names = [n for n in wanted_features(table, target, features, weight) if n not in key]
    units = _units(table, units or {})
    if weight is not None:
        check_weight(table, weight, target=target, features=features)
    if key:
        check_key(table, key, target, named or ())
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
        columns=tuple(
            _with_sketch(replace(column, unit=units.get(column.name, "")), frame, classes)
            for column in all_columns(table, frame, target, classes, judged, weight, key)
        ),
        remarks=(),
        key=key,
        repeated=count_repeated(frame, [c.name for c in judged if c.role == "feature"]),
    )
    said += remarks_on(frame, contract, loss)
    said.sort(key=lambda remark: (remark.severity != "warning", remark.code != "leak"))
    return replace(contract, remarks=tuple(said))


def _units(table: Table, asked: Mapping[str, str]) -> dict[str, str]:
    for name in asked:
        if name not in table.frame.columns:
            hint = did_you_mean(name, table.frame.columns, table.index)
            raise InputError(f'{table.source} has no column "{name}" to have a unit; {hint}')
    return {**table.units, **asked}


def _with_sketch(column: Column, frame: pl.DataFrame, classes: Sequence[str]) -> Column:
    """How its values are spread, of a column that later tables are held against."""
    if column.role == "feature":
        return replace(column, sketch=sketch_of(frame[column.name]))
    if column.role == "target":
        sketch = class_sketch(column.levels) if classes else sketch_of(frame[column.name])
        return replace(column, sketch=sketch)
    return column
