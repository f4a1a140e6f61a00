"""The first walk over all rows: what they hold, how many there are, and their squares.

Everything that can be known from looking at each row once, so that least squares need no other
look: the columns' ranges and gaps, the rows that train and those held out each reduced to a
triangle, and some rows of either drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.data.sources.source import Piece
from steepest.errors import InputError
from steepest.objective.design import dense
from steepest.objective.factor import Factor, factors_of, joined
from steepest.passes.column_sums import ColumnSums, sums_of
from steepest.passes.drawing import Keys, below
from steepest.passes.drawn_rows import DrawnRows, draw
from steepest.passes.layout import Layout
from steepest.passes.worker import Worker
from steepest.passes.wrong_rows import read_numbers, refuse_row
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
    targeted: of them, that have a target
    used:     of these, that are usable: all, or those with all features where others are dropped
    columns:  of the layout's columns in turn and those beside them, over the rows with a target
    classes:  (K,) rows of each class among those that train; (0,) of a number
    train, held:  the rows of either part, reduced; those held out all weigh the same
    plain:    (2, d + 1) of rows that train and weigh differently: sums of their raw features and
              target less the shift, and of the squares of these, all rows alike; (2, 0) else
    some_train, some_held:  drawn from either part
    """

    rows: int
    targeted: int
    used: int
    columns: list[ColumnSums]
    classes: Array
    train: Factor
    held: Factor
    plain: Array
    some_train: DrawnRows
    some_held: DrawnRows


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Looks at every row.

    shift:   (d + 1,) what is taken from the raw features and the target on the way
    draw:    how many rows are drawn of each part
    likely:  no row with a key beyond this share of all keys is drawn, of those that train and of
             those held out; so few are looked at twice
    beside:  columns that are not in the layout and are looked at all the same
    """

    shift: Array
    draw: int
    likely: tuple[float, float]
    beside: tuple[str, ...] = ()

    @property
    def answer(self) -> type[Surveyed]:
        """The type of the answers."""
        return Surveyed

    def of_piece(self, piece: Piece, worker: Worker) -> Surveyed:
        """Of one piece."""
        layout, first, room = worker.layout, 0, worker.layout.room()
        whole: Surveyed | None = None
        waiting: list[Surveyed] = []
        for frame, keys in worker.frames(piece, (*layout.columns, *self.beside)):
            try:
                waiting.append(self._of_frame(frame, keys, layout, room))
            except InputError as error:
                refuse_row(error, frame, keys, layout, (worker.source, piece, first))
            first += frame.height
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
            targeted=sum(part.targeted for part in parts),
            used=sum(part.used for part in parts),
            columns=columns,
            classes=np.sum([part.classes for part in parts], axis=0),
            train=joined([part.train for part in parts]),
            held=joined([part.held for part in parts]),
            plain=np.sum([part.plain for part in parts], axis=0),
            some_train=_drawn([part.some_train for part in parts], self.draw),
            some_held=_drawn([part.some_held for part in parts], self.draw),
        )

    def _of_frame(self, frame: pl.DataFrame, keys: Keys, layout: Layout, room: Array) -> Surveyed:
        usable, own, numbers = read_numbers(frame, keys, layout, room)
        targeted = usable
        if layout.missing == "drop":
            targeted = frame.filter(frame[layout.contract.target].is_not_null())
        block = Block(numbers.X, numbers.y, numbers.weight)
        train_factor, held_factor = factors_of(block, numbers.held, self.shift)
        plain = np.zeros((2, 0))
        if numbers.weight is not None:  # what standardises is not weighed
            plain = _plain(numbers.part(held=False), self.shift)
        y = numbers.y[~numbers.held] if layout.contract.classes else numbers.y[:0]
        classes = len(layout.contract.classes)
        # the other half of the bits: which rows are held out says nothing about these
        lots = (own << np.uint64(32)) | (own >> np.uint64(32))
        train = np.flatnonzero(below(lots, self.likely[0]) & ~numbers.held)
        held = np.flatnonzero(below(lots, self.likely[1]) & numbers.held)
        some_train, some_held = _least_of(usable, lots, (train, held), self.draw)
        return Surveyed(
            rows=frame.height,
            targeted=targeted.height,
            used=usable.height,
            columns=sums_of(targeted, (*layout.columns, *self.beside)),
            classes=np.bincount(y.astype(np.int64), minlength=classes)[:classes].astype(float),
            train=train_factor,
            held=held_factor,
            plain=plain,
            some_train=some_train,
            some_held=some_held,
        )


def _plain(block: Block, shift: Array) -> Array:
    away = np.column_stack([dense(block.X), block.y]) - shift
    return np.array([away.sum(axis=0), np.square(away).sum(axis=0)])


def _least_of(
    frame: pl.DataFrame, lots: Keys, parts: Sequence[NDArray[np.int64]], most: int
) -> list[DrawnRows]:
    """What `draw` gives of each part, with one walk over the columns for all of them."""
    chosen = [part[np.argsort(lots[part], kind="stable")[:most]] for part in parts]
    drawn: list[DrawnRows] = []
    rows, begin = frame[np.concatenate(chosen)], 0
    for part in chosen:
        drawn.append(DrawnRows(lots[part], rows[begin : begin + len(part)]))
        begin += len(part)
    return drawn


def _drawn(parts: list[DrawnRows], most: int) -> DrawnRows:
    import polars as pl

    keys = np.concatenate([part.keys for part in parts])
    return draw(pl.concat([part.frame for part in parts], rechunk=True), keys, most)
