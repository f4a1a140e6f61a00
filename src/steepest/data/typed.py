"""What columns of text hold: numbers, truth, dates or words, decided from all values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MISSING", "with_types", "words_of"]

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?")
"""What stands for a missing value in a text file."""

_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f")


def with_types(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame of text columns with each column as what all of its values are.

    Markers of missing values become null; spaces around a value do not count. A column is
    Int64 or Float64, Boolean, Date or Datetime where every value is one, else String.

    >>> import polars as pl
    >>> with_types(pl.DataFrame({"x": ["1", " 2", "NA"], "y": ["1", "2", "two"]})).dtypes
    [Int64, String]
    """
    import polars as pl

    as_floats = frame.select(pl.all().cast(pl.Float64, strict=False))
    as_integers = frame.select(pl.all().cast(pl.Int64, strict=False))
    return frame.select(
        _typed(frame[name], as_floats[name], as_integers[name]) for name in frame.columns
    )


def words_of(text: pl.Series) -> pl.Series:
    """The values without spaces around them, null for a marker of a missing value."""
    words = text.str.strip_chars()
    return words.set(words.is_in(MISSING), None)


def _typed(text: pl.Series, floats: pl.Series, integers: pl.Series) -> pl.Series:
    """text: as read; floats, integers: the same, null where it is neither as it stands."""
    import polars as pl

    floats = floats.fill_nan(None)
    others = text.filter(floats.is_null())
    if others.len() == 0 or others.is_in(MISSING).all():
        return integers if integers.null_count() == floats.null_count() else floats
    words = words_of(text)
    missing = words.null_count()
    for kind in (pl.Int64, pl.Float64):
        values = words.cast(kind, strict=False)
        if values.null_count() == missing:
            return values
    if words.drop_nulls().is_in(list(_TRUTH)).all():
        return words.replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)
    return _dates(words) if words.str.contains(r"^\d{4}-\d\d-\d\d").all() else words


def _dates(words: pl.Series) -> pl.Series:
    import polars as pl

    for layout in _DATES:
        kind = pl.Date if layout == _DATES[0] else pl.Datetime("us")
        values = words.str.strptime(kind, layout, strict=False)
        if values.null_count() == words.null_count():
            return values
    return words
