"""A stretch of rows as a triangle that can be joined with those of others, in one pass.

TSQR (Demmel et al. 2012, "Communication-optimal parallel and sequential QR and LU
factorizations"): R of the rows above and R of the rows below, one over the other, have the R of
both. At the leaves, a few thousand rows at a time, R is the Cholesky factor of sums of squares
and products where their condition number allows that, at the speed of memory, and QR of the rows
themselves where it does not. Nothing has to be looked at twice, whatever the columns are like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from steepest.data.blocks import Block
from steepest.objective.rounding import UNIT
from steepest.objective.statistics import Statistics
from steepest.objective.triangle import (
    SAFE,
    Triangle,
    cholesky,
    condition_of,
    qr_of_chunk,
    upper,
)
from steepest.trace import Array

__all__ = ["Factor", "factor_of", "joined", "triangle_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """Some rows reduced: RᵀR = AᵀA for A = √weight · [1, X - shift, y - shift].

    R:        (n, n) upper triangle, n = d + 2; zeros where there are no rows
    rows:     how many
    total:    the sum of their weights
    squared:  how many of them went by sums of squares, the others by QR
    level:    ε of the worst of them, see `Rounding`
    """

    R: Array
    rows: int
    total: float
    squared: int
    level: float

    @classmethod
    def none(cls, columns: int) -> Factor:
        """Of no rows; columns: n."""
        return cls(np.zeros((columns, columns)), 0, 0.0, 0, 0.0)


def factor_of(block: Block, shift: Array) -> Factor:
    """Of a block of some thousand rows; shift: (d + 1,) of the columns of X and y.

    >>> block = Block(np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 7.0]))
    >>> found = factor_of(block, np.array([2.0, 4.0]))
    >>> (found.R.T @ found.R).round(12).tolist()
    [[3.0, 0.0, 1.0], [0.0, 2.0, 5.0], [1.0, 5.0, 13.0]]
    """
    rows = len(block.y)
    if rows == 0:
        return Factor.none(len(shift) + 1)
    found = Statistics.of([block], 1, shift)
    sizes = np.sqrt(np.diag(found.gram))
    there = np.flatnonzero(sizes > 0)  # a level that is absent from these rows is a column of 0
    unit = sizes[there]
    correlation = found.gram[np.ix_(there, there)] / unit / unit[:, None]
    fine = bool(np.all(np.isfinite(unit))) and len(there) > 1
    safe = fine and found.rounding * condition_of(correlation) <= SAFE
    root = cholesky(correlation) if safe else None
    if root is None:
        level = UNIT * float(np.sqrt(rows * len(shift)))
        return Factor(_square(qr_of_chunk(shift, block)), rows, found.total, 0, level)
    R = np.zeros_like(found.gram)
    R[np.ix_(there, there)] = root * unit
    return Factor(R, rows, found.total, rows, found.rounding)


def joined(factors: Sequence[Factor]) -> Factor:
    """Of all their rows together; at least one factor, in the order of the rows."""
    some = [factor for factor in factors if factor.rows]
    if len(some) < 2:
        return some[0] if some else factors[0]
    n = len(some[0].R)
    level = max(factor.level for factor in some) + UNIT * float(np.sqrt(n * len(some)))
    return Factor(
        R=_square(upper(np.vstack([factor.R for factor in some]))),
        rows=sum(factor.rows for factor in some),
        total=sum(factor.total for factor in some),
        squared=sum(factor.squared for factor in some),
        level=level,
    )


def triangle_of(
    factor: Factor, shift: Array, *, intercept: bool, centre: Array, spread: Array
) -> Triangle:
    """The triangle of the rows with their features standardised: (X - centre) / spread.

    centre, spread: (d,) each; zeros and ones leave the features as they are.
    """
    scaled = factor.R.copy()
    scaled[:, 1:-1] /= spread
    moved = np.append((shift[:-1] - centre) / spread, shift[-1])
    told = "TSQR: one pass over the rows, each few thousand reduced by "
    if factor.squared == factor.rows:
        told += "sums of squares and products, which their condition allows"
    elif factor.squared == 0:
        told += "QR, as their columns are too nearly dependent for sums of squares"
    else:
        told += "sums of squares where their condition allows, else by QR"
    return Triangle(
        shifted=scaled * np.sqrt(factor.rows / factor.total),
        rows=factor.rows,
        shift=moved,
        norms=np.linalg.norm(scaled, axis=0) / np.sqrt(factor.total),
        intercept=intercept,
        squared=factor.squared > 0,
        level=factor.level,
        path=told,
    )


def _square(R: Array) -> Array:
    square = np.zeros((R.shape[1], R.shape[1]))
    square[: len(R)] = R[: R.shape[1]]
    return square
