"""The rows of a cursor of DB-API 2 in frames: Python values, of one kind in each column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from steepest.data.names import check_names
from steepest.data.sources.alike import wider
from steepest.data.sources.written import failed
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["cursor_frames"]

_AT_ONCE = 16_384
_NUMBERS = {bool, int, float, Decimal}


def cursor_frames(connection: Any, query: str, what: str) -> Iterator[pl.DataFrame]:
    """What the query gives, 16,384 rows at a time; a column may become wider on the way.

    Raises InputError for a query that fails or gives no table, and a column of several kinds.
    """
    import polars as pl

    cursor = connection.cursor()
    try:
        names = _asked(cursor, query, what)
        schema: dict[str, pl.DataType] = {}
        row = 0
        while rows := _next(cursor, what):
            columns = zip(names, zip(*rows, strict=True), strict=True)
            series = [_series(name, values, row, what) for name, values in columns]
            schema = {own.name: _joined(schema, own, row, what) for own in series}
            yield pl.DataFrame([own.cast(schema[own.name]) for own in series])
            row += len(rows)
    finally:
        cursor.close()


def _asked(cursor: Any, query: str, what: str) -> list[str]:
    try:
        cursor.execute(query)
    except Exception as error:  # each kind of database has errors of its own
        raise failed(what, error) from error
    if cursor.description is None:
        raise InputError(f"{what} gives no table; begin it with select")
    names = [str(column[0]) for column in cursor.description]
    check_names(names, what)
    return names


def _next(cursor: Any, what: str) -> list[Any]:
    try:
        return cursor.fetchmany(_AT_ONCE)
    except Exception as error:  # each kind of database has errors of its own
        raise failed(what, error) from error


def _series(name: str, values: Sequence[Any], row: int, what: str) -> pl.Series:
    """One column; whole numbers and others, and truth among them, become floats."""
    import polars as pl

    kinds: set[type[Any]] = {type(value) for value in values if value is not None}
    if not kinds:
        return pl.Series(name, [None] * len(values), dtype=pl.Null)
    several = len(kinds) > 1 or kinds == {Decimal}
    if kinds <= _NUMBERS and (several or not _is_small(kinds, values)):
        floats = [None if value is None else float(value) for value in values]
        return pl.Series(name, floats, dtype=pl.Float64)
    if several:
        first = next(value for value in values if value is not None)
        other = next(
            place
            for place, value in enumerate(values)
            if value is not None and type(value) is not type(first)
        )
        raise _mixed(name, values[other], first, row + other, what)
    try:
        return pl.Series(name, list(values))
    except Exception as error:  # of polars, for a kind of value that it does not know
        raise InputError(
            f'{what}: column "{name}" holds values ({kinds.pop().__name__}) that are no numbers, '
            "texts or dates; leave it out, or cast it in the query"
        ) from error


def _is_small(kinds: set[type[Any]], values: Sequence[Any]) -> bool:
    """Whether whole numbers fit into 64 bits."""
    if kinds != {int}:
        return True
    return all(value is None or -(2**63) <= value < 2**63 for value in values)


def _joined(schema: dict[str, pl.DataType], series: pl.Series, row: int, what: str) -> pl.DataType:
    before = schema.get(series.name)
    both = series.dtype if before is None else wider(before, series.dtype)
    if both is None:
        place = int(series.is_not_null().arg_max() or 0)
        raise _mixed(series.name, series[place], before, row + place, what)
    return both


def _mixed(name: str, value: Any, before: Any, row: int, what: str) -> InputError:
    kind = type(before).__name__ if not hasattr(before, "is_numeric") else before
    return InputError(
        f'{what}: column "{name}" holds {value!r} in row {row + 1:,} after values of another kind '
        f"({kind}); cast it to one kind in the query"
    )
