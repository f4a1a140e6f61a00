"""Which columns are asked for, and what becomes of each column of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steepest.data.columns import describe
from steepest.data.contract import Column
from steepest.data.names import did_you_mean
from steepest.data.target import class_numbers
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from steepest.data.table import Table

__all__ = ["all_columns", "refuse_nothing_left", "wanted_features"]


def wanted_features(
    table: Table, target: str, features: Sequence[str] | None, weight: str | None = None
) -> list[str]:
    """The names of the columns to learn from, in the table's order.

    features: those asked for; None: all but the target and the weights. Raises InputError
    for a name that is no column, that comes twice, or that is the target's.
    """
    columns = table.frame.columns
    features = (features,) if isinstance(features, str) else features
    for name in (target, *(features or ())):
        if name not in columns:
            hint = did_you_mean(name, columns, table.index)
            raise InputError(f'{table.source} has no column "{name}"; {hint}')
    if features is None:
        return [name for name in columns if name not in (target, weight)]
    if target in features:
        raise InputError(
            f'"{target}" is the target and cannot be a feature too; take it out of the features'
        )
    twice = next((name for name in features if list(features).count(name) > 1), None)
    if twice is not None:
        raise InputError(f'the feature "{twice}" is named twice; name it once')
    return [name for name in columns if name in features]


def refuse_nothing_left(columns: Sequence[Column], target: str, source: str) -> None:
    """Raise InputError, with the reasons, where no column is a feature."""
    if any(column.role == "feature" for column in columns):
        return
    if not columns:
        raise InputError(
            f'{source}: no column is left to predict "{target}" from; at least one feature is '
            "needed besides the target"
        )
    why = "; ".join(f'"{column.name}": {column.reason}' for column in columns[:5])
    raise InputError(f'{source}: no column can be used to predict "{target}" from ({why})')


def all_columns(
    table: Table,
    frame: pl.DataFrame,
    target: str,
    classes: tuple[str, ...],
    judged: Sequence[Column],
    weight: str | None = None,
    key: Sequence[str] = (),
) -> tuple[Column, ...]:
    """Every column of the table in its order: target, weights, those judged, and the rest.

    frame: the rows with a target.
    """
    by_name = {column.name: column for column in judged}
    others = [name for name in table.frame.columns if name not in by_name]
    for column in describe(frame, others):
        if column.name == target:
            own = _with_class_levels(column, frame[target], classes)
            dropped = table.frame.height - frame.height
            by_name[target] = replace(own, role="target", missing=dropped)
        elif column.name == weight:
            by_name[column.name] = replace(column, role="weight", reason="weights of the rows")
        else:
            reason = "not among the features asked for"
            if column.name in key:
                reason = "the key, which names the row" if len(key) == 1 else "part of the key"
            by_name[column.name] = replace(column, role="left_out", reason=reason)
    return tuple(by_name[name] for name in table.frame.columns)


def _with_class_levels(column: Column, target: pl.Series, classes: Sequence[str]) -> Column:
    """The target's column with its classes as levels, all of them; as it is for a number."""
    if not classes:
        return column
    counted = dict(class_numbers(target, classes).value_counts().iter_rows())
    counts = [(name, int(counted.get(float(place), 0))) for place, name in enumerate(classes)]
    return replace(column, levels=tuple(sorted(counts, key=lambda pair: (-pair[1], pair[0]))))
