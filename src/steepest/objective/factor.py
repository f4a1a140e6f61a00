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
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.data.sparse import CSR
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

__all__ = ["Factor", "factor_of", "factors_of", "joined", "triangle_of"]


TILE = 512  # rows that lie in the cache together
NEARLY = 1e-8  # share of a column's squares within which its variance is none, or rounding


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
    factor = _by_squares(found.gram, rows, found.rounding)
    return _by_qr(block, shift) if factor is None else factor


def factors_of(block: Block, held: NDArray[np.bool_], shift: Array) -> tuple[Factor, Factor]:
    """Of the rows of a dense block that train, and of those held out, which all weigh the same.

    held: (m,) True for the rows that are held out.

    >>> block = Block(np.array([[1.0], [2.0], [9.0]]), np.array([2.0, 4.0, 7.0]))
    >>> train, out = factors_of(block, np.array([False, False, True]), np.array([1.0, 2.0]))
    >>> train.rows, out.rows, (train.R.T @ train.R).round(12).tolist()
    (2, 1, [[2.0, 1.0, 2.0], [1.0, 1.0, 2.0], [2.0, 2.0, 4.0]])
    """
    return (
        _of_some(block, np.flatnonzero(~held), shift),
        _of_some(Block(block.X, block.y), np.flatnonzero(held), shift),
    )


def _of_some(block: Block, chosen: NDArray[np.int64], shift: Array) -> Factor:
    n, rows, X = len(shift) + 1, len(chosen), block.X
    if isinstance(X, CSR):
        raise TypeError("sparse rows are reduced by factor_of")
    if rows == 0:
        return Factor.none(n)
    # n + 1 columns: BLAS takes a matrix times its own transpose for a case that is slower when
    # small; row after row, though the columns of X lie together: twice as fast for BLAS
    tile, gram = np.zeros((TILE, n + 1)), np.zeros((n + 1, n))
    with np.errstate(over="ignore", invalid="ignore"):  # whoever takes the sums looks at them
        for begin in range(0, rows, TILE):
            some = chosen[begin : begin + TILE]
            part = tile[: len(some)]
            part[:, 0] = 1.0
            np.subtract(X[some], shift[:-1], out=part[:, 1:-2])
            np.subtract(block.y[some], shift[-1], out=part[:, -2])
            if block.weight is not None:
                part *= np.sqrt(block.weight[some])[:, None]
            gram += part.T @ part[:, :-1]
    rounding = UNIT * float(np.sqrt(TILE) + np.sqrt(rows / TILE) + np.sqrt(n))
    constant = _constant(block, chosen, gram[:-1])
    factor = _by_squares(gram[:-1], rows, rounding, constant)
    return _by_qr(_copied(block, chosen), shift) if factor is None else factor


def _constant(block: Block, chosen: NDArray[np.int64], gram: Array) -> NDArray[np.bool_]:
    """(n,) which columns have one value in all these rows; never that of ones itself.

    Few come near enough to it by their squares to be looked at.
    """
    with np.errstate(all="ignore"):
        squares = np.diag(gram)
        near = squares - gram[0] * (gram[0] / gram[0, 0]) <= NEARLY * squares
    near[0] = False
    for j in np.flatnonzero(near):
        values = (block.y if j == len(near) - 1 else np.asarray(block.X)[:, j - 1])[chosen]
        near[j] = values.min() == values.max()
    return near


def _copied(block: Block, chosen: NDArray[np.int64]) -> Block:
    if isinstance(block.X, CSR):
        raise TypeError("sparse rows are reduced by factor_of")
    weight = None if block.weight is None else block.weight[chosen]
    X = np.empty((len(chosen), block.X.shape[1]), order="F")
    for j in range(X.shape[1]):
        np.take(block.X[:, j], chosen, out=X[:, j])
    return Block(X, block.y[chosen], weight)


def _by_squares(
    gram: Array, rows: int, rounding: float, constant: NDArray[np.bool_] | None = None
) -> Factor | None:
    """From sums of squares and products; None where their condition does not allow it.

    constant: (n,) columns that are multiples of that of ones, which is the first: a level that
              no row has, or every one; they end in the first row of R and cost no digits
    """
    sizes = np.sqrt(np.diag(gram))
    if not np.all(np.isfinite(sizes)) or not sizes[0]:
        return None
    usable = sizes > 0 if constant is None else (sizes > 0) & ~constant
    there = np.flatnonzero(usable)
    unit = sizes[there]
    correlation = gram[np.ix_(there, there)] / unit / unit[:, None]
    root = cholesky(correlation)
    if root is None or not _is_safe(root, correlation, rounding, int(usable[:-1].sum())):
        return None
    R = np.zeros_like(gram)
    R[np.ix_(there, there)] = root * unit
    R[0, ~usable] = gram[0, ~usable] / sizes[0]
    return Factor(R, rows, float(gram[0, 0]), rows, rounding)


def _is_safe(root: Array, correlation: Array, rounding: float, columns: int) -> bool:
    """Whether the condition number of the columns, the target left out, allows for squares.

    ‖C‖ ‖C⁻¹‖ in Frobenius' norm is never below it and quickly had; where that is too large,
    the condition number itself is asked for.
    """
    within = root[:columns, :columns]
    with np.errstate(all="ignore"):
        inverse = np.linalg.inv(within)
        most = float(columns * np.sum(inverse * inverse))
    if rounding * most <= SAFE:
        return True
    with_target = np.eye(columns + 1)
    with_target[:columns, :columns] = correlation[:columns, :columns]
    return rounding * condition_of(with_target) <= SAFE


def _by_qr(block: Block, shift: Array) -> Factor:
    rows = len(block.y)
    total = float(rows) if block.weight is None else float(np.sum(block.weight))
    level = UNIT * float(np.sqrt(rows * len(shift)))
    return Factor(_square(qr_of_chunk(shift, block)), rows, total, 0, level)


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
