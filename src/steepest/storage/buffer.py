"""Rows that wait to be written, in arrays that are made once."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from steepest.storage.columns import Column
from steepest.trace import Array

__all__ = ["Row", "RowBuffer"]

_ROWS = 4096
_BYTES = 16 * 2**20


class Row(Protocol):
    """One recorded step: where the parameters (p,) were before its update, and what was there."""

    @property
    def step(self) -> int:
        """Its number; rising from row to row."""
        ...

    @property
    def loss(self) -> float:
        """The cost at `params`."""
        ...

    @property
    def learning_rate(self) -> float:
        """The size of the step that left from there."""
        ...

    @property
    def params(self) -> Array | None:
        """The parameters (p,), or None where they are not recorded."""
        ...

    @property
    def gradient(self) -> Array | None:
        """The gradient (p,) at `params`, or None where it is not recorded."""
        ...


class RowBuffer:
    """Room for up to 4,096 rows shaped like the first one, and for at most about 16 MiB."""

    def __init__(self, first: Row) -> None:
        widths = {
            name: len(vector)
            for name, vector in (("params", first.params), ("gradient", first.gradient))
            if vector is not None
        }
        rows = min(_ROWS, max(1, _BYTES // (24 + 8 * sum(widths.values()))))
        self.count = 0
        self._step = np.zeros(rows, dtype=np.int64)
        self._loss = np.zeros(rows)
        self._learning_rate = np.zeros(rows)
        self._vectors = {name: np.zeros((rows, width)) for name, width in widths.items()}

    @property
    def full(self) -> bool:
        """True when there is no room for one more row."""
        return self.count == len(self._step)

    @property
    def last(self) -> tuple[int, float]:
        """Step and loss of the last row."""
        return int(self._step[self.count - 1]), float(self._loss[self.count - 1])

    def add(self, row: Row) -> None:
        """Copy one row in; its place counts only once all of it is there."""
        at = self.count
        self._step[at] = row.step
        self._loss[at] = row.loss
        self._learning_rate[at] = row.learning_rate
        for name, held in self._vectors.items():
            held[at] = row.params if name == "params" else row.gradient
        self.count = at + 1

    def columns(self) -> dict[str, Column]:
        """Name -> array (count, ...): the rows that wait, by the columns of a trace."""
        every: dict[str, Column] = {
            "step": self._step,
            "loss": self._loss,
            "learning_rate": self._learning_rate,
            **self._vectors,
        }
        return {name: column[: self.count] for name, column in every.items()}
