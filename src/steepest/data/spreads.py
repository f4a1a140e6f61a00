"""How the columns of a later table are spread, tested against the contract's sketches.

All tests of a table are one family: by Holm's procedure its false alarms stay below 1 %,
however many columns there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.chances import (
    all_alike,
    beyond_counted,
    more_again,
    more_gaps,
    unseen_levels,
)
from steepest.data.column_spread import ColumnSpread, Levels, Numbers, Reach, ends_of, reach_of
from steepest.data.contract import Sketch
from steepest.data.held import Held, Pair
from steepest.data.sentinels import find_sentinels
from steepest.data.sketch import levels_beside
from steepest.data.stability import holm, homogeneity, stability_index

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "FALSE_ALARMS",
    "FEWEST_ROWS",
    "MOVED",
    "MOVED_A_LITTLE",
    "Again",
    "Spread",
    "Spreads",
    "spreads_of",
]

FALSE_ALARMS = 0.01
"""The share of tables drawn alike that get a warning of chance all the same, at most."""

FEWEST_ROWS = 30
"""With fewer rows on either side nothing is tested for drift."""

MOVED = 0.1
"""The population stability index from which a drift is warned of."""

MOVED_A_LITTLE = 0.02
"""The index from which one that chance does not explain is noted."""

_FEWEST_ALIKE = 5


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """A column as it is spread now; every p-value is after Holm's procedure, None where untested.

    values:    without what is missing, as the contract's sketch counts them: all of them, or of
               rows that are not in memory those of some, drawn at random
    found:     what all of them are
    sentinels: numbers among them that look like marks for missing values
    reach:     how far the other numbers go
    counts:    rows in the bins of the contract's sketch; () without one
    index:     the population stability index; None without a sketch
    chance:    the p-value of drift
    gaps:      of more missing values
    outside:   of so many numbers outside the range, or so far
    unseen:    of so many rows with levels that were not there
    alike:     of one value in every row, where the rows are too few for a test of drift
    """

    pair: Pair
    values: pl.Series
    found: ColumnSpread
    sentinels: tuple[float, ...]
    reach: Reach
    counts: tuple[int, ...]
    index: float | None
    chance: float | None = None
    gaps: float | None = None
    outside: float | None = None
    unseen: float | None = None
    alike: float | None = None

    @property
    def name(self) -> str:
        """Of the column."""
        return self.pair.name

    @property
    def drifted(self) -> bool:
        """Both: far enough to matter, and not by chance."""
        return self.by_chance is False and (self.index or 0.0) >= MOVED

    @property
    def by_chance(self) -> bool | None:
        """Whether chance spreads rows drawn alike so; None where it was not tested."""
        return None if self.chance is None else self.chance >= FALSE_ALARMS

    @property
    def same_by_chance(self) -> bool:
        """Whether chance may put one value in every row; True where it was not tested."""
        chance = self.chance if self.alike is None else self.alike
        return chance is None or chance >= FALSE_ALARMS

    @property
    def levels(self) -> Mapping[str, int]:
        """Level -> rows; none of numbers."""
        return self.found.rows if isinstance(self.found, Levels) else {}


@dataclass(frozen=True, slots=True)
class Again:
    """Rows that repeat an earlier one, and the p-value of so many, after Holm's procedure."""

    rows: int
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """All columns of a table that were held against a contract, one by one.

    again:  None where the contract did not count rows that repeat another
    family: how many tests there were in all
    """

    held: Held
    columns: tuple[Spread, ...]
    again: Again | None
    family: int

    @property
    def tested(self) -> int:
        """How many columns were tested for drift."""
        return sum(spread.chance is not None for spread in self.columns)


def spreads_of(held: Held) -> Spreads:
    """Count every column in the contract's bins, and test what can be tested."""
    columns = [_spread(pair) for pair in held.pairs]
    tests: dict[tuple[int, str], float] = {
        (i, name): chance
        for i, spread in enumerate(columns)
        for name, chance in _tests(spread, held.contract.rows).items()
    }
    again = _again(held)
    every = holm([*tests.values(), *([] if again is None else [again.chance])])
    found: dict[int, dict[str, float]] = {}
    for (i, name), chance in zip(tests, every, strict=False):
        found.setdefault(i, {})[name] = chance
    return Spreads(
        held,
        tuple(replace(s, **found.get(i, {})) for i, s in enumerate(columns)),
        None if again is None else replace(again, chance=every[-1]),
        len(every),
    )


