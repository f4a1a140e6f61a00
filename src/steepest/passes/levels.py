"""How often each value of some columns occurs: the levels of text, the classes of a target."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steepest.data.reading import text_values
from steepest.data.sources.source import Piece
from steepest.passes.drawing import below
from steepest.passes.worker import Worker

if TYPE_CHECKING:
    import polars as pl

    from steepest.data.sources.rows import Rows
    from steepest.passes.drawing import Keys
    from steepest.passes.layout import Layout

__all__ = ["Levels", "LevelsSeen"]

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class LevelsSeen:
    """Of rows with a target; a missing value is the level "(missing)".

    rows:     how many there are
    counts:   level -> rows for each column in turn; None for one that has too many of them
    trained:  the same of the usable rows that train alone
    """

    rows: int
    counts: list[Counts | None]
    trained: list[Counts | None]


@dataclass(frozen=True, slots=True)
class Levels:
    """Reads nothing but these columns, and what says which rows are usable.

    most:  beyond so many levels a column is no longer counted
    """

    columns: tuple[str, ...]
    most: int

    @property
    def answer(self) -> type[LevelsSeen]:
        """The type of the answers."""
        return LevelsSeen

    def of_piece(self, piece: Piece, worker: Worker) -> LevelsSeen:
        """Counted in one piece."""
        layout = worker.layout
        needed = [*self.columns, layout.contract.target]
        if layout.missing == "drop":
            needed += [column.name for column in layout.contract.features]
        found = LevelsSeen(0, [{} for _ in self.columns], [{} for _ in self.columns])
        for rows, keys in worker.rows(piece, list(dict.fromkeys(needed))):
            found = self.merge(found, self._counted(rows, keys, layout))
        return found

    def _counted(self, rows: Rows, keys: Keys, layout: Layout) -> LevelsSeen:
        targeted = rows.frame.filter(rows.there([layout.contract.target]))
        usable, own = layout.usable(rows, keys)
        train = usable.frame.filter(~below(own, layout.holdout))
        return LevelsSeen(
            targeted.height,
            [self._kept(_counts(targeted[name])) for name in self.columns],
            [self._kept(_counts(train[name])) for name in self.columns],
        )

    def merge(self, left: LevelsSeen, right: LevelsSeen) -> LevelsSeen:
        """Both together."""
        return LevelsSeen(
            left.rows + right.rows,
            self._added(left.counts, right.counts),
            self._added(left.trained, right.trained),
        )

    def _added(self, left: list[Counts | None], right: list[Counts | None]) -> list[Counts | None]:
        return [
            None if a is None or b is None else self._kept(dict(Counter(a) + Counter(b)))
            for a, b in zip(left, right, strict=True)
        ]

    def _kept(self, counts: Counts) -> Counts | None:
        return counts if len(counts) <= self.most else None


def _counts(column: pl.Series) -> Counts:
    counted = text_values(column).alias("level").value_counts(name="rows")
    return {str(level): int(rows) for level, rows in counted.iter_rows()}
