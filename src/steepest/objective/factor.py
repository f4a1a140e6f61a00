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

from steepest.objective.rounding import UNIT
from steepest.objective.row_pass import flattened
from steepest.objective.squares_pass import EVEN, TILE, sum_squares
from steepest.objective.triangle import QR_ROWS, SAFE, Triangle, cholesky, condition_of, upper
from steepest.trace import Array

__all__ = ["Factor", "factors_of", "joined", "triangle_of"]


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


def factors_of(
    columns: Array, shift: Array, held: NDArray[np.bool_], weight: Array | None = None
) -> tuple[Factor, Factor]:
    """Of some thousand rows that train, and of those held out, which all weigh the same.

    columns: (n, m) ones, X and y, each in memory by itself
    shift:   (n - 1,) what is taken from X and y
    held:    (m,) True for the rows that are held out
    weight:  (m,), which counts for the rows that train alone; None where all weigh the same

    >>> columns = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 9.0], [2.0, 4.0, 7.0]])
    >>> train, out = factors_of(columns, np.array([1.0, 2.0]), np.array([False, False, True]))
    >>> train.rows, out.rows, (train.R.T @ train.R).round(12).tolist()
    (2, 1, [[2.0, 1.0, 2.0], [1.0, 1.0, 2.0], [2.0, 2.0, 4.0]])
    """
    n = len(columns)
    filled = -(-n // EVEN) * EVEN
    grams = np.zeros((2, filled, filled))
    flat, pitch = flattened(columns)
    some, less = bool(held.any()), np.append(0.0, shift)
    heavy = np.zeros(0) if weight is None else weight
    sum_squares(flat, pitch, less, held if some else held[:0], heavy, grams[0], grams[1])
    grams = np.triu(grams) + np.triu(grams, 1).mT
    train, out = (
        _factor(gram[:n, :n], columns, less, chosen, own)
        for gram, chosen, own in zip(grams, (~held, held), (weight, None), strict=True)
    )
    return train, out


def _factor(
    gram: Array, columns: Array, shift: Array, chosen: NDArray[np.bool_], weight: Array | None
) -> Factor:
    """Of the chosen rows, whose squares and products are known."""
    n, rows = len(gram), int(np.count_nonzero(chosen))
    if not rows:
        return Factor.none(n)
    rounding = UNIT * float(np.sqrt(TILE) + np.sqrt(rows / TILE) + np.sqrt(n))
    factor = _by_squares(gram, rows, rounding, _constant(columns, gram, chosen))
    if factor is not None:
        return factor
    return _by_qr(columns[:, chosen] - shift[:, None], None if weight is None else weight[chosen])


def _constant(columns: Array, gram: Array, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) which columns have one value in all these rows; never that of ones itself.

    Few come near enough to it by their squares to be looked at.
    """
    with np.errstate(all="ignore"):
        squares = np.diag(gram)
        near = squares - gram[0] * (gram[0] / gram[0, 0]) <= NEARLY * squares
    near[0] = False
    for j in np.flatnonzero(near):
        values = columns[j][chosen]
        near[j] = values.min() == values.max()
    return near


def _by_squares(
    gram: Array, rows: int, rounding: float, constant: NDArray[np.bool_]
) -> Factor | None:
    """From sums of squares and products; None where their condition does not allow it.

    constant: (n,) columns that are multiples of that of ones, which is the first: a level that
              no row has, or every one; they end in the first row of R and cost no digits
    """
    sizes = np.sqrt(np.diag(gram))
    if not np.all(np.isfinite(sizes)) or not sizes[0]:
        return None
    usable = (sizes > 0) & ~constant
    whole = bool(usable.all())
    unit = sizes if whole else sizes[usable]
    correlation = (gram if whole else gram[usable][:, usable]) / unit / unit[:, None]
    root = cholesky(correlation)
    if root is None or not _is_safe(root, correlation, rounding, int(usable[:-1].sum())):
        return None
    if whole:
        return Factor(root * unit, rows, float(gram[0, 0]), rows, rounding)
    R = np.zeros_like(gram)
    R[np.ix_(usable, usable)] = root * unit
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


def _by_qr(columns: Array, weight: Array | None) -> Factor:
    n, rows = columns.shape
    whole = np.zeros((0, n))
    for begin in range(0, rows, QR_ROWS):
        some = columns[:, begin : begin + QR_ROWS].T
        if weight is not None:
            some = some * np.sqrt(weight[begin : begin + QR_ROWS])[:, None]
        whole = upper(np.vstack([whole, some]))
    total = float(rows) if weight is None else float(np.sum(weight))
    return Factor(_square(whole), rows, total, 0, UNIT * float(np.sqrt(rows * n)))


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
