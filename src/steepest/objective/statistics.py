"""One pass over the rows to their sums of squares and products: all that least squares needs.

The columns are shifted by the mean of the first rows, so that columns far from zero lose no
digits (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance"); the
problem itself is never centred, for gradient descent is not invariant to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np

from steepest.data.blocks import Block
from steepest.data.sparse import CSR
from steepest.objective.parallel import RunningSum, each, tree_sum
from steepest.objective.rounding import UNIT
from steepest.trace import Array

__all__ = ["WORTH_COMPILING", "Statistics", "first_shift", "one_thread_each", "pieces_of"]

CHUNK = 16_384
FEW_COLUMNS = 48
BLAS_ROWS = 2_048
FIRST_ROWS = 1_000
WORTH_COMPILING = 2_000_000
"""Numbers from which on compiled code is worth the half second of loading the compiler."""


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """gram (n, n) = AᵀA, A = √weight·[1, X - shift, y - shift]; shift (d + 1,); of m rows.

    total: the sum of the weights; rounding: ε of the sums, see `Rounding`.
    """

    gram: Array
    shift: Array
    rows: int
    total: float

    @classmethod
    def of(cls, blocks: Iterable[Block], threads: int) -> Statistics:
        """From rows that come block by block; the same for any number of threads."""
        sums, rows = RunningSum(), 0
        shift: Array | None = None
        for block in blocks:
            shift = first_shift(block) if shift is None else shift
            with one_thread_each():
                work = partial(_gram, shift)
                sums.add(tree_sum(each(work, pieces_of(block), threads)))
            rows += len(block.y)
        assert shift is not None  # blocks are never empty  # noqa: S101
        upper = np.triu(sums.total())
        gram = upper + np.triu(upper, 1).T
        return cls(gram, shift, rows, float(gram[0, 0]))

    @property
    def rounding(self) -> float:
        """ε: sums of 64 or 2,048 rows, added one after the other in a chunk, then by pairs."""
        leaf = 64 if len(self.gram) <= FEW_COLUMNS + 2 else BLAS_ROWS
        within = np.sqrt(leaf) + np.sqrt(CHUNK / leaf)
        return UNIT * float(within + np.log2(1 + self.rows / CHUNK) + np.sqrt(len(self.gram)))


def first_shift(block: Block) -> Array:
    """(d + 1,) the mean of the first rows of X and y; zeros for sparse rows, to keep them so."""
    few = slice(0, FIRST_ROWS)
    if isinstance(block.X, CSR):
        first = np.zeros(block.X.columns)
    else:
        first = np.mean(block.X[few], axis=0, dtype=np.float64)
    return np.asarray(np.append(first, np.mean(block.y[few])), dtype=np.float64)


def pieces_of(block: Block) -> list[Block]:
    """The block in pieces of CHUNK rows, as views."""
    pieces: list[Block] = []
    for begin in range(0, len(block.y), CHUNK):
        end = min(begin + CHUNK, len(block.y))
        X = block.X.rows(begin, end) if isinstance(block.X, CSR) else block.X[begin:end]
        weight = None if block.weight is None else block.weight[begin:end]
        pieces.append(Block(X, block.y[begin:end], weight))
    return pieces


def one_thread_each() -> Any:
    """A context in which BLAS keeps to one thread a call: ours are the threads here."""
    return _blas().limit(limits=1, user_api="blas")


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController  # pyright: ignore[reportMissingTypeStubs]

    return ThreadpoolController()


def _gram(shift: Array, chunk: Block) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):  # whoever takes the sums looks at them
        return _sums(shift, chunk)


def _sums(shift: Array, chunk: Block) -> Array:
    columns = len(shift) + 1
    if isinstance(chunk.X, CSR):
        return _sparse_gram(chunk.X, chunk.y - shift[-1], chunk.weight)
    if columns > FEW_COLUMNS + 2 or len(chunk.y) < CHUNK:
        return _blas_gram(chunk, shift)
    from steepest.objective.gram_kernels import gram_of_rows

    gram = np.zeros((columns, columns))
    weight = np.empty(0) if chunk.weight is None else chunk.weight
    gram_of_rows(chunk.X, chunk.y, weight, shift, gram)
    return gram


def _blas_gram(chunk: Block, shift: Array) -> Array:
    columns = len(shift) + 1
    gram, tile = np.zeros((columns, columns)), np.ones((BLAS_ROWS, columns))
    for begin in range(0, len(chunk.y), BLAS_ROWS):
        end = min(begin + BLAS_ROWS, len(chunk.y))
        rows = tile[: end - begin]
        rows[:, 0] = 1.0
        np.subtract(chunk.X[begin:end], shift[:-1], out=rows[:, 1:-1])  # pyright: ignore
        np.subtract(chunk.y[begin:end], shift[-1], out=rows[:, -1])
        if chunk.weight is not None:
            rows *= np.sqrt(chunk.weight[begin:end])[:, None]
        gram += rows.T @ rows
    return gram


def _sparse_gram(X: CSR, y: Array, weight: Array | None) -> Array:
    matrix = X.scipy().astype(np.float64)
    weighted = np.ones(len(y)) if weight is None else weight
    heavy = matrix.multiply(weighted[:, None]).tocsr()
    gram = np.empty((X.columns + 2, X.columns + 2))
    gram[1:-1, 1:-1] = (matrix.T @ heavy).toarray()
    gram[0, 1:-1] = heavy.sum(axis=0)
    gram[1:-1, -1] = heavy.T @ y
    gram[0, 0], gram[0, -1] = weighted.sum(), weighted @ y
    gram[-1, -1] = weighted @ (y * y)
    return gram
