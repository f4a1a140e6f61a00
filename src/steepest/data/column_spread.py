"""How the values of a later column are spread beside a contract, in counts that can be added up.

What `Spread` tests is all here: the bins of the contract's sketch, the levels, what lies outside
the range and how far, marks for missing values, fractions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.chances import excess_beyond
from steepest.data.contract import Column, Sketch
from steepest.data.sentinels import SENTINELS
from steepest.data.sketch import counts_in, middle_of
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "ColumnSpread",
    "End",
    "Levels",
    "Numbers",
    "Reach",
    "ends_of",
    "levels_of",
    "numbers_of",
    "reach_of",
]

MOST_LEVELS = 10_000


@dataclass(frozen=True, slots=True)
class End:
    """Values beyond one end of the range: how many, and by how much on a scale of logarithms."""

    rows: int = 0
    excess: float = 0.0

    def __add__(self, other: End) -> End:
        """With other rows."""
        return End(self.rows + other.rows, self.excess + other.excess)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the measured values go.

    count:         of them
    least, most:   None where there are none
    below, above:  rows outside the contract's range
    under, over:   those beyond its lowest and its highest known values
    """

    count: int = 0
    least: float | None = None
    most: float | None = None
    below: int = 0
    above: int = 0
    under: End = End()
    over: End = End()

    def times(self, rows: int) -> Reach:
        """Of so many rows like these."""
        under, over = self.under, self.over
        return replace(
            self,
            count=self.count * rows,
            below=self.below * rows,
            above=self.above * rows,
            under=End(under.rows * rows, under.excess * rows),
            over=End(over.rows * rows, over.excess * rows),
        )

    def __add__(self, other: Reach) -> Reach:
        """With other rows."""
        lows = [low for low in (self.least, other.least) if low is not None]
        highs = [high for high in (self.most, other.most) if high is not None]
        return Reach(
            self.count + other.count,
            min(lows, default=None),
            max(highs, default=None),
            self.below + other.below,
            self.above + other.above,
            self.under + other.under,
            self.over + other.over,
        )


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of a column of numbers.

    count:      how many values
    counts:     of them in the bins of the contract's sketch; () without one
    first:      the first value; None where there is none
    reach:      of all but the marks
    marks:      what may stand for a missing value, outside the range -> rows
    fractions:  how many are no whole numbers; fraction: the first of them
    """

    count: int
    counts: tuple[int, ...]
    first: float | None
    reach: Reach
    marks: dict[float, int]
    fractions: int
    fraction: float | None

    @property
    def alike(self) -> bool:
        """Whether all have one value, or there is none."""
        different = len(self.marks) + (self.reach.count > 0)
        return different <= 1 and self.reach.least == self.reach.most

    def __add__(self, after: Numbers) -> Numbers:
        """With the rows after these."""
        marks = dict(self.marks)
        for value, rows in after.marks.items():
            marks[value] = marks.get(value, 0) + rows
        return Numbers(
            self.count + after.count,
            tuple(a + b for a, b in zip(self.counts, after.counts, strict=True)),
            after.first if self.first is None else self.first,
            self.reach + after.reach,
            dict(sorted(marks.items())),
            self.fractions + after.fractions,
            after.fraction if self.fraction is None else self.fraction,
        )


@dataclass(frozen=True, slots=True)
class Levels:
    """Of a column of levels: text, true and false, classes.

    rows:    level -> how many; of very many levels those that the contract knows and the first
             10,000 others by name
    others:  rows of levels that are not listed
    first:   the level of the first row that has one
    """

    rows: dict[str, int]
    others: int
    first: str | None

    @property
    def count(self) -> int:
        """How many values there are."""
        return sum(self.rows.values()) + self.others

    @property
    def alike(self) -> bool:
        """Whether all have one level, or there is none."""
        return len(self.rows) <= 1 and not self.others

    def among(self, sketch: Sketch) -> tuple[int, ...]:
        """Rows of each level of the sketch, and then of all others."""
        known = [self.rows.get(level, 0) for level in sketch.levels]
        return (*known, self.count - sum(known))

    def beside(self, after: Levels, known: frozenset[str]) -> Levels:
        """With the rows after these."""
        rows = dict(self.rows)
        for level, count in after.rows.items():
            rows[level] = rows.get(level, 0) + count
        first = after.first if self.first is None else self.first
        return _few(Levels(rows, self.others + after.others, first), known)


ColumnSpread = Numbers | Levels


def numbers_of(column: Column, values: pl.Series) -> Numbers:
    """Of finite numbers, as `spread_values` gives them."""
    low, high, sketch = column.low, column.high, column.sketch
    found = values.to_numpy()
    marks: dict[float, int] = {}
    measured = found
    if low is not None and high is not None:
        outside = (found < low) | (found > high)
        mark = outside & np.isin(found, SENTINELS)
        different, rows = np.unique(found[mark], return_counts=True)
        marks = dict(zip(different.tolist(), rows.tolist(), strict=True))
        measured = found[~mark] if marks else found
    broken = found[found != np.floor(found)]
    return Numbers(
        count=len(found),
        counts=() if sketch is None else counts_in(sketch, values),
        first=float(found[0]) if len(found) else None,
        reach=reach_of(column, measured),
        marks=marks,
        fractions=len(broken),
        fraction=float(broken[0]) if len(broken) else None,
    )


def reach_of(column: Column, values: Array) -> Reach:
    """How far finite numbers go beyond what the contract knows."""
    if not len(values):
        return Reach()
    least, most = float(values.min()), float(values.max())
    if column.low is None or column.high is None:
        return Reach(len(values), least, most)
    lowest, highest, middle = ends_of(column)
    return Reach(
        len(values),
        least,
        most,
        int((values < column.low).sum()),
        int((values > column.high).sum()),
        _end(tuple(-value for value in lowest), -middle, -values),
        _end(highest, middle, values),
    )


def ends_of(column: Column) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """The lowest and the highest known values, the outermost first, and about the middle."""
    sketch = column.sketch
    lowest = () if sketch is None else sketch.lowest
    highest = () if sketch is None else sketch.highest
    middle = None if sketch is None else middle_of(sketch)
    return (
        lowest or (column.low or 0.0,),
        highest or (column.high or 0.0,),
        (column.mean or 0.0) if middle is None else middle,
    )


def _end(known: tuple[float, ...], middle: float, values: Array) -> End:
    over = values[values > known[0]]
    return End(len(over), excess_beyond(known, middle, over)) if len(over) else End()


def levels_of(column: Column, values: pl.Series) -> Levels:
    """Of levels, as `Pair.values` gives them."""
    counted = values.alias("level").value_counts(name="rows")
    rows = {str(level): int(count) for level, count in counted.iter_rows()}
    known = frozenset(() if column.sketch is None else column.sketch.levels)
    return _few(Levels(rows, 0, str(values[0]) if values.len() else None), known)


def _few(found: Levels, known: frozenset[str]) -> Levels:
    """With no more levels than are worth listing, those first by name: so whoever counts which
    rows, a level that is listed in the end was listed, and counted, from the beginning."""
    if len(found.rows) <= MOST_LEVELS + len(known):
        return found
    new = sorted(level for level in found.rows if level not in known)[:MOST_LEVELS]
    kept = {level: found.rows[level] for level in (*(known & set(found.rows)), *new)}
    return Levels(kept, found.count - sum(kept.values()), found.first)
