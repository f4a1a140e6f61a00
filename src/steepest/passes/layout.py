"""How a frame of the source becomes numbers: which rows count, which are held out, and X, y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.data.contract import Contract
from steepest.data.reading import all_finite
from steepest.data.representation import Representation
from steepest.data.table import target_values
from steepest.data.weights import row_weights
from steepest.passes.drawing import Keys, below
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Layout", "Numbers"]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Usable rows as they enter the model, before they are standardised.

    X:       (m, d) float64 in Fortran order: monomials and one-hot columns
    y:       (m,) the target, or the places of its classes
    weight:  (m,), or None where all rows weigh the same
    held:    (m,) True for the rows that are held out
    """

    X: Array
    y: Array
    weight: Array | None
    held: NDArray[np.bool_]

    def part(self, *, held: bool) -> Block:
        """The rows that are held out, or those that train; may be none."""
        mask = self.held if held else ~self.held
        if mask.all():
            return Block(self.X, self.y, self.weight)
        weight = None if self.weight is None else self.weight[mask]
        chosen = np.flatnonzero(mask)
        X = np.empty((len(chosen), self.X.shape[1]), order="F")
        for j in range(X.shape[1]):
            np.take(self.X[:, j], chosen, out=X[:, j])
        return Block(X, self.y[chosen], weight)


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

    def usable(self, frame: pl.DataFrame, keys: Keys) -> tuple[pl.DataFrame, Keys]:
        """The rows that have a target (and all features, where others are dropped)."""
        import polars as pl

        needed = [self.contract.target]
        if self.missing == "drop":
            needed += [column.name for column in self.contract.features]
        gaps = [name for name in needed if frame[name].null_count()]
        if not gaps:
            return frame, keys
        kept = frame.select(pl.all_horizontal(pl.col(gaps).is_not_null())).to_series()
        return frame.filter(kept), keys[kept.to_numpy()]

    def room(self) -> Array:
        """Memory for X of a frame, which `numbers` can write into again and again."""
        return self.representation.room_for(self.rows)

    def numbers(self, frame: pl.DataFrame, keys: Keys, room: Array | None = None) -> Numbers:
        """Usable rows and their keys as numbers; InputError for a value that fits none.

        room: where X is to lie, see `room`; None: in new memory
        """
        return Numbers(
            X=self.representation.raw(frame, room),
            y=self._target(frame),
            weight=row_weights(frame, self.contract, whole=False),
            held=below(keys, self.holdout) if self.holdout else np.zeros(len(keys), np.bool_),
        )

    def _target(self, frame: pl.DataFrame) -> Array:
        if not self.contract.classes:
            target = frame[self.contract.target]
            if str(target.dtype) == "Float64" and not target.null_count():
                known = target.to_numpy()
                if all_finite(known):
                    return known
        return target_values(frame, self.contract)  # says what is wrong

    def design(self, rows: Block) -> Block:
        """Rows as the descent goes over them: (raw - centre) / spread, in place of the raw."""
        X = np.array(rows.X, order="F", copy=True)
        pairs = zip(self.representation.centre, self.representation.spread, strict=True)
        if self.representation.scale == "standard":
            for j, (centre, spread) in enumerate(pairs):
                X[:, j] -= centre
                X[:, j] /= spread
        return Block(X, rows.y, rows.weight)
