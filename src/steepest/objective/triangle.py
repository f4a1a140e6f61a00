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
from steepest.errors import InputError
from steepest.objective.parallel import each
from steepest.objective.rounding import UNIT
from steepest.objective.statistics import Statistics, chunks_of, one_thread_each
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["SAFE", "Triangle", "reduce_rows"]

SAFE = 1e-11
LARGEST = 1e140
QR_ROWS = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Triangle:
    """R (n, n) of A = [1 X y], the intercept's column first where there is one.

    Scaled so that RᵀR is a sum over `rows` rows, whatever the weights were.

    shift:   (d + 1,) what was taken from the columns of X and y on the way
    norms:   (d + 2,) root mean squares of the shifted columns of [1 X y]
    squared: True where sums of squares were taken, False for QR
    level:   ε, see `Rounding`
    path:    which way was taken and why, in a sentence
    """

    R: Array
    rows: int
    shift: Array
    norms: Array
    squared: bool
    level: float
    path: str


def reduce_rows(blocks: Iterable[Block], *, intercept: bool, threads: int) -> Triangle:
    """The triangle of all rows; goes through them once, or twice where QR is needed.

    Raises InputError where squares of the numbers leave the range of float64.
    """
    found = Statistics.of(blocks, threads)
    _check_range(blocks, found)
    sizes = np.sqrt(np.diag(found.gram))
    unit = np.where(sizes > 0, sizes, 1.0)
    correlation = found.gram / unit / unit[:, None]
    condition = _condition(correlation)
    lost = found.rounding * condition
    if lost <= SAFE:
        whole = np.asarray(np.linalg.cholesky(correlation).T * unit, dtype=np.float64)
        path = (
            "statistics: one pass over the rows to sums of squares and products; their columns, "
            f"at equal length, have the condition number {readable(condition)}, which costs no "
            "digits that matter"
        )
        level, squared = found.rounding, True
    else:
        whole = _qr(blocks, found.shift, len(found.gram), threads)
        count = "beyond float64" if not np.isfinite(condition) else readable(condition)
        path = (
            "QR of the rows: the condition number of their columns, at equal length, is "
            f"{count}, too large for sums of squares"
        )
        level, squared = UNIT * float(np.sqrt(QR_ROWS * len(found.gram))), False
    whole[0, 1:] += whole[0, 0] * found.shift
    return Triangle(
        R=(whole if intercept else _without_ones(whole)) * np.sqrt(found.rows / found.total),
        rows=found.rows,
        shift=found.shift,
        norms=sizes / np.sqrt(found.total),
        squared=squared,
        level=level,
        path=path,
    )


def _without_ones(triangle: Array) -> Array:
    """The triangle of [X y], from that of [1 X y]."""
    rest = _upper(triangle[:, 1:])
    return np.vstack([rest, np.zeros((max(0, rest.shape[1] - len(rest)), rest.shape[1]))])


def _condition(correlation: Array) -> float:
    """Of the columns at equal length, the target left out; infinite where rounding hides it."""
    values = np.linalg.eigvalsh(correlation[:-1, :-1])
    safe = values[0] > len(values) * UNIT * values[-1]
    # what the target adds: R's last entry is the misfit, of which 0 is as good as any
    whole = np.linalg.eigvalsh(correlation)[0] > 0
    return float(values[-1] / values[0]) if safe and whole else float("inf")


def _check_range(blocks: Iterable[Block], found: Statistics) -> None:
    squares = np.diag(found.gram)
    if np.all(np.isfinite(squares)) and np.all((squares == 0) | (squares > LARGEST**-2)):
        largest = float(np.sqrt(squares.max(initial=0.0)))
        if largest < LARGEST:
            return
    for block in blocks:
        held = block.X.scipy().data if isinstance(block.X, CSR) else block.X
        for what, values in (("features", held), ("target", block.y)):
            largest = float(np.max(np.abs(values), initial=0.0))
            if largest > LARGEST or 0 < largest < 1 / LARGEST:
                raise InputError(
                    f"the largest number of the {what} is {largest:.3g}, whose square is none; "
                    f"use other units, so that it lies between {1 / LARGEST:g} and {LARGEST:g}"
                )


def _qr(blocks: Iterable[Block], shift: Array, columns: int, threads: int) -> Array:
    whole: Array | None = None
    for block in blocks:
        with one_thread_each():
            parts = each(partial(_qr_of_chunk, shift), chunks_of(block), threads)
        for part in parts:
            whole = part if whole is None else _upper(np.vstack([whole, part]))
    assert whole is not None  # blocks are never empty  # noqa: S101
    square = np.zeros((columns, columns))
    square[: len(whole)] = whole
    return square


def _qr_of_chunk(shift: Array, chunk: Block) -> Array:
    whole: Array | None = None
    for begin in range(0, len(chunk.y), QR_ROWS):
        end = min(begin + QR_ROWS, len(chunk.y))
        X = chunk.X.rows(begin, end).toarray() if isinstance(chunk.X, CSR) else chunk.X[begin:end]
        rows = np.column_stack(
            [np.ones(end - begin), X - shift[:-1], chunk.y[begin:end] - shift[-1]]
        )
        if chunk.weight is not None:
            rows *= np.sqrt(chunk.weight[begin:end])[:, None]
        whole = _upper(rows if whole is None else np.vstack([whole, rows]))
    assert whole is not None  # chunks are never empty  # noqa: S101
    return whole


def _upper(rows: Array) -> Array:
    return np.asarray(np.linalg.qr(rows, mode="r"), dtype=np.float64)
