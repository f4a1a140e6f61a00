"""Which columns tell when a row was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.columns import numbers
from steepest.data.contract import Contract
from steepest.errors import InputError
from steepest.evaluation.splits.split_labels import as_time
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Moment", "looks_like_time", "moments_of"]

_NAMED = re.compile(
    r"(^|[_\s.-])(date|datetime|time|timestamp|year|month|week|day|quarter|epoch)($|[_\s.-])",
    re.IGNORECASE,
)
_OF_A_THING = re.compile(
    r"(^|[_\s.-])(birth|birthday|born|dob|built|founded|model)($|[_\s.-])", re.I
)
_FEWEST = 10
_TRIED = 50
_MOST = 4
_SINGLE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A column that tells the time.

    values:  (m,) rising with it, nan where it is missing
    dated:   whether it is surely when the row was: a date, the column of a split by time, or a
             number that goes with the rows; not the year a thing was built, or the hour of a day
    """

    name: str
    values: Array
    dated: bool = True

    @property
    def single(self) -> bool:
        """Whether nearly every row has a time of its own, so that one can be said to be next."""
        return len(np.unique(self.values)) >= _SINGLE * len(self.values)


def looks_like_time(name: str) -> bool:
    """Whether a column of that name tells when a row was.

    >>> [looks_like_time(name) for name in ("sold_at", "Year", "daylight", "time_of_day")]
    [False, True, False, True]
    """
    return bool(_NAMED.search(name))


def moments_of(frame: pl.DataFrame, contract: Contract, asked: str = "") -> tuple[Moment, ...]:
    """The columns of dates and times, of text that is dates, and of numbers named like times.

    asked: the column of a split by time, which is one whatever its name; "" for none
    """
    found: list[Moment] = []
    for name in sorted(frame.columns, key=lambda name: name != asked):
        if name == contract.target:
            continue
        values = _values(frame[name], name, asked)
        if values is None or len(np.unique(values[np.isfinite(values)])) < _FEWEST:
            continue
        dated = not frame[name].dtype.is_numeric() and not _OF_A_THING.search(name)
        dated = dated or name == asked or _goes_with_the_rows(values)
        found.append(Moment(name, values, dated))
    return tuple(sorted(found, key=lambda moment: not moment.dated)[:_MOST])


def _goes_with_the_rows(values: Array) -> bool:
    """Whether it only rises, or only falls, down the table, and mostly does."""
    steps: Array = np.diff(values)
    one_way = bool(np.all(steps >= 0) or np.all(steps <= 0))
    return one_way and int(np.count_nonzero(steps)) > len(steps) / 2


def _values(series: pl.Series, name: str, asked: str) -> Array | None:
    import polars as pl

    if series.dtype.is_temporal():
        return _floats(series)
    if series.dtype.is_numeric():
        timed = name == asked or looks_like_time(name)
        return numbers(series).to_numpy() if timed else None
    if not isinstance(series.dtype, (pl.String, pl.Categorical, pl.Enum)):
        return None
    try:
        given = series.drop_nulls()
        if not len(given) or not re.match(r"\s*\d", str(given[0])):
            return None
        as_time(given.head(_TRIED))
        read = as_time(given)
    except InputError:
        return None
    values = np.full(len(series), np.nan)
    values[series.is_not_null().to_numpy()] = _floats(read)
    return values


def _floats(series: pl.Series) -> Array:
    import polars as pl

    return series.to_physical().cast(pl.Float64).to_numpy()
