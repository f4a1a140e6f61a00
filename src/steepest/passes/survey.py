"""The first walk over all rows: what they hold, how many there are, and their squares.

Everything that can be known from looking at each row once, so that least squares need no other
look: the columns' ranges and gaps, the rows that train and those held out each reduced to a
triangle, and some rows of either drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from steepest.data.sources.rows import Rows
from steepest.data.sources.source import Piece
from steepest.errors import InputError
from steepest.objective.factor import Factor, factors_of, joined
from steepest.passes.column_sums import ColumnSums, sums_of, write_numbers
from steepest.passes.drawing import Keys
from steepest.passes.drawn_rows import Draw, DrawnRows, draw
from steepest.passes.layout import Layout
from steepest.passes.worker import Worker
from steepest.passes.wrong_rows import read_numbers, refuse_row
from steepest.trace import Array

__all__ = ["Survey", "Surveyed", "load_kernels"]

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
        drawing = Draw(self.draw, self.likely)
        parts: list[Surveyed] = []
        for rows, keys in worker.rows(piece, (*layout.columns, *self.beside)):
            try:
                parts.append(self._of_rows(rows, keys, layout, room, drawing))
            except InputError as error:
                refuse_row(error, rows, keys, layout, (worker.source, piece, first))
            first += rows.height
            if len(parts) > TOGETHER:
                parts = [_sums_of(parts)]
        some_train, some_held = drawing.drawn()
        return replace(_sums_of(parts), some_train=some_train, some_held=some_held)

    def merge(self, left: Surveyed, right: Surveyed) -> Surveyed:
        """Of both."""
        return replace(
            _sums_of([left, right]),
            some_train=_drawn([left.some_train, right.some_train], self.draw),
            some_held=_drawn([left.some_held, right.some_held], self.draw),
        )

    def _of_rows(
        self, rows: Rows, keys: Keys, layout: Layout, room: Array, drawing: Draw
    ) -> Surveyed:
        """Without the rows drawn, which go into `drawing`."""
        usable, own, numbers = read_numbers(rows, keys, layout, room)
        targeted = usable
        if layout.missing == "drop":
            targeted = rows.filter(rows.there([layout.contract.target]))
        known: Mapping[str, ColumnSums] = numbers.sums if targeted is usable else {}
        wanted = (*layout.columns, *self.beside)
        columns = [known.get(name) or sums_of(targeted, name) for name in wanted]
        y = numbers.y[~numbers.held] if layout.contract.classes else numbers.y[:0]
        classes = len(layout.contract.classes)
        counts = np.bincount(y.astype(np.int64), minlength=classes)[:classes].astype(float)
        plain = np.zeros((2, 0))
        if numbers.weight is not None:  # what standardises is not weighed
            away = numbers.columns[1:, ~numbers.held] - self.shift[:, None]
            plain = np.array([away.sum(axis=1), np.square(away).sum(axis=1)])
        train_factor, held_factor = factors_of(
            numbers.columns, self.shift, numbers.held, numbers.weight
        )
        # the other half of the bits: which rows are held out says nothing about these
        lots = (own << np.uint64(32)) | (own >> np.uint64(32))
        drawing.add(usable, lots, numbers.held)
        return Surveyed(
            rows=rows.height,
            targeted=targeted.height,
            used=usable.height,
            columns=columns,
            classes=counts,
            train=train_factor,
            held=held_factor,
            plain=plain,
            some_train=DrawnRows.none(),
            some_held=DrawnRows.none(),
        )


def load_kernels() -> None:
    """Have what is compiled of a survey ready before it begins."""
    columns = np.ones((2, 1))
    write_numbers(np.zeros(1), columns[1], 0.0)
    factors_of(columns, np.zeros(1), np.zeros(1, np.bool_))


def _sums_of(parts: Sequence[Surveyed]) -> Surveyed:
    """All that is summed; the rows drawn are those of the first part."""
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
        some_train=parts[0].some_train,
        some_held=parts[0].some_held,
    )


def _drawn(parts: list[DrawnRows], most: int) -> DrawnRows:
    import polars as pl

    keys = np.concatenate([part.keys for part in parts])
    return draw(pl.concat([part.frame for part in parts], rechunk=True), keys, most)
