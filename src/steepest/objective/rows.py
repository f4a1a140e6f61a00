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

__all__ = [
    "RowBatches",
    "check_block",
    "loss_and_gradient",
    "parameter_names",
    "scores",
    "with_ones",
]

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


def with_ones(X: Array, intercept: bool) -> Array:
    """The whole design (m, p): X, and a last column of ones where there is an intercept."""
    return np.hstack([X, np.ones((len(X), 1))]) if intercept else X


def loss_and_gradient(
    loss: Loss, X: Array, y: Array, params: Array, intercept: bool
) -> tuple[float, Array]:
    """The loss summed over the rows of X (m, d), and its gradient (p,)."""
    z = scores(X, params, intercept)
    slope = loss.slope(z, y)  # (m,)
    gradient = slope @ X
    if intercept:
        gradient = np.append(gradient, slope.sum())
    return float(loss.value(z, y).sum()), gradient


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
        total, gradient = loss_and_gradient(self.loss, X, y, params, self.intercept)
        return total / len(rows), gradient / len(rows)

    def expected_smoothness(self, batch: int) -> float:
        """m(b-1)/(b(m-1)) L + (m-b)/(b(m-1)) L_max (Gower et al. 2019, proposition 3.8)."""
        m = self.rows
        design = with_ones(self.X, self.intercept)
        whole = float(np.linalg.norm(design, 2)) ** 2 / m
        one = float(np.einsum("ij,ij->i", design, design).max())
        share = (batch - 1) / (m - 1) if m > 1 else 1.0
        mixed = m / batch * share * whole + (m - batch) / (batch * max(m - 1, 1)) * one
        return self.loss.largest_curvature * mixed
