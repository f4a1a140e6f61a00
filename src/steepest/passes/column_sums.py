"""What a column holds, in a few numbers that those of other rows can be added to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.columns import kind_of
from steepest.data.reading import floats

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ColumnSums", "sums_of"]


@dataclass(frozen=True, slots=True)
class ColumnSums:
    """Of some rows.

    missing:   rows without a value
    count:     rows with one
    low, high: of numbers; None where there are none
    mean:      of numbers
    squares:   Σ (value - mean)²
    """

    missing: int
    count: int
    low: float | None = None
    high: float | None = None
    mean: float = 0.0
    squares: float = 0.0

    def __add__(self, other: ColumnSums) -> ColumnSums:
        """Chan, Golub and LeVeque 1983, equations 2.1."""
        missing, count = self.missing + other.missing, self.count + other.count
        if self.low is None or self.high is None or other.low is None or other.high is None:
            known = self if self.low is not None else other
            return ColumnSums(missing, count, known.low, known.high, known.mean, known.squares)
        apart = other.mean - self.mean
        return ColumnSums(
            missing,
            count,
            min(self.low, other.low),
            max(self.high, other.high),
            self.mean + apart * other.count / count,
            self.squares + other.squares + apart * apart * self.count * other.count / count,
        )


def sums_of(frame: pl.DataFrame, names: tuple[str, ...]) -> list[ColumnSums]:
    """Of those columns of a frame of at least one row.

    >>> import polars as pl
    >>> sums_of(pl.DataFrame({"x": [1.0, 3.0, None]}), ("x",))
    [ColumnSums(missing=1, count=2, low=1.0, high=3.0, mean=2.0, squares=2.0)]
    """
    return [_sums(frame[name]) for name in names]


def _sums(column: pl.Series) -> ColumnSums:
    missing = column.null_count()
    count = column.len() - missing
    if kind_of(column.dtype) not in ("number", "truth") or not count:
        return ColumnSums(missing, count)
    # polars' own expressions wake a pool of threads each time, which costs more than the sums
    values = floats(column)
    values = values[~np.isnan(values)] if missing else values
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(values.sum()) / count
        apart = values - mean
        squares = float(apart @ apart)
    return ColumnSums(missing, count, float(values.min()), float(values.max()), mean, squares)