def _spread(pair: Pair) -> Spread:
    sketch, found = pair.column.sketch, pair.spread
    if isinstance(found, Levels):
        counts = () if sketch is None else found.among(sketch)
        marks, reach = (), Reach()
    else:
        counts = found.counts
        rest = found.reach.least, found.reach.most
        marks = find_sentinels(found.marks, rest, pair.column.low, pair.column.high)
        reach = _measured(pair, found, marks)
    index = None if sketch is None else stability_index(sketch.counts, counts)
    return Spread(pair, pair.values, found, marks, reach, counts, index)


def _measured(pair: Pair, found: Numbers, marks: Sequence[float]) -> Reach:
    """The reach of all numbers but the marks for missing values."""
    reach = found.reach
    for value, rows in found.marks.items():
        if value not in marks:
            reach = reach + reach_of(pair.column, np.array([value])).times(rows)
    return reach


def _tests(spread: Spread, rows: int) -> dict[str, float]:
    """The p-values of a column by the names of their fields, each by itself."""
    pair, sketch = spread.pair, spread.pair.column.sketch
    tests: dict[str, float] = {}
    if _enough(spread):
        tests["chance"] = _drift(spread)
    elif sketch is not None and spread.found.count >= _FEWEST_ALIKE:
        tests["alike"] = _alike(spread)
    some = pair.missing or pair.column.missing  # else there is nothing to draw among
    if some and pair.rows >= FEWEST_ROWS and not pair.is_target:
        tests["gaps"] = more_gaps(pair.column.missing, rows, pair.missing, pair.rows)
    if pair.is_number and pair.column.low is not None and pair.column.high is not None:
        tests["outside"] = _outside(spread, rows)
    if pair.column.kind == "text" and _lists_all(sketch) and not pair.is_target:
        tests["unseen"] = _unseen(spread)
    return tests


def _enough(spread: Spread) -> bool:
    before = spread.pair.column.sketch
    if before is None or spread.pair.has_more_levels:
        return False
    return min(sum(before.counts), spread.found.count) >= FEWEST_ROWS


def _drift(spread: Spread) -> float:
    sketch = spread.pair.column.sketch
    if sketch is None:
        return 1.0
    if sketch.levels:
        return homogeneity(*levels_beside(sketch, spread.levels))
    return homogeneity(sketch.counts, spread.counts)


def _outside(spread: Spread, rows: int) -> float:
    """Of both ends of the range, the one that is less by chance."""
    column, reach = spread.pair.column, spread.reach
    before = max(1, rows - column.missing)
    lowest, highest, middle = ends_of(column)
    over, under, count = reach.over, reach.under, reach.count
    above = beyond_counted(highest, middle, before, count, over.rows, over.excess)
    down = [-value for value in lowest]
    below = beyond_counted(down, -middle, before, count, under.rows, under.excess)
    return min(1.0, 2 * min(above, below))


def _lists_all(sketch: Sketch | None) -> bool:
    """Whether it is a sketch of levels, and lists every one."""
    return sketch is not None and bool(sketch.levels) and not sketch.counts[-1]


def _unseen(spread: Spread) -> float:
    sketch = spread.pair.column.sketch
    return 1.0 if sketch is None else unseen_levels(*levels_beside(sketch, spread.levels))


def _alike(spread: Spread) -> float:
    """Of a single value in every row; rows of its own bin may have had it, all of them."""
    sketch = spread.pair.column.sketch
    if sketch is None or not spread.found.alike:
        return 1.0
    place = max(range(len(spread.counts)), key=lambda i: spread.counts[i])
    before = sum(sketch.counts)
    others = before - sketch.counts[place]
    return all_alike(others, before, spread.found.count, len(sketch.counts))


def _again(held: Held) -> Again | None:
    """Of a part of all that rows can hold, as if the contract's rows were of that part, too."""
    before, found = held.contract.repeated, held.again
    if before is None or found is None:
        return None
    rows, share = max(1, held.contract.rows), found.among / max(1, held.rows)
    chance = more_again(round(before * share), rows, found.rows, held.rows)
    return Again(round(found.rows / share), chance)
