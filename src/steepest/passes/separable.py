"""Whether classes can be told apart perfectly, asked of all rows that train.

What `steepest.objective.separability` asks of rows in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.data.sources.source import Piece
from steepest.objective.design import row_squares
from steepest.objective.separability import ends_of, standing_out, wrong_rows
from steepest.passes.loss_sums import LinearLoss
from steepest.passes.worker import Worker
from steepest.trace import Array

__all__ = ["Ends", "Sides", "Spans", "StandingOut", "StandingRows", "WrongSide"]


@dataclass(frozen=True, slots=True)
class Sides:
    """rows: that count; wrong: of them, that are not strictly on their own side."""

    rows: int
    wrong: int


@dataclass(frozen=True, slots=True, eq=False)
class WrongSide:
    """How many rows are not on their own side of the boundary at params (K p,)."""

    of: LinearLoss
    params: Array

    @property
    def answer(self) -> type[Sides]:
        """The type of the answers."""
        return Sides

    def of_piece(self, piece: Piece, worker: Worker) -> Sides:
        """Of the rows of a piece that train and weigh something."""
        params, rows, wrong = self.of.by_class(self.params), 0, 0
        for block in worker.designs(piece):
            rows += len(block.y) if block.weight is None else int(np.sum(block.weight > 0))
            wrong += wrong_rows([block], params, self.of.intercept)
        return Sides(rows, wrong)

    def merge(self, left: Sides, right: Sides) -> Sides:
        """Added."""
        return Sides(left.rows + right.rows, left.wrong + right.wrong)


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """low, high: (d,) of each column; largest: the largest ‖xᵢ‖²."""

    low: Array
    high: Array
    largest: float


@dataclass(frozen=True, slots=True)
class Ends:
    """The least and the greatest value of each of d columns over the rows that count."""

    columns: int

    @property
    def answer(self) -> type[Spans]:
        """The type of the answers."""
        return Spans

    def of_piece(self, piece: Piece, worker: Worker) -> Spans:
        """Of one piece."""
        found = Spans(np.full(self.columns, np.inf), np.full(self.columns, -np.inf), 0.0)
        for block in worker.designs(piece):
            low, high = ends_of([block], self.columns)
            squares = row_squares(block.X)
            counting = squares if block.weight is None else squares[block.weight > 0]
            found = self.merge(found, Spans(low, high, float(counting.max(initial=0.0))))
        return found

    def merge(self, left: Spans, right: Spans) -> Spans:
        """Over both."""
        low, high = np.minimum(left.low, right.low), np.maximum(left.high, right.high)
        return Spans(low, high, max(left.largest, right.largest))


@dataclass(frozen=True, slots=True, eq=False)
class StandingRows:
    """above, below: (K, d) rows of each class beyond either end of each column."""

    above: Array
    below: Array


@dataclass(frozen=True, slots=True, eq=False)
class StandingOut:
    """How many rows of each class are above the least and below the greatest value of a column.

    low, high:  (d,) these values
    classes:    K
    """

    low: Array
    high: Array
    classes: int

    @property
    def answer(self) -> type[StandingRows]:
        """The type of the answers."""
        return StandingRows

    def of_piece(self, piece: Piece, worker: Worker) -> StandingRows:
        """Of one piece."""
        above, below = np.zeros((2, self.classes, len(self.low)))
        for block in worker.designs(piece):
            own = standing_out([block], self.low, self.high, self.classes)
            above, below = above + own[0], below + own[1]
        return StandingRows(above, below)

    def merge(self, left: StandingRows, right: StandingRows) -> StandingRows:
        """Added."""
        return StandingRows(left.above + right.above, left.below + right.below)
