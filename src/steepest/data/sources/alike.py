"""Tables of the same columns: one schema for all of them, or what is different and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from steepest.data.names import did_you_mean
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["joined_schema", "wider"]

Schema = Mapping[str, "pl.DataType"]


def joined_schema(schemas: Sequence[Schema], names: Sequence[str]) -> dict[str, pl.DataType]:
    """Column -> the type that holds all values of it, in the order of the first table.

    names: of the tables, for people. Whole numbers and others become Float64, and a column
    without any value becomes what it is elsewhere. Raises InputError for any other difference.
    """
    joined = dict(schemas[0])
    for schema, name in zip(schemas[1:], names[1:], strict=True):
        if schema == joined:
            continue
        _refuse_other_columns(joined, schema, names[0], name)
        for column, dtype in schema.items():
            both = wider(joined[column], dtype)
            if both is None:
                raise InputError(
                    f'{name}: column "{column}" holds {_called(dtype)}, and in {names[0]} it '
                    f"holds {_called(joined[column])}; make it the same in all files, or leave "
                    "one of them out"
                )
            joined[column] = both
    return joined


def wider(one: pl.DataType, other: pl.DataType) -> pl.DataType | None:
    """The type that holds the values of both; None where there is none.

    >>> import polars as pl
    >>> wider(pl.Int64(), pl.Float32()), wider(pl.Int8(), pl.Int32()), wider(pl.Null(), pl.Date())
    (Float64, Int64, Date)
    """
    import polars as pl

    if one == other or other == pl.Null:
        return one
    if one == pl.Null:
        return other
    if one.is_numeric() and other.is_numeric():
        unsigned = pl.UInt64 in (one, other)
        whole = one.is_integer() and other.is_integer() and not unsigned
        return pl.Int64() if whole else pl.Float64()
    words = (pl.String, pl.Categorical, pl.Enum)
    if isinstance(one, words) and isinstance(other, words):
        return pl.String()
    return None


def _refuse_other_columns(first: Schema, later: Schema, one: str, other: str) -> None:
    lacking = [column for column in first if column not in later]
    if lacking:
        hint = did_you_mean(lacking[0], [column for column in later if column not in first])
        hint = hint if hint.startswith("did") else "leave that file out"
        raise InputError(f'{other} has no column "{lacking[0]}", which {one} has; {hint}')
    more = [column for column in later if column not in first]
    if more:
        raise InputError(
            f'{other} has a column "{more[0]}", which {one} lacks; make the columns of all files '
            "the same, or leave one of them out"
        )


def _called(dtype: pl.DataType) -> str:
    words = {"String": "text", "Boolean": "truth values", "Date": "dates"}
    return f"numbers ({dtype})" if dtype.is_numeric() else words.get(str(dtype), str(dtype))
