"""How the values of a column are spread, in a few counts that a later table is held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.columns import kind_of, numbers, words
from steepest.data.contract import Sketch
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "MOST_LEVELS",
    "class_sketch",
    "counts_in",
    "levels_beside",
    "middle_of",
    "sketch_of",
    "spread_values",
]

MOST_LEVELS = 50
_BINS = 10
_ROWS_FOR_EDGES = 100_000
_AT_AN_END = 11


def sketch_of(series: pl.Series) -> Sketch | None:
    """Bins of numbers with about a tenth of the rows each, or the most frequent levels.

    Equal numbers stay in one bin, and up to ten different numbers get a bin each. None for
    dates, lists and the like.

    >>> import polars as pl
    >>> sketch_of(pl.Series([1, 1, 2, 5])).counts
    (2, 1, 1)
    >>> sketch_of(pl.Series(["sea", "hill", "sea", None])).levels
    ('sea', 'hill')
    """
    kind = kind_of(series.dtype)
    if kind == "other":
        return None
    values = spread_values(series, kind)
    if kind == "number":
        found = values.to_numpy()
        edges = _edges(found)
        return Sketch(tuple(edges.tolist()), (), _binned(edges, found), *_ends(found))
    counted = values.alias("level").value_counts(name="rows")
    counted = counted.sort(["rows", "level"], descending=[True, False])
    rows: list[int] = counted["rows"].to_list()
    most = tuple(str(level) for level in counted["level"].head(MOST_LEVELS).to_list())
    return Sketch((), most, (*rows[:MOST_LEVELS], sum(rows[MOST_LEVELS:])))


def class_sketch(levels: tuple[tuple[str, int], ...]) -> Sketch:
    """The sketch of a target of classes, from its (class, rows) pairs."""
    return Sketch((), tuple(name for name, _ in levels), (*(rows for _, rows in levels), 0))


def spread_values(series: pl.Series, kind: str) -> pl.Series:
    """What a sketch counts, without what is missing: Float64, or String for levels.

    A truth column that came as 0 and 1 has the levels false and true all the same.
    """
    import polars as pl

    if kind == "number":
        values = numbers(series).drop_nulls()
        return values.filter(values.is_finite())
    if kind == "truth" and kind_of(series.dtype) == "number":
        series = numbers(series).cast(pl.Boolean)
    return words(series).drop_nulls()


def counts_in(sketch: Sketch, values: pl.Series) -> tuple[int, ...]:
    """The rows of later values, as `spread_values` gives them, in the bins of a sketch."""
    if not sketch.levels:
        return _binned(np.array(sketch.edges), values.to_numpy())
    found: dict[str, int] = dict(values.alias("level").value_counts().iter_rows())
    known = [int(found.get(level, 0)) for level in sketch.levels]
    return (*known, values.len() - sum(known))


def levels_beside(
    sketch: Sketch, now: Mapping[str, int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows of each level before and now, those that only one of both has among them.

    The most frequent of both together come first, and of equal ones the first by name. An order
    by the counts of before would put the levels that were rare by luck together, and find that
    there are more of them now.

    now: level -> rows

    >>> levels_beside(Sketch((), ("sea", "hill"), (5, 1, 0)), {"hill": 1, "moon": 2})
    ((5, 1, 0), (0, 1, 2))
    """
    before = dict(zip(sketch.levels, sketch.counts, strict=False))
    both = {level: before.get(level, 0) + now.get(level, 0) for level in (*before, *now)}
    order = sorted(both, key=lambda level: (-both[level], level))
    return (
        tuple(before.get(level, 0) for level in order),
        tuple(now.get(level, 0) for level in order),
    )


def middle_of(sketch: Sketch) -> float | None:
    """About the median of a column of numbers; None where its bins are too wide to say."""
    if len(sketch.edges) < 2:
        return None
    rising = np.cumsum(sketch.counts)
    place = int(np.searchsorted(rising, float(rising[-1]) / 2))
    return sketch.edges[min(place, len(sketch.edges) - 1)]


def _edges(values: Array) -> Array:
    """Where the bins end, but for the last one, which has no end."""
    if not values.size:
        return np.empty(0)
    few = _few_values(values)
    if few is not None:
        return few[:-1]
    step = -(-values.size // _ROWS_FOR_EDGES)
    some = values[:: max(1, step)]
    shares = np.arange(1, _BINS) / _BINS
    cuts: Array = np.quantile(some, shares, method="inverted_cdf")
    edges = np.unique(cuts)
    return edges[edges < values.max()]


def _ends(values: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The lowest and the highest values, the outermost first."""
    most = min(_AT_AN_END, values.size)
    if not most:
        return (), ()
    lowest = np.sort(np.partition(values, most - 1)[:most])
    highest = np.sort(np.partition(values, values.size - most)[values.size - most :])[::-1]
    return tuple(lowest.tolist()), tuple(highest.tolist())


def _few_values(values: Array) -> Array | None:
    """The different values where they are ten at most; None where there are more."""
    if np.unique(values[:1_000]).size > _BINS:
        return None
    different = np.unique(values)
    return different if different.size <= _BINS else None


def _binned(edges: Array, values: Array) -> tuple[int, ...]:
    places = np.searchsorted(edges, values, side="left")
    return tuple(np.bincount(places, minlength=edges.size + 1).tolist())
