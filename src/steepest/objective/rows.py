"""A mean loss over rows of a linear model: names, scores, and batches of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.errors import InputError
from steepest.objective.losses import Loss
from steepest.trace import Array

__all__ = ["RowBatches", "check_block", "parameter_names", "scores"]

LARGEST = 1e140


def parameter_names(features: tuple[str, ...], intercept: bool) -> tuple[str, ...]:
    """The features, then "intercept" where there is one."""
    return (*features, "intercept") if intercept else features


def check_block(block: Block) -> None:
    """Raise InputError for rows with weights (no cost takes them into account yet), and for
    numbers whose squares leave the range of float64."""
    if block.weight is not None:
        raise InputError("these rows have weights, which are not supported yet; leave them out")
    for what, values in (("features", block.X), ("target", block.y)):
        largest = float(np.max(np.abs(values), initial=0.0))
        if largest > LARGEST or 0 < largest < 1 / LARGEST:
            raise InputError(
                f"the largest number of the {what} is {largest:.3g}, whose square is none; use "
                f"other units, so that it lies between {1 / LARGEST:g} and {LARGEST:g}"
            )


def scores(X: Array, params: Array, intercept: bool) -> Array:
    """z = X w + b, (m,), with b the last of params where there is an intercept."""
    return X @ params[:-1] + params[-1] if intercept else X @ params


@dataclass(frozen=True, slots=True, eq=False)
class RowBatches:
    """Rows held in memory, asked about a few at a time.

    X: (m, d) float64, C order, so that one row is one stretch of memory; y: (m,).
    """

    X: Array
    y: Array
    loss: Loss
    intercept: bool

    @classmethod
    def of(cls, blocks: Iterable[Block], loss: Loss, *, intercept: bool) -> RowBatches:
        """Gather all blocks (an in-memory one is not copied where it need not be)."""
        parts = list(blocks)
        X = parts[0].X if len(parts) == 1 else np.vstack([part.X for part in parts])
        y = parts[0].y if len(parts) == 1 else np.concatenate([part.y for part in parts])
        return cls(np.ascontiguousarray(X), y, loss, intercept)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.y)

    def value_and_gradient_on(self, params: Array, rows: NDArray[np.int64]) -> tuple[float, Array]:
        """The mean loss over those rows and its gradient (p,)."""
        X, y = self.X[rows], self.y[rows]  # (n, d), (n,)
        z = scores(X, params, self.intercept)
        slope = self.loss.slope(z, y) / len(rows)
        gradient = slope @ X
        if self.intercept:
            gradient = np.append(gradient, slope.sum())
        return float(np.mean(self.loss.value(z, y))), gradient

    def expected_smoothness(self, batch: int) -> float:
        """m(b-1)/(b(m-1)) L + (m-b)/(b(m-1)) L_max (Gower et al. 2019, proposition 3.8)."""
        m = self.rows
        squares = np.einsum("ij,ij->i", self.X, self.X) + (1.0 if self.intercept else 0.0)
        design = np.hstack([self.X, np.ones((m, 1))]) if self.intercept else self.X
        whole = float(np.linalg.norm(design, 2)) ** 2 / m
        one = float(squares.max())
        share = (batch - 1) / (m - 1) if m > 1 else 1.0
        mixed = m / batch * share * whole + (m - batch) / (batch * max(m - 1, 1)) * one
        return self.loss.largest_curvature * mixed
