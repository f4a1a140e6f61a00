"""What a column holds, in a few numbers that those of other rows can be added to."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.sources.rows import Rows
from steepest.passes.column_walk import FACTS, write_column
from steepest.trace import Array

__all__ = ["ColumnSums", "sums_of", "write_numbers"]


@dataclass(frozen=True, slots=True)
class ColumnSums:
    """Of some rows.

    missing:   rows without a value
    count:     rows with one
    low, high: of numbers; None where there are none
    mean:      of numbers
    squares:   Σ (value - mean)²; it and the mean are no numbers where sums leave float64
    """

    missing: int
    count: int
    low: float | None = None
    high: float | None = None
    mean: float = 0.0
    squares: float = 0.0

    @property
    def finite(self) -> bool:
        """Whether no number is infinite."""
        return self.low is None or self.high is None or (isfinite(self.low) and isfinite(self.high))

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


def sums_of(rows: Rows, name: str) -> ColumnSums:
    """Of a column; of one that holds no numbers only how many are there.

    >>> import polars as pl
    >>> from steepest.data.sources.rows import FrameRows
    >>> sums_of(FrameRows(pl.DataFrame({"x": [1.0, 3.0, None]})), "x")
    ColumnSums(missing=1, count=2, low=1.0, high=3.0, mean=2.0, squares=2.0)
    """
    values = rows.numbers(name)
    if values is None:
        missing = rows.missing(name)
        return ColumnSums(missing, rows.height - missing)
    return write_numbers(values, np.empty(len(values)), 0.0)


def write_numbers(values: NDArray[Any], out: Array, fill: float) -> ColumnSums:
    """Write values (m,) of any type of numbers into out (m,), and `fill` for NaN; their sums.

    >>> out = np.empty(3)
    >>> write_numbers(np.array([1.0, np.nan, 3.0]), out, 9.0).missing, out.tolist()
    (1, [1.0, 9.0, 3.0])
    """
    given, facts = values.astype(np.float64, copy=False).view(), np.empty(FACTS)
    given.flags.writeable = False  # as what lies in Arrow's memory: another type to the compiler
    write_column(given, out, fill, facts)
    missing, low, high, mean, squares = facts.tolist()
    count = len(values) - int(missing)
    if not count:
        return ColumnSums(int(missing), 0)
    return ColumnSums(int(missing), count, low, high, mean, squares)
