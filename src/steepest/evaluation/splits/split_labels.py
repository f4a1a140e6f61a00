"""What a split goes by: the class or quantile, the group, or the moment of every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.names import did_you_mean
from steepest.errors import InputError
from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Labels", "Places", "as_time", "labels_of"]

Places = NDArray[np.int64]

_QUANTILES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What is known of each of the m rows beside its number.

    strata:   (m,) the class, or the quantile of a number target; 0 where all count the same
    classes:  the names of the strata; () for quantiles
    places:   (m,) the number of its group, or of its moment among all, from 0 rising; 0 where
              it is not split by either
    moments:  of a split by time, the distinct moments, rising, as text
    """

    strata: Places
    classes: tuple[str, ...]
    places: Places
    moments: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.strata)

    @property
    def many(self) -> int:
        """How many groups or moments there are."""
        return int(self.places.max(initial=-1)) + 1


def labels_of(
    method: str, column: str, frame: pl.DataFrame, truth: Array, classes: tuple[str, ...] = ()
) -> Labels:
    """The labels that a split by `method` needs.

    method:   of a Split, or "auto"; column: of the groups or times, else ""
    truth:    (m,) numbers, or the places of the `classes`

    Raises InputError for a column that is not there, misses values, is the same in all rows,
    or is no time.
    """
    same = np.zeros(frame.height, dtype=np.int64)
    strata = truth.astype(np.int64) if classes and method != "random" else same
    if method == "stratified" and not classes:
        strata = _quantiles(truth)
    if method not in ("group", "time"):
        return Labels(strata, classes, same)
    series = _present(frame, column, method)
    if method == "group":
        distinct = series.unique(maintain_order=True)
        _refuse_one(len(distinct), column, "group", "time, or random")
        codes = series.rank("dense").to_numpy() if _ranks(series) else _coded(series)
        return Labels(strata, classes, codes.astype(np.int64) - 1)
    moments = as_time(series)
    rising = moments.unique().sort()
    _refuse_one(len(rising), column, "time", "group, or random")
    places = moments.rank("dense").to_numpy().astype(np.int64) - 1
    return Labels(same, classes, places, _in_words(rising))


def _present(frame: pl.DataFrame, column: str, method: str) -> pl.Series:
    if column not in frame.columns:
        hint = did_you_mean(column, frame.columns)
        raise InputError(f'there is no column "{column}" to split by; {hint}')
    series = frame[column]
    if series.dtype.is_float():
        series = series.fill_nan(None)
    gaps = series.null_count()
    if gaps:
        row = int(series.is_null().arg_max() or 0) + 1
        what = "the group of each row" if method == "group" else "the time of each row"
        raise InputError(
            f'the column "{column}" to split by has no value in {gaps:,} of {frame.height:,} rows, '
            f"first in row {row:,} of those with a target; a split by {method} needs {what}: fill "
            "it in, or drop those rows"
        )
    return series


def _refuse_one(many: int, column: str, what: str, instead: str) -> None:
    if many < 2:
        raise InputError(
            f'the column "{column}" has the same value in every row, and two {what}s or more are '
            f"needed to split by {what}; name another column, or split by {instead}"
        )


def _ranks(series: pl.Series) -> bool:
    return series.dtype.is_numeric() or series.dtype.is_temporal()


def _coded(series: pl.Series) -> NDArray[Any]:
    """(m,) from 1: groups in the order of their names, whatever they are."""
    import polars as pl

    words = series.cast(pl.String, strict=False)
    if words.null_count():  # lists and structs have no text of their own
        words = pl.Series([repr(value) for value in series.to_list()])
    return words.rank("dense").to_numpy()


def as_time(series: pl.Series) -> pl.Series:
    """Dates, times and numbers as they are, text as the dates that it holds.

    Raises InputError for text that is no date, and for a type that tells no time.
    """
    import polars as pl

    if _ranks(series):
        return series
    if isinstance(series.dtype, (pl.String, pl.Categorical, pl.Enum)):
        words = series.cast(pl.String).str.strip_chars()
        read = _dates(words)
        if not read.null_count():
            return read
        row = int(read.is_null().arg_max() or 0)
        raise InputError(
            f'the column "{series.name}" to split by time holds "{words[row]}" in row {row + 1:,} '
            "of those with a target, which is no date; write dates as 2024-01-31, or as "
            "2024-01-31 12:30"
        )
    raise InputError(
        f'the column "{series.name}" is of type {series.dtype}, which tells no time; a split by '
        "time needs dates, times or numbers"
    )


def _dates(words: pl.Series) -> pl.Series:
    import polars as pl

    best = pl.Series(words.name, [None] * len(words), dtype=pl.Datetime("us"))
    for given in (None, "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m", "%Y"):
        try:
            read = _read_as(words, given)
        except pl.exceptions.PolarsError:
            continue
        if read.null_count() < best.null_count():
            best = read
        if not best.null_count():
            break
    return best


def _read_as(words: pl.Series, given: str | None) -> pl.Series:
    import polars as pl

    if given is None:
        return words.str.to_datetime(strict=False, time_zone="UTC").dt.replace_time_zone(None)
    if given in ("%Y-%m", "%Y"):
        words, given = words + ("-01" if given == "%Y-%m" else "-01-01"), "%Y-%m-%d"
    return words.str.to_date(given, strict=False).cast(pl.Datetime("us"))


def _in_words(rising: pl.Series) -> tuple[str, ...]:
    """Each moment as text: a day where all are days, numbers as people read them."""
    import polars as pl

    if rising.dtype.is_float():
        return tuple(readable(value, 10) for value in rising.to_list())
    if isinstance(rising.dtype, pl.Datetime):
        days = rising.dt.truncate("1d")
        if (days == rising).all():
            rising = rising.dt.date()
    return tuple(str(value) for value in rising.to_list())


def _quantiles(truth: Array) -> Places:
    """(m,) the tenth of a number that each row is in, by rank; fewer parts for few rows."""
    parts = max(1, min(_QUANTILES, len(truth) // 5))
    order = np.argsort(truth, kind="stable")
    places = np.empty(len(truth), dtype=np.int64)
    places[order] = np.arange(len(truth)) * parts // len(truth)
    return places
