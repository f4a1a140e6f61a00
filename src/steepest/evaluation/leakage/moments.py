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
    r"(^|[_\s.-])(date|datetime|time|timestamp|year|month|week|day|quarter|epoch|when|at)"
    r"($|[_\s.-])",
    re.IGNORECASE,
)
_FEWEST = 10
_TRIED = 50
_MOST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A column that tells the time; values: (m,) rising with it, nan where it is missing."""

    name: str
    values: Array


def looks_like_time(name: str) -> bool:
    """Whether a column of that name tells when a row was.

    >>> [looks_like_time(name) for name in ("sold_at", "Year", "daylight", "time_of_day")]
    [True, True, False, True]
    """
    return bool(_NAMED.search(name))


def moments_of(frame: pl.DataFrame, contract: Contract) -> tuple[Moment, ...]:
    """The columns of dates and times, of text that is dates, and of numbers named like times."""
    found: list[Moment] = []
    for name in frame.columns:
        if name == contract.target or len(found) == _MOST:
            continue
        values = _values(frame[name], name)
        if values is not None and len(np.unique(values[np.isfinite(values)])) >= _FEWEST:
            found.append(Moment(name, values))
    return tuple(found)


def _values(series: pl.Series, name: str) -> Array | None:
    import polars as pl

    if series.dtype.is_temporal():
        return _floats(series)
    if series.dtype.is_numeric():
        return numbers(series).to_numpy() if looks_like_time(name) else None
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
