"""Columns of a frame as numbers and levels, and what stands in for what is missing there."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.arguments import shown
from steepest.data.columns import kind_of, numbers, words
from steepest.data.names import did_you_mean
from steepest.errors import InputError
from steepest.readable import listed
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "MISSING_LEVEL",
    "all_finite",
    "floats",
    "learn_fill",
    "learn_levels",
    "number_values",
    "refuse_absent",
    "text_values",
]

MISSING_LEVEL = "(missing)"


def refuse_absent(frame: pl.DataFrame, names: Sequence[str]) -> None:
    """Raise InputError where the frame lacks any of the columns."""
    there = set(frame.columns)
    absent = [name for name in names if name not in there]
    if absent:
        quoted = listed([f'"{name}"' for name in absent])
        hint = did_you_mean(absent[0], [name for name in frame.columns if name not in names])
        raise InputError(f"the table lacks {quoted}, which the model learned from; {hint}")


def number_values(series: pl.Series, fill: float) -> Array:
    """(m,) float64, `fill` where it is missing; InputError for text and infinite values."""
    if kind_of(series.dtype) not in ("number", "truth"):
        if series.null_count() == series.len():
            return np.full(series.len(), fill)
        row = int(series.is_not_null().arg_max() or 0)
        first = shown(series.slice(row, 1).to_list()[0])
        raise InputError(
            f'column "{series.name}" holds {series.dtype} ({first} '
            f"in data row {row + 1:,}) where the model learned from numbers; convert it"
        )
    known = _filled(series, fill)
    if all_finite(known):
        return known
    values = numbers(series)
    infinite = values.is_infinite()
    if infinite.any():
        row = int(infinite.arg_max() or 0) + 1
        raise InputError(
            f'column "{series.name}" is infinite in data row {row:,}; put a number there, or '
            "leave it empty if the value is missing"
        )
    return np.asarray(values.fill_null(fill).to_numpy(), dtype=np.float64)


def _filled(series: pl.Series, fill: float) -> Array:
    """As float64 with the fill; in NumPy, for polars wakes a pool of threads for each of these."""
    values = floats(series)
    return np.where(np.isnan(values), fill, values) if series.null_count() else values


def floats(series: pl.Series) -> Array:
    """(m,) float64 of a column of numbers or truths, NaN where it is missing; may be its own.

    By NumPy, and by Arrow where it is loaded, which take memory that was used before; what
    polars takes is new each time, and costs more than the numbers.

    >>> import polars as pl
    >>> floats(pl.Series([2, 5])).tolist(), floats(pl.Series([True, None])).tolist()
    ([2.0, 5.0], [1.0, nan])
    """
    import polars as pl

    if not series.null_count():
        values = series.to_numpy()
        if values.dtype.kind == "b":
            values = values.view(np.uint8)
        if values.dtype.kind in "iuf":
            return values.astype(np.float64, copy=False)
    known: Any = series.cast(pl.Float64, strict=False)
    if not series.null_count() or "pyarrow" not in sys.modules:
        return known.to_numpy()
    column = known.to_arrow()  # whose own to_numpy would load pandas
    (bits, held), begin = column.buffers(), column.offset
    there = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")
    values = np.frombuffer(held, np.float64, len(column), 8 * begin)
    return np.where(there[begin : begin + len(column)], values, np.nan)


def all_finite(values: Array) -> bool:
    """Whether none is infinite or NaN; mostly by one look.

    >>> all_finite(np.array([1e200, 1.0])), all_finite(np.array([1.0, -np.inf]))
    (True, False)
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values @ values):
            return True
    return bool(np.isfinite(values.min()) and np.isfinite(values.max()))


def text_values(series: pl.Series) -> pl.Series:
    """(m,) String: the level of each row, "(missing)" where there is none."""
    import polars as pl

    if kind_of(series.dtype) == "other":
        if series.null_count() == series.len():
            return pl.Series(series.name, [MISSING_LEVEL] * series.len(), dtype=pl.String)
        raise InputError(
            f'column "{series.name}" holds {series.dtype} where the model learned from text; '
            "convert it"
        )
    values = words(series)
    return values.fill_null(MISSING_LEVEL) if values.null_count() else values


def learn_fill(series: pl.Series) -> float:
    """The median of what is there, 0 where nothing is; of a truth column the more frequent."""
    middle = numbers(series).median()
    fill = float(middle) if isinstance(middle, (int, float)) else 0.0
    return float(fill > 0.5) if kind_of(series.dtype) == "truth" else fill


def learn_levels(series: pl.Series) -> tuple[str, tuple[str, ...]]:
    """The most frequent level (the first by name of several), and the others by name."""
    counts = text_values(series).alias("level").value_counts(name="rows")
    levels = counts.sort(["rows", "level"], descending=[True, False])["level"].to_list()
    return levels[0], tuple(sorted(levels[1:]))
