"""How often each value of some columns of text occurs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from steepest.data.reading import text_values
from steepest.data.sources.source import Piece
from steepest.passes.worker import Worker

__all__ = ["Levels", "LevelsSeen"]

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class LevelsSeen:
    """Level -> rows for each column in turn; None for one that has too many of them."""

    counts: list[Counts | None]


@dataclass(frozen=True, slots=True)
class Levels:
    """Over all rows, whether they train or not.

    columns:  of text
    most:     beyond so many levels a column is no longer counted
    """

    columns: tuple[str, ...]
    most: int

    @property
    def answer(self) -> type[LevelsSeen]:
        """The type of the answers."""
        return LevelsSeen

    def of_piece(self, piece: Piece, worker: Worker) -> LevelsSeen:
        """Counted in one piece; nothing but these columns is read."""
        found: list[Counts | None] = [{} for _ in self.columns]
        for frame, _ in worker.frames(piece, self.columns):
            for j, name in enumerate(self.columns):
                counts = text_values(frame[name]).alias("level").value_counts(name="rows")
                found[j] = self._added(found[j], dict(counts.iter_rows()))
        return LevelsSeen(found)

    def merge(self, left: LevelsSeen, right: LevelsSeen) -> LevelsSeen:
        """Both together."""
        pairs = zip(left.counts, right.counts, strict=True)
        return LevelsSeen([None if b is None else self._added(a, b) for a, b in pairs])

    def _added(self, left: Counts | None, right: Counts) -> Counts | None:
        if left is None:
            return None
        both = Counter(left) + Counter(right)
        return dict(both) if len(both) <= self.most else None
