"""Whether a column's values change along the table: its first half against its last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.columns import kind_of, numbers, words
from steepest.data.stability import homogeneity, stability_index
from steepest.readable import readable

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Along", "drift_along", "ordered_said"]

_FEWEST = 50  # values in a half; with fewer, chance alone exceeds 0.25
_BINS = 10
_WORTH_SAYING = 0.1
_FALSE_ALARMS = 1e-3
_LARGE = 0.25
_NAMED = 4

Counts = tuple[list[int], list[int]]


@dataclass(frozen=True, slots=True)
class Along:
    """The population stability index between the first and the last half of the rows.

    drifts:  it is above 0.1 and above what 1 in 1,000 columns that do not change would show
    """

    index: float
    drifts: bool


def drift_along(column: pl.Series) -> Along | None:
    """How far a column drifts, by deciles of its first half or by its levels.

    Missing values are left out: how many there are is said elsewhere. None below 50 values in
    a half, and for what is neither number nor text.

    >>> import polars as pl
    >>> drift_along(pl.Series([1.0, 2.0, 3.0, 4.0] * 50))
    Along(index=0.0, drifts=False)
    >>> drift_along(pl.Series([float(i) for i in range(200)])).drifts
    True
    """
    half = column.len() // 2
    kind = kind_of(column.dtype)
    if kind == "other":
        return None
    read = words if kind == "text" else numbers
    first, last = read(column[:half]).drop_nulls(), read(column[half:]).drop_nulls()
    if min(first.len(), last.len()) < _FEWEST:
        return None
    before, after = _levels(first, last) if kind == "text" else _deciles(first, last)
    index = stability_index(before, after)
    return Along(index, index > _WORTH_SAYING and homogeneity(before, after) < _FALSE_ALARMS)


def ordered_said(frame: pl.DataFrame, columns: Sequence[str], *, plain: bool = True) -> str:
    """That the rows are ordered, where some columns change much along them; else "".

    plain:  whether rows were held out with no regard to groups or time

    >>> import polars as pl
    >>> ordered_said(pl.DataFrame({"day": range(200)}), ["day"], plain=False)[:58]
    'The first and the last half of the rows differ in day (pop'
    """
    found = [(name, drift_along(frame[name])) for name in columns]
    much = sorted(
        ((along.index, name) for name, along in found if along is not None and along.drifts),
        reverse=True,
    )
    if not much or much[0][0] < _LARGE:
        return ""
    said = [f"{name} ({readable(index, digits=2)})" for index, name in much[:_NAMED]]
    index, name = much[0]
    said[0] = (
        f"{name} (population stability index {readable(index, digits=2)}, where {_LARGE} is large)"
    )
    more = f" and {len(much) - _NAMED} more" if len(much) > _NAMED else ""
    advice = "; consider --split group=COLUMN or --split time=COLUMN" if plain else ""
    return (
        f"The first and the last half of the rows differ in {', '.join(said)}{more}: the rows are "
        f"ordered{advice}."
    )


def _deciles(first: pl.Series, last: pl.Series) -> Counts:
    """Counts between the deciles of the first half."""
    edges = np.unique(np.quantile(first.to_numpy(), np.arange(1, _BINS) / _BINS))

    def count(half: pl.Series) -> list[int]:
        places = np.searchsorted(edges, half.to_numpy(), side="left")
        return np.bincount(places, minlength=len(edges) + 1).tolist()

    return count(first), count(last)


def _levels(first: pl.Series, last: pl.Series) -> Counts:
    """Counts of every level of either half."""
    counts = [dict(half.value_counts(name="rows").iter_rows()) for half in (first, last)]
    levels = sorted(set(counts[0]) | set(counts[1]))
    before, after = ([count.get(level, 0) for level in levels] for count in counts)
    return before, after
