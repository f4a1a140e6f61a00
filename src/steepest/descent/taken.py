"""The rows that a walk has taken so far: recorded, shown, and looked at for a reason to stop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steepest.descent.recorder import Columns, Recorder, Row, Schedule
from steepest.descent.stopping import Stopping
from steepest.trace import Stop

__all__ = ["Taken", "to_read"]


class Taken:
    """Rows one by one, or in pieces that were recorded elsewhere."""

    def __init__(
        self,
        schedule: Schedule,
        stopping: Stopping,
        parameters: int,
        on_step: Callable[[Row], None] | None,
    ) -> None:
        self.schedule = schedule
        self._recorder = Recorder(schedule, parameters)
        self._pieces: list[Columns] = []
        self._stopping = stopping
        self._on_step = on_step
        self._last: Row | None = None
        self.stop: Stop | None = None

    @property
    def empty(self) -> bool:
        """Whether not even the start was taken."""
        return self._last is None

    def add(self, row: Row) -> bool:
        """Take a row; True to end."""
        self._last = row
        if self._recorder.add(row) and self._on_step is not None:
            self._on_step(to_read(row))
        self.stop = self._stopping.after(row)
        return self.stop is not None

    def add_piece(self, piece: Columns) -> None:
        """Take rows that are kept already; those of the last piece may be earlier ones."""
        self._pieces.append(piece)
        before = -1 if self._last is None else self._last.step
        later = np.flatnonzero(piece.step > before)
        if self._on_step is None:
            self._last = piece.row(int(later[-1])) if len(later) else self._last
            return
        for i in later.tolist():
            self._last = piece.row(i)
            try:
                self._on_step(to_read(self._last))
            except KeyboardInterrupt:
                self._pieces[-1] = piece.resized(i + 1)
                raise

    def end_of_pieces(self) -> None:
        """Look at the last row for what ended them."""
        if self._last is not None:
            self.stop = self._stopping.after(self._last)

    def columns(self) -> Columns:
        """The record of the rows."""
        return Columns.by_steps_of(self._pieces) if self._pieces else self._recorder.columns()

    def ended(self) -> Stop:
        """Why there are no more: what was found, or the user's wish."""
        step = 0 if self._last is None else self._last.step
        interrupted = f"interrupted at step {step:,}; all until then is kept"
        return self.stop or Stop("interrupted", interrupted)


def to_read(row: Row) -> Row:
    """The row with arrays that nobody can write into: the descent goes on from them.

    In place, as every row is made anew: another Row would take longer than a small step.
    """
    params, gradient = row.params.view(), row.gradient.view()
    params.setflags(write=False)
    gradient.setflags(write=False)
    object.__setattr__(row, "params", params)
    object.__setattr__(row, "gradient", gradient)
    return row
