"""The rows of a watched loop: one a step, and every second one of them where they are too many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.storage.columns import Column
from steepest.trace import Array
from steepest.watching.captures import Measured, Numbers

__all__ = ["MOST_ROWS", "Recorder"]

MOST_ROWS = 4096
PATIENCE = 200


class Recorder:
    """Up to 4,096 rows of step, loss, learning rate, and of measures that came up.

    Where there is no room, every second row goes, and from then on only every second step is
    recorded; so the record of a long loop is thinned evenly. A thread may take the new rows
    meanwhile (`new_rows`).

    A step whose loss nobody said has no row where others have one, as in a loop that says it at
    every tenth step; what was measured there goes to the next row that has a loss.

    most:    how many rows there may be, 4,096 or fewer
    first:   the step of the first row
    settled: the last step of which all is known that ever will be
    """

    def __init__(self) -> None:
        self.stride = 1
        self.most = MOST_ROWS
        self.first = 0
        self.count = 0
        self._step = np.zeros(MOST_ROWS, dtype=np.int64)
        self._loss = np.full(MOST_ROWS, math.nan)
        self._rate = np.full(MOST_ROWS, math.nan)
        self._told = np.zeros(MOST_ROWS, dtype=np.bool_)
        self._named: tuple[str, ...] = ()
        self._table: Array = np.empty((MOST_ROWS, 0))
        self._measures: dict[str, Array] = {}
        self._tables: dict[str, Array] = {}
        self.settled = -1
        self._last = -1
        self._taken = -1
        self._lock = RLock()

    def open(self, step: int, rate: float, loss: float | None = None) -> bool:
        """Begin the row of a step; False where thinning leaves it out."""
        if not self.count:
            self.first = step
        if self.stride > 1 and (step - self.first) % self.stride:
            return False
        while self.count >= self.most:  # steps that rise by 8 outlive the first three rounds
            self._thin()
        if (step - self.first) % self.stride:
            return False
        at = self.count
        self._step[at] = step
        self._rate[at] = rate
        self._told[at] = loss is not None
        if loss is not None:
            self._loss[at] = loss
        self._last = step
        self.count = at + 1
        return True

    @property
    def told(self) -> bool:
        """Whether the loss of any step was said."""
        return bool(self._told[: self.count].any())

    def drop(self, step: int) -> None:
        """Take the row of the last step away again, where it has one."""
        at = self.count - 1
        if at >= 0 and self._step[at] == step:
            self._loss[at] = self._rate[at] = math.nan
            for column in self._measures.values():
                column[at] = math.nan
            self.count, self._last = at, -1

    def loss(self, step: int, value: float) -> None:
        """Set the loss of a step, where it has a row."""
        at = self._row(step)
        if at >= 0:
            self._loss[at] = value
            self._told[at] = True

    def vectors(self, steps: NDArray[np.int64], params: Numbers, gradient: Numbers) -> None:
        """Set parameters and gradients (n, p) of n steps, where every row has them."""
        rows, there = self._rows(steps)
        for name, vectors in (("params", params), ("gradient", gradient)):
            if name not in self._tables:
                self._tables[name] = np.full((MOST_ROWS, vectors.shape[1]), math.nan)
            self._tables[name][rows] = vectors[there]

    def measure(self, step: int, name: str, value: float) -> None:
        """Set one measure of a step, where it has a row."""
        at = self._row(step)
        if at >= 0:
            self._column(name)[at] = value

    def measures(self, measured: Measured) -> None:
        """Set what was measured at several steps; the same measures every time."""
        if not len(measured.step):
            return
        if not self._named:
            self._named = measured.names
            self._table = np.full((MOST_ROWS, len(measured.names)), math.nan)
        rows, there = self._rows(measured.step)
        self._table[rows] = measured.table[there]

    def _rows(self, steps: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The rows of the steps that have one, and which those are."""
        count = self.count
        rows = np.searchsorted(self._step[:count], steps)
        there = rows < count
        there[there] = self._step[rows[there]] == steps[there]
        return rows[there], there

    def columns(self, after: int = -1, upto: int | None = None) -> dict[str, Column]:
        """Copies of all columns, of rows later than the step `after`, by the store's names."""
        with self._lock:
            count = self.count if upto is None else upto
            first = int(np.searchsorted(self._step[:count], after, side="right"))
            rows = np.arange(first, count)
            if self.told:
                rows = first + np.flatnonzero(self._told[first:count])
            found: dict[str, Column] = {
                "step": self._step[rows],
                "loss": self._loss[rows],
                "learning_rate": self._rate[rows],
            }
            found |= {name: table[rows] for name, table in self._tables.items()}
            measured = dict(zip(self._named, self._table.T, strict=True)) | self._measures
            return found | {
                f"measure:{name}": _gathered(column, first, rows)
                for name, column in measured.items()
            }

    def new_rows(self, known: Sequence[str] | None) -> dict[str, Column]:
        """The settled rows since the last call.

        known: the names of the columns that go along, None for all that there are
        """
        with self._lock:
            last = int(np.searchsorted(self._step[: self.count], self.settled, side="right"))
            if not self.told and self.count < PATIENCE:
                last = 0  # the first loss may come with the tenth step
            found = self.columns(self._taken, last)
            if len(found["step"]):
                self._taken = int(found["step"][-1])
            if known is None:
                return found
            empty = np.full(len(found["step"]), math.nan)
            return {name: found.get(name, empty) for name in known}

    def _row(self, step: int) -> int:
        """Which row a step has, -1 for none: nearly always the last, or the one before."""
        if step == self._last:
            return self.count - 1
        at = int(np.searchsorted(self._step[: self.count], step))
        return at if at < self.count and self._step[at] == step else -1

    def _column(self, name: str) -> Array:
        column = self._measures.get(name)
        if column is None:
            column = np.full(MOST_ROWS, math.nan)
            self._measures[name] = column
        return column

    def _thin(self) -> None:
        with self._lock:
            self.stride *= 2
            kept = np.flatnonzero((self._step[: self.count] - self.first) % self.stride == 0)
            count = len(kept)
            every: list[Any] = [self._step, self._loss, self._rate, self._told]
            every += [self._table, *self._measures.values(), *self._tables.values()]
            for table in every:
                table[:count] = table[kept]
                if table.dtype.kind == "f":
                    table[count:] = math.nan
            self.count, self._last = count, -1


def _gathered(column: Array, first: int, rows: NDArray[np.int64]) -> Array:
    """The column at some rows, each with the last number since the row before it."""
    if len(rows) == 0 or len(rows) == rows[-1] + 1 - first:
        return column[rows]
    known = first + np.flatnonzero(np.isfinite(column[first : rows[-1] + 1]))
    found = np.full(len(rows), math.nan)
    found[np.searchsorted(rows, known)] = column[known]
    return found
