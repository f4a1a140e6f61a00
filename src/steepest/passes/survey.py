"""The first walk over all rows: what they hold, how many there are, and their squares.

Everything that can be known from looking at each row once, so that least squares need no other
look: the columns' ranges and gaps, the rows that train and those held out each reduced to a
triangle, and some rows of either drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.sources.source import Piece
from steepest.objective.factor import Factor, factor_of, joined
from steepest.passes.column_sums import ColumnSums, sums_of
from steepest.passes.drawing import Keys, below
from steepest.passes.drawn_rows import DrawnRows, draw
from steepest.passes.layout import Layout
from steepest.passes.worker import Worker
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Survey", "Surveyed"]

TOGETHER = 8
"""Triangles that are joined at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Surveyed:
    """What the rows hold.

    rows:     of the source
    used:     of them, that have a target (and all features, where others are dropped)
    columns:  of the layout's columns in turn, over the rows used
    classes:  (K,) rows of each class among those that train; (0,) of a number
    train, held:  the rows of either part, reduced
    some_train, some_held:  drawn from either part
    """

    rows: int
    used: int
    columns: list[ColumnSums]
    classes: Array
    train: Factor
    held: Factor
    some_train: DrawnRows
    some_held: DrawnRows


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Looks at every row.

    shift:   (d + 1,) what is taken from the raw features and the target on the way
    draw:    how many rows are drawn of each part
    likely:  no row with a key beyond this share of all keys is drawn; so few are looked at twice
    """

    shift: Array
    draw: int
    likely: float

    @property
    def answer(self) -> type[Surveyed]:
        """The type of the answers."""
        return Surveyed

    def of_piece(self, piece: Piece, worker: Worker) -> Surveyed:
        """Of one piece."""
        layout = worker.layout
        whole: Surveyed | None = None
        waiting: list[Surveyed] = []
        for frame, keys in worker.frames(piece):
            waiting.append(self._of_frame(frame, keys, layout))
            if len(waiting) == TOGETHER:
                whole = self._merged([*([] if whole is None else [whole]), *waiting])
                waiting = []
        return self._merged([*([] if whole is None else [whole]), *waiting])

    def merge(self, left: Surveyed, right: Surveyed) -> Surveyed:
        """Of both."""
        return self._merged([left, right])

    def _merged(self, parts: list[Surveyed]) -> Surveyed:
        columns = parts[0].columns
        for part in parts[1:]:
            columns = [a + b for a, b in zip(columns, part.columns, strict=True)]
        return Surveyed(
            rows=sum(part.rows for part in parts),
            used=sum(part.used for part in parts),
            columns=columns,
            classes=np.sum([part.classes for part in parts], axis=0),
            train=joined([part.train for part in parts]),
            held=joined([part.held for part in parts]),
            some_train=_drawn([part.some_train for part in parts], self.draw),
            some_held=_drawn([part.some_held for part in parts], self.draw),
        )

    def _of_frame(self, frame: pl.DataFrame, keys: Keys, layout: Layout) -> Surveyed:
        usable, own = layout.usable(frame, keys)
        numbers = layout.numbers(usable, own)
        y = numbers.y[~numbers.held]
        classes = len(layout.contract.classes)
        # the other half of the bits: which rows are held out says nothing about these
        lots = (own << np.uint64(32)) | (own >> np.uint64(32))
        near = below(lots, self.likely)
        train, held = near & ~numbers.held, near & numbers.held
        return Surveyed(
            rows=frame.height,
            used=usable.height,
            columns=sums_of(usable, layout.columns),
            classes=np.bincount(y.astype(np.int64), minlength=classes)[:classes].astype(float),
            train=factor_of(numbers.part(held=False), self.shift),
            held=factor_of(numbers.part(held=True), self.shift),
            some_train=draw(usable.filter(train), lots[train], self.draw),
            some_held=draw(usable.filter(held), lots[held], self.draw),
        )


def _drawn(parts: list[DrawnRows], most: int) -> DrawnRows:
    import polars as pl

    keys = np.concatenate([part.keys for part in parts])
    return draw(pl.concat([part.frame for part in parts], rechunk=True), keys, most)
