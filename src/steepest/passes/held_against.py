"""All rows held against a contract: what no column may hold, and how each is spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steepest.data.column_spread import ColumnSpread, Levels, Numbers
from steepest.data.columns import kind_of
from steepest.data.contract import Column, Contract
from steepest.data.faults import Faults
from steepest.data.fingerprint import hashes_beside
from steepest.data.hashed_rows import HashedRows, hashed_rows, joined
from steepest.data.held import UseOfTarget, columns_held, pair_faults, spread_of
from steepest.data.sources.source import Piece
from steepest.passes.drawing import Keys
from steepest.passes.placed_rows import PlacedRows, draw_placed, drawn_together
from steepest.passes.worker import Worker

if TYPE_CHECKING:
    import polars as pl

__all__ = ["HeldAgainst", "Looked"]

TOGETHER = 8


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What the rows hold.

    pieces:  rows of each piece in turn
    faults, spreads: of each column that is held against the contract; None for one of no number,
             truth or text
    gaps:    of each column of the key the first row, from 0, that has no value in it
    keys, alike: hashes of the key, and of all features; None where they were not asked for
    some:    drawn from all
    """

    pieces: list[int]
    faults: list[Faults]
    spreads: list[ColumnSpread | None]
    gaps: list[int | None]
    keys: HashedRows | None
    alike: HashedRows | None
    some: PlacedRows


@dataclass(frozen=True, slots=True, eq=False)
class HeldAgainst:
    """Looks at every row, and at the columns that count.

    names:   the columns that the source has
    draw:    how many rows are drawn
    likely:  no row with a key beyond this share of all keys is drawn
    """

    contract: Contract
    names: tuple[str, ...]
    target: UseOfTarget
    draw: int
    likely: float

    @property
    def answer(self) -> type[Looked]:
        """The type of the answers."""
        return Looked

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those held against the contract."""
        return columns_held(self.contract, self.names, self.target)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the key; none where one of them is not there, which is said anyway."""
        key = self.contract.key
        return key if all(name in self.names for name in key) else ()

    @property
    def read(self) -> tuple[str, ...]:
        """What need be read; at least one column, whose rows can be counted."""
        asked = dict.fromkeys([*(column.name for column in self.columns), *self.key])
        return tuple(asked) or self.names[:1]

    def of_piece(self, piece: Piece, worker: Worker) -> Looked:
        """Of one piece."""
        waiting: list[Looked] = []
        for rows, keys in worker.rows(piece, self.read):
            waiting.append(self._of_frame(rows.frame, keys))
            if len(waiting) == TOGETHER:
                waiting = [self._merged(waiting)]
        return self._merged(waiting, whole=True)

    def merge(self, left: Looked, right: Looked) -> Looked:
        """Of both."""
        return self._merged([left, right])

    def _of_frame(self, frame: pl.DataFrame, keys: Keys) -> Looked:
        columns = self.columns
        nulls = {name: frame[name].is_null() for name in self.key}
        return Looked(
            [frame.height],
            [pair_faults(self.contract, column, frame[column.name]) for column in columns],
            [_spread(column, frame[column.name]) for column in columns],
            [int(null.arg_max() or 0) if null.any() else None for null in nulls.values()],
            self._hashed(frame, [c for c in self.contract.columns if c.name in self.key]),
            self._hashed(frame, self._repeatable(frame)),
            draw_placed(frame, keys, self.draw, self.likely),
        )

    def _repeatable(self, frame: pl.DataFrame) -> Sequence[Column]:
        """The features, where the contract counted rows that repeat another and all are there."""
        features = self.contract.features
        if self.contract.repeated is None or any(c.name not in frame.columns for c in features):
            return ()
        return features

    def _hashed(self, frame: pl.DataFrame, columns: Sequence[Column]) -> HashedRows | None:
        some = [c for c in columns if not frame[c.name].dtype.is_nested()]
        return hashed_rows(hashes_beside(frame, some)) if some else None

    def _merged(self, parts: Sequence[Looked], *, whole: bool = False) -> Looked:
        """whole: they are of one piece."""
        found = parts[0]
        for part in parts[1:]:
            rows = sum(found.pieces)
            found = Looked(
                [*found.pieces, *part.pieces],
                [a + b for a, b in zip(found.faults, part.faults, strict=True)],
                [
                    _both(column, a, b)
                    for column, a, b in zip(self.columns, found.spreads, part.spreads, strict=True)
                ],
                [
                    a if b is None or a is not None else b + rows
                    for a, b in zip(found.gaps, part.gaps, strict=True)
                ],
                _hashes(found.keys, part.keys),
                _hashes(found.alike, part.alike),
                found.some,
            )
        some = drawn_together([part.some for part in parts], self.draw)
        pieces = [sum(found.pieces)] if whole else found.pieces
        return Looked(
            pieces, found.faults, found.spreads, found.gaps, found.keys, found.alike, some
        )


def _spread(column: Column, series: pl.Series) -> ColumnSpread | None:
    return None if kind_of(series.dtype) == "other" else spread_of(column, series)


def _both(
    column: Column, left: ColumnSpread | None, right: ColumnSpread | None
) -> ColumnSpread | None:
    if isinstance(left, Numbers) and isinstance(right, Numbers):
        return left + right
    if isinstance(left, Levels) and isinstance(right, Levels):
        return left.beside(right, frozenset(() if column.sketch is None else column.sketch.levels))
    return None


def _hashes(left: HashedRows | None, right: HashedRows | None) -> HashedRows | None:
    return None if left is None or right is None else joined(left, right)
