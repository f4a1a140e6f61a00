"""All rows reduced to a triangle R with RᵀR = AᵀA for A = [1 X y], by the shorter safe way.

Sums of squares and products first, and their Cholesky factor: one pass at the speed of
memory. Squaring squares the condition number, so where the columns, at equal length, are
too nearly dependent for that, QR by blocks of rows instead (Demmel et al. 2012,
"Communication-optimal parallel and sequential QR and LU factorizations").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from steepest.data.blocks import Block
from steepest.data.sparse import CSR
from steepest.objective.parallel import each
from steepest.objective.rounding import UNIT
from steepest.objective.rows import LARGEST, check_block
from steepest.objective.statistics import Statistics, one_thread_each, pieces_of
from steepest.readable import readable
from steepest.trace import Array

__all__ = [
    "SAFE",
    "Triangle",
    "cholesky",
    "condition_of",
    "reduce_rows",
    "upper",
]

SAFE = 1e-11
QR_ROWS = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Triangle:
    """The rows as a triangle, with their columns shifted: [1 X - shift, y - shift].

    Scaled so that the sums of squares are over `rows` rows, whatever the weights were.

    shifted:   (d + 2, d + 2) upper triangle
    shift:     (d + 1,) what was taken from the columns of X and y on the way
    norms:     (d + 2,) root mean squares of the shifted columns of [1 X y]
    intercept: whether the column of ones is part of the model
    squared:   True where sums of squares were taken, False for QR
    level:     ε, see `Rounding`
    path:      which way was taken and why, in a sentence
    """

    shifted: Array
    rows: int
    shift: Array
    norms: Array
    intercept: bool
    squared: bool
    level: float
    path: str

    def whole(self, shrink: Array | None = None) -> Array:
        """R (n, n) of A = [1 X y], the intercept's column first; of [X y] without an intercept.

        shrink: (d,) the penalties of the columns of X; they are √(rows·shrink) as further rows.
        """
        with_ones = self.shifted
        if shrink is not None and self.intercept:
            with_ones = upper(np.vstack([with_ones, self._penalties(np.append(0.0, shrink))]))
        moved = with_ones.copy()
        moved[0, 1:] += moved[0, 0] * self.shift
        if self.intercept:
            return moved
        rows = moved[:, 1:]
        if shrink is not None:
            rows = np.vstack([rows, self._penalties(shrink)])
        rest = upper(rows)
        return np.vstack([rest, np.zeros((max(0, rest.shape[1] - len(rest)), rest.shape[1]))])

    def _penalties(self, shrink: Array) -> Array:
        return np.hstack([np.diag(np.sqrt(self.rows * shrink)), np.zeros((len(shrink), 1))])


def reduce_rows(blocks: Iterable[Block], *, intercept: bool, threads: int) -> Triangle:
    """The triangle of all rows; goes through them once, or twice where QR is needed.

    Raises InputError where squares of the numbers leave the range of float64.
    """
    found = Statistics.of(blocks, threads)
    _check_range(blocks, found)
    sizes = np.sqrt(np.diag(found.gram))
    unit = np.where(sizes > 0, sizes, 1.0)
    correlation = found.gram / unit / unit[:, None]
    condition = condition_of(correlation)
    triangle = cholesky(correlation) if found.rounding * condition <= SAFE else None
    if triangle is not None:
        shifted, squared, level = triangle * unit, True, found.rounding
        path = (
            "statistics: one pass over the rows to sums of squares and products; their columns, "
            f"at equal length, have the condition number {readable(condition)}, which costs no "
            "digits that matter"
        )
    else:
        shifted, squared = _qr(blocks, found.shift, len(found.gram), threads), False
        level = UNIT * float(np.sqrt(QR_ROWS * len(found.gram)))
        path = f"QR of the rows: {_why_not_squares(condition)}"
    return Triangle(
        shifted=shifted * np.sqrt(found.rows / found.total),
        rows=found.rows,
        shift=found.shift,
        norms=sizes / np.sqrt(found.total),
        intercept=intercept,
        squared=squared,
        level=level,
        path=path,
    )


def cholesky(correlation: Array) -> Array | None:
    """The upper factor; None where rounding has left the matrix with none.

    The last column, the target, may depend on the others but for rounding: a fit without an
    error. Whether it does is for QR to say.
    """
    try:
        return np.asarray(np.linalg.cholesky(correlation).T, dtype=np.float64)
    except np.linalg.LinAlgError:
        return None


def _why_not_squares(condition: float) -> str:
    if condition * UNIT <= SAFE:
        return "the columns explain the target but for rounding, which sums of squares cannot tell"
    count = readable(condition) if np.isfinite(condition) else "beyond float64"
    return (
        f"the condition number of their columns, at equal length, is {count}, too large for sums "
        "of squares"
    )


def condition_of(correlation: Array) -> float:
    """Of the columns at equal length, the target left out; infinite where rounding hides it."""
    values = np.linalg.eigvalsh(correlation[:-1, :-1])
    safe = values[0] > len(values) * UNIT * values[-1]
    return float(values[-1] / values[0]) if safe else float("inf")


def _check_range(blocks: Iterable[Block], found: Statistics) -> None:
    squares = np.diag(found.gram)  # 0 of a constant column, and of one whose squares are too small
    if np.all(np.isfinite(squares)) and np.all(squares > LARGEST**-2):
        largest = float(np.sqrt(squares.max(initial=0.0)))
        if largest < LARGEST:
            return
    for block in blocks:
        check_block(block)


def _qr(blocks: Iterable[Block], shift: Array, columns: int, threads: int) -> Array:
    whole: Array | None = None
    for block in blocks:
        with one_thread_each():
            parts = each(partial(_qr_of_chunk, shift), pieces_of(block), threads)
        for part in parts:
            whole = part if whole is None else upper(np.vstack([whole, part]))
    assert whole is not None  # blocks are never empty  # noqa: S101
    square = np.zeros((columns, columns))
    square[: len(whole)] = whole
    return square


def _qr_of_chunk(shift: Array, chunk: Block) -> Array:
    """R (at most n, n) of √weight · [1, X - shift, y - shift], by QR of 4,096 rows at a time."""
    whole: Array | None = None
    for begin in range(0, len(chunk.y), QR_ROWS):
        end = min(begin + QR_ROWS, len(chunk.y))
        X = chunk.X.rows(begin, end).toarray() if isinstance(chunk.X, CSR) else chunk.X[begin:end]
        rows = np.column_stack(
            [np.ones(end - begin), X - shift[:-1], chunk.y[begin:end] - shift[-1]]
        )
        if chunk.weight is not None:
            rows *= np.sqrt(chunk.weight[begin:end])[:, None]
        whole = upper(rows if whole is None else np.vstack([whole, rows]))
    assert whole is not None  # chunks are never empty  # noqa: S101
    return whole


def upper(rows: Array) -> Array:
    """R of any rows (k, n): (min(k, n), n)."""
    return np.asarray(np.linalg.qr(rows, mode="r"), dtype=np.float64)
