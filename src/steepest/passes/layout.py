"""How a frame of the source becomes numbers: which rows count, which are held out, and X, y."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.data.contract import Contract
from steepest.data.reading import number_values
from steepest.data.representation import NumberColumn, Representation
from steepest.data.sources.rows import Rows
from steepest.data.table import target_values
from steepest.data.weights import row_weights
from steepest.passes.column_sums import ColumnSums, write_numbers
from steepest.passes.drawing import Keys, below
from steepest.trace import Array

__all__ = ["Layout", "Numbers"]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Usable rows as they enter the model, before they are standardised.

    columns: (d + 2, m) float64: ones; monomials and one-hot columns; the target, or the places
             of its classes. Each lies in memory by itself, which may be that of a `room`.
    weight:  (m,), or None where all rows weigh the same
    held:    (m,) True for the rows that are held out
    sums:    of the columns of numbers that were read, those missing not among them
    """

    columns: Array
    weight: Array | None
    held: NDArray[np.bool_]
    sums: Mapping[str, ColumnSums]

    @property
    def y(self) -> Array:
        """(m,)."""
        return self.columns[-1]

    def part(self, *, held: bool) -> Block:
        """The rows that are held out, or those that train; may be none.

        The target has memory of its own: who keeps it does not keep the columns with it.
        """
        mask = self.held if held else ~self.held
        if mask.all():
            return Block(self.columns[1:-1].T, self.y.copy(), self.weight)
        weight = None if self.weight is None else self.weight[mask]
        chosen = np.flatnonzero(mask)
        X = np.empty((len(self.columns) - 2, len(chosen)))
        for column, own in zip(self.columns[1:-1], X, strict=True):
            np.take(column, chosen, out=own, mode="clip")  # else it would be buffered
        return Block(X.T, self.y[chosen], weight)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What is settled about the rows before they are walked over.

    representation: fills, levels and monomials; its centre and spread are those of designs,
             zeros and ones as long as they are not known
    holdout:  the share of rows that is held out, by their keys of `seed`
    rows:     at most so many in a frame
    """

    contract: Contract
    representation: Representation
    missing: Literal["impute", "drop", "refuse"]
    holdout: float
    seed: int
    rows: int

    @property
    def columns(self) -> tuple[str, ...]:
        """All that need be read of the source."""
        roles = ("feature", "target", "weight")
        return tuple(column.name for column in self.contract.columns if column.role in roles)

    def usable(self, rows: Rows, keys: Keys) -> tuple[Rows, Keys]:
        """The rows that have a target (and all features, where others are dropped)."""
        needed = [self.contract.target]
        if self.missing == "drop":
            needed += [column.name for column in self.contract.features]
        gaps = [name for name in needed if rows.missing(name)]
        if not gaps:
            return rows, keys
        kept = rows.there(gaps)
        return rows.filter(kept), keys[kept]

    def room(self) -> Array:
        """Memory for the columns of `numbers`, which can be written into again and again."""
        return np.empty((self.representation.width + 2) * _apart(self.rows))

    def numbers(self, rows: Rows, keys: Keys, room: Array | None = None) -> Numbers:
        """Usable rows and their keys as numbers; InputError for a value that fits none.

        room: where they are to lie, see `room`; None: in new memory
        """
        shape, learned = (self.representation.width + 2, rows.height), self.representation
        columns = np.empty(shape) if room is None else _within(room, shape)
        X, k = columns[1:-1], len(learned.numbers)
        columns[0] = 1.0
        sums = _write_numbers(X[:k], rows, learned.numbers)
        learned.raise_powers(X.T)
        flags = iter(X[len(learned.powers) :])
        for text in learned.texts:
            places = rows.places(text.name, text.levels)
            for place, flag in zip(range(len(text.levels)), flags, strict=False):
                # as bytes: NumPy goes from bool to float64 by a branch a value
                flag[:] = (places == place).view(np.uint8)
        sums |= self._write_target(columns[-1], rows)
        weight = None
        if self.contract.weight is not None:
            weight = row_weights(rows.some([self.contract.weight]), self.contract, whole=False)
        return Numbers(columns, weight, below(keys, self.holdout), sums)

    def _write_target(self, y: Array, rows: Rows) -> dict[str, ColumnSums]:
        name = self.contract.target
        known = None if self.contract.classes else rows.numbers(name)
        if known is not None:
            sums = write_numbers(known, y, 0.0)
            if not sums.missing and sums.finite:
                return {name: sums}
        y[:] = target_values(rows.some([name]), self.contract)  # says what is wrong
        return {}

    def design(self, rows: Block) -> Block:
        """Rows as the descent goes over them: (raw - centre) / spread, in place of the raw."""
        X = np.array(rows.X, order="F", copy=True)
        pairs = zip(self.representation.centre, self.representation.spread, strict=True)
        if self.representation.scale == "standard":
            for j, (centre, spread) in enumerate(pairs):
                X[:, j] -= centre
                X[:, j] /= spread
        return Block(X, rows.y, rows.weight)


def _write_numbers(X: Array, rows: Rows, wanted: Sequence[NumberColumn]) -> dict[str, ColumnSums]:
    """Write the columns into X (k, m), what is missing filled; their sums.

    Raises InputError for a column of another kind and for an infinite value.
    """
    sums: dict[str, ColumnSums] = {}
    for out, column in zip(X, wanted, strict=True):
        known = rows.numbers(column.name)
        if known is not None:
            own = write_numbers(known, out, column.fill)
            if own.finite:
                sums[column.name] = own
                continue
        # all missing, or an error
        out[:] = number_values(rows.some([column.name])[column.name], column.fill)
    return sums


def _apart(rows: int) -> int:
    """How far one column is from the next: an odd number of the cache's lines.

    By 2^k rows all values of a row would compete for the same few places of the cache.
    """
    return rows + (8 - rows) % 16


def _within(room: Array, shape: tuple[int, int]) -> Array:
    columns, rows = shape
    apart = _apart(rows)
    if len(room) < columns * apart:
        return np.empty(shape)
    return room[: columns * apart].reshape(columns, apart)[:, :rows]
