"""What the columns of a text file hold, found stretch by stretch and joined to what all hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from steepest.data.typed import with_types, words_of

if TYPE_CHECKING:
    import polars as pl

__all__ = ["NOTHING", "NUMBER", "WHOLE", "WORDS", "either", "kinds_in", "type_of", "typed_as"]

NOTHING, WHOLE, NUMBER = "nothing", "whole", "number"
TRUTH, DATE, WORDS = "truth", "date", "words"
_TIMES = ("time", "time with T")


def kinds_in(text: pl.DataFrame) -> dict[str, str]:
    """Column -> what its values are, of columns of text."""
    typed = with_types(text)
    return {name: _kind(text[name], typed[name]) for name in text.columns}


def either(one: str, other: str) -> str:
    """What the values of two stretches are together, as if they were looked at at once.

    >>> either("whole", "number"), either("whole", "nothing"), either("date", "time")
    ('number', 'whole', 'words')
    """
    if one == other or other == NOTHING:
        return one
    if one == NOTHING:
        return other
    return NUMBER if {one, other} == {WHOLE, NUMBER} else WORDS


def type_of(kind: str) -> pl.DataType:
    """The type of a column of that kind; Null of one without values."""
    import polars as pl

    known: Mapping[str, pl.DataType] = {
        NOTHING: pl.Null(),
        WHOLE: pl.Int64(),
        NUMBER: pl.Float64(),
        TRUTH: pl.Boolean(),
        DATE: pl.Date(),
        WORDS: pl.String(),
    }
    return known.get(kind, pl.Datetime("us"))


def typed_as(text: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Values of text as a type that the whole column is known to have."""
    import polars as pl

    if dtype == pl.String:
        return words_of(text)
    return with_types(text.to_frame()).to_series().cast(dtype)


def _kind(text: pl.Series, typed: pl.Series) -> str:
    import polars as pl

    if typed.null_count() == typed.len():
        return NOTHING
    if isinstance(typed.dtype, pl.Datetime):
        words = words_of(text).drop_nulls()
        return _TIMES[str(words[0])[10] == "T"]
    kinds = {"Int64": WHOLE, "Float64": NUMBER, "Boolean": TRUTH, "Date": DATE}
    return kinds.get(str(typed.dtype), WORDS)
