"""How the columns of a later table are spread, tested against the contract's sketches.

All tests of a table are one family: by Holm's procedure its false alarms stay below 1 %,
however many columns there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steepest.data.chances import all_alike, beyond, more_again, more_gaps, unseen_levels
from steepest.data.contract import Sketch
from steepest.data.held import Held, Pair
from steepest.data.repeated_rows import count_repeated
from steepest.data.sentinels import find_sentinels
from steepest.data.sketch import counts_in, levels_beside, middle_of
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

    values:    without what is missing, as the contract's sketch counts them
    sentinels: numbers among them that look like marks for missing values
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
    sentinels: tuple[float, ...]
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
    def measured(self) -> pl.Series:
        """The values without the marks for missing ones."""
        if not self.sentinels:
            return self.values
        return self.values.filter(~self.values.is_in(list(self.sentinels)))


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
    sketch, values = pair.column.sketch, pair.values
    counts = () if sketch is None else counts_in(sketch, values)
    index = None if sketch is None else stability_index(sketch.counts, counts)
    known = pair.column.low, pair.column.high
    marks = find_sentinels(values, *known) if pair.is_number else ()
    return Spread(pair, values, marks, counts, index)


def _tests(spread: Spread, rows: int) -> dict[str, float]:
    """The p-values of a column by the names of their fields, each by itself."""
    pair, sketch = spread.pair, spread.pair.column.sketch
    tests: dict[str, float] = {}
    if _enough(spread):
        tests["chance"] = _drift(spread)
    elif sketch is not None and spread.values.len() >= _FEWEST_ALIKE:
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
    return min(sum(before.counts), spread.values.len()) >= FEWEST_ROWS


def _drift(spread: Spread) -> float:
    sketch = spread.pair.column.sketch
    if sketch is None:
        return 1.0
    if sketch.levels:
        return homogeneity(*levels_beside(sketch, spread.values))
    return homogeneity(sketch.counts, spread.counts)


def _outside(spread: Spread, rows: int) -> float:
    """Of both ends of the range, the one that is less by chance."""
    column, sketch = spread.pair.column, spread.pair.column.sketch
    before = max(1, rows - column.missing)
    highest = (column.high or 0.0,) if sketch is None else sketch.highest
    lowest = (column.low or 0.0,) if sketch is None else sketch.lowest
    middle = None if sketch is None else middle_of(sketch)
    middle = (column.mean or 0.0) if middle is None else middle
    values = spread.measured.to_numpy()
    above = beyond(highest or (column.high or 0.0,), middle, before, values)
    down = [-value for value in lowest or (column.low or 0.0,)]
    return min(1.0, 2 * min(above, beyond(down, -middle, before, -values)))


def _lists_all(sketch: Sketch | None) -> bool:
    """Whether it is a sketch of levels, and lists every one."""
    return sketch is not None and bool(sketch.levels) and not sketch.counts[-1]


def _unseen(spread: Spread) -> float:
    sketch = spread.pair.column.sketch
    return 1.0 if sketch is None else unseen_levels(*levels_beside(sketch, spread.values))


def _alike(spread: Spread) -> float:
    """Of a single value in every row; rows of its own bin may have had it, all of them."""
    sketch = spread.pair.column.sketch
    if sketch is None or spread.values.n_unique() > 1:
        return 1.0
    place = max(range(len(spread.counts)), key=lambda i: spread.counts[i])
    before = sum(sketch.counts)
    others = before - sketch.counts[place]
    return all_alike(others, before, spread.values.len(), len(sketch.counts))


def _again(held: Held) -> Again | None:
    before, frame = held.contract.repeated, held.table.frame
    names: Sequence[str] = [column.name for column in held.contract.features]
    if before is None or any(name not in frame.columns for name in names):
        return None
    repeated = count_repeated(frame, names)
    chance = more_again(before, max(1, held.contract.rows), repeated, frame.height)
    return Again(repeated, chance)
