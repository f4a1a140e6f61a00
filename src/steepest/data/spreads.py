"""How the columns of a later table are spread, tested against the contract's sketches.

All tests of a table are one family: by Holm's procedure its false alarms stay below 1 %,
however many columns there are.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.data.held import Held, Pair
from steepest.data.sketch import counts_in, levels_beside
from steepest.data.stability import holm, homogeneity, stability_index

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "FALSE_ALARMS",
    "FEWEST_ROWS",
    "MOVED",
    "MOVED_A_LITTLE",
    "Spread",
    "Spreads",
    "spreads_of",
]

FALSE_ALARMS = 0.01
"""The share of tables without any drift that get a warning of drift all the same, at most."""

FEWEST_ROWS = 30
"""With fewer rows on either side nothing is tested."""

MOVED = 0.1
"""The population stability index from which a drift is warned of."""

MOVED_A_LITTLE = 0.02
"""The index from which one that chance does not explain is noted."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """A column as it is spread now.

    values:   without what is missing, as the contract's sketch counts them
    counts:   rows in the bins of the contract's sketch; () without one
    index:    the population stability index; None without a sketch
    chance:   the p-value of drift, after Holm's procedure; None where it was not tested
    gaps:     the p-value of more missing values, after Holm's procedure; None likewise
    """

    pair: Pair
    values: pl.Series
    counts: tuple[int, ...]
    index: float | None
    chance: float | None
    gaps: float | None

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


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """All columns of a table that were held against a contract, one by one."""

    held: Held
    columns: tuple[Spread, ...]

    @property
    def tested(self) -> int:
        """How many columns were tested for drift."""
        return sum(spread.chance is not None for spread in self.columns)


def spreads_of(held: Held) -> Spreads:
    """Count every column in the contract's bins, and test what has rows enough."""
    columns: list[Spread] = []
    for pair in held.pairs:
        sketch, values = pair.column.sketch, pair.values
        counts = () if sketch is None else counts_in(sketch, values)
        index = None if sketch is None else stability_index(sketch.counts, counts)
        columns.append(Spread(pair, values, counts, index, None, None))
    return Spreads(held, tuple(_tested(held, columns)))


def _tested(held: Held, columns: Sequence[Spread]) -> list[Spread]:
    drift = {i: _drift(spread) for i, spread in enumerate(columns) if _enough(spread)}
    gaps = {
        i: _more_gaps(spread.pair, held.contract.rows)
        for i, spread in enumerate(columns)
        if spread.pair.rows >= FEWEST_ROWS and not spread.pair.is_target
    }
    adjusted = holm([*drift.values(), *gaps.values()])
    chances = dict(zip(drift, adjusted, strict=False))
    of_gaps = dict(zip(gaps, adjusted[len(drift) :], strict=True))
    return [
        Spread(s.pair, s.values, s.counts, s.index, chances.get(i), of_gaps.get(i))
        for i, s in enumerate(columns)
    ]


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


def _more_gaps(pair: Pair, rows_before: int) -> float:
    """Fisher's exact test, one-sided: at least so many of all gaps among the later rows."""
    if not pair.missing:
        return 1.0
    rows, gaps = rows_before + pair.rows, pair.column.missing + pair.missing
    later = np.arange(pair.missing, min(gaps, pair.rows) + 1)
    chances = _log_choices(gaps, later) + _log_choices(rows - gaps, pair.rows - later)
    return min(1.0, float(np.exp(chances - _log_choices(rows, pair.rows)).sum()))


def _log_choices(of: int, some: Any) -> Any:
    """The logarithm of the number of ways to choose."""
    special: Any = importlib.import_module("scipy.special")  # it has no types to check
    return special.gammaln(of + 1) - special.gammaln(some + 1) - special.gammaln(of - some + 1)
