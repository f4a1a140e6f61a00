"""The newest rows of a run that grows, so that many small flushes make few pieces."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from steepest.storage.columns import Column

__all__ = ["PIECE", "Tail"]

PIECE = 128
"""Rows of a piece that is written again with every flush, until it is as long as this."""


class Tail:
    """Rows that are on disk in a piece that is not full yet, by the names of their columns.

    first:  the number of its first row

    >>> tail = Tail()
    >>> tail.settle(tail.grown({"step": np.arange(2), "loss": np.array([3.0, 2.0])}))
    >>> grown = tail.grown({"step": np.array([2]), "val_loss": np.array([1.5])})
    >>> grown["loss"].tolist(), grown["val_loss"].tolist()
    ([3.0, 2.0, nan], [nan, nan, 1.5])
    """

    def __init__(self) -> None:
        self.first = 0
        self._columns: dict[str, Column] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}

    def before(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """Columns that came up only now, as they were in all pieces before: NaN."""
        if self.first == 0:
            return {}
        new = [name for name in columns if name not in self._shapes]
        return {name: _unknown(self.first, columns[name].shape[1:]) for name in new}

    def grown(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """This piece with more rows; NaN where a column has none."""
        held, more = self._count(self._columns), self._count(columns)
        shapes = {**self._shapes, **{name: each.shape[1:] for name, each in columns.items()}}
        return {
            name: _joined(self._columns.get(name), held, columns.get(name), more, shape)
            for name, shape in shapes.items()
        }

    def settle(self, grown: dict[str, Column]) -> None:
        """The piece as it is on disk now; the next rows begin another one where it is full."""
        self._shapes = {name: column.shape[1:] for name, column in grown.items()}
        count = self._count(grown)
        full = count >= PIECE
        self._columns = {} if full else grown
        self.first += count if full else 0

    @staticmethod
    def _count(columns: Mapping[str, Column]) -> int:
        return len(columns["step"]) if columns else 0


def _joined(
    old: Column | None, held: int, new: Column | None, more: int, shape: tuple[int, ...]
) -> Column:
    before = _unknown(held, shape) if old is None else old
    after = _unknown(more, shape) if new is None else new
    return np.concatenate([before, after]) if held else after


def _unknown(count: int, shape: tuple[int, ...]) -> Column:
    return np.full((count, *shape), np.nan)
