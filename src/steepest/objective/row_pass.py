"""Sums of a loss over all rows, with the gradient: the one thing every descent asks for.

Losses with a compiled kind go through the fused walks; any other through NumPy. Either way
the rows are cut into the same chunks, taken by whichever thread is free, and the chunks' sums
are added by a fixed tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.data.blocks import Block, Design
from steepest.data.sparse import CSR
from steepest.objective.chunks import Part, chunks_of
from steepest.objective.design import pulled, rows_of, scores
from steepest.objective.losses import Loss
from steepest.objective.parallel import Threads, each, thread_count, tree_sum
from steepest.trace import Array

__all__ = ["RowPass", "flattened"]

SCALED, TURNED = 5, 6  # as in `block_losses`, which loads the compiler
MOST_STEP, LEAST_STEP = 256, 8
STEP_NUMBERS = 65_536  # numbers of a step, so that it stays in a core's own cache

Walk = Callable[[Part, Array, Array], None]


class RowPass:
    """Σ wᵢ loss(zᵢ, yᵢ) over the rows of all blocks, and its gradient.

    blocks:     rows with their weights, at least one block; it may have no rows
    classes:    K scores a row for a loss of classes, else 1
    intercept:  whether the last of each p coefficients is one
    threads:    results are the same to the bit for any number

    >>> from steepest.objective.losses import SQUARED
    >>> block = Block(np.array([[1.0], [2.0]]), np.array([2.0, 4.0]))
    >>> total, gradient = RowPass([block], SQUARED, intercept=False).sums(np.array([1.0]))
    >>> total, gradient.tolist()
    (2.5, [-5.0])
    """

    __slots__ = ("_blocks", "_chunks", "_classes", "_intercept", "_loss", "_step", "_threads")

    def __init__(
        self,
        blocks: Sequence[Block],
        loss: Loss,
        *,
        intercept: bool,
        classes: int = 1,
        threads: Threads = 2,
    ) -> None:
        self._blocks = [_readable(block) for block in blocks]
        self._loss = loss
        self._intercept = intercept
        self._classes = classes
        self._threads = thread_count(threads)
        designs = [block.X for block in self._blocks]
        width = designs[0].shape[1] + intercept
        self._chunks = chunks_of(designs, 1 + classes * width)
        self._step = _step(designs, classes)

    def sums(self, params: Array) -> tuple[float, Array]:
        """The sum at params (K p,), and its gradient (K p,)."""
        kind = self._loss.compiled
        walk = self._plain if kind is None else self._fused(kind, self._blocks)
        return self._over_chunks(walk, _rows(params, self._classes))

    def scaled(self, curvatures: Sequence[Array], vector: Array) -> Array:
        """Xᵀ(c · Xv), (p,), with c (b,) for each block: a product with a Hessian.

        The weights of the rows are for whoever computed c.
        """
        pairs = zip(self._blocks, curvatures, strict=True)
        blocks = [Block(block.X, _column(c)) for block, c in pairs]
        return self._over_chunks(self._fused(SCALED, blocks), _rows(vector, 1))[1]

    def turned(self, probabilities: Sequence[Array], vector: Array) -> Array:
        """Σ wᵢ times softmax's Hessian of row i times v, (K p,), with p (b, K) of each block."""
        pairs = zip(self._blocks, probabilities, strict=True)
        blocks = [Block(block.X, _column(p.ravel()), block.weight) for block, p in pairs]
        walk = self._fused(TURNED, blocks)
        return self._over_chunks(walk, _rows(vector, self._classes))[1]

    def _over_chunks(self, walk: Walk, w: Array) -> tuple[float, Array]:
        def work(chunk: list[Part]) -> Array:
            out = np.zeros(1 + w.size)
            for part in chunk:
                walk(part, w, out)
            return out

        total = tree_sum(each(work, self._chunks, self._threads))
        return float(total[0]), total[1:]

    def _plain(self, part: Part, w: Array, out: Array) -> None:
        block, rows = self._blocks[part.block], slice(part.first, part.last)
        X, y = rows_of(block.X, part.first, part.last), block.y[rows]
        z = scores(X, w if self._loss.scores == "classes" else w[0], self._intercept)
        value, slope = self._loss.value(z, y), self._loss.slope(z, y)
        if block.weight is not None:
            value = value * block.weight[rows]
            slope = (slope.T * block.weight[rows]).T
        out[0] += value.sum()
        out[1:] += pulled(X, slope, self._intercept).ravel()

    def _fused(self, kind: int, blocks: Sequence[Block]) -> Walk:
        from steepest.objective import fused_pass

        none = _sealed(np.empty(0))

        def walk(part: Part, w: Array, out: Array) -> None:
            block = blocks[part.block]
            weight = none if block.weight is None else block.weight
            how = (w, kind, self._loss.bend, int(self._intercept), out)
            common = (part.first, part.last, self._step, block.y, weight, *how)
            if isinstance(block.X, CSR):
                X = block.X
                fused_pass.by_sparse_rows(X.data, X.indices, X.indptr, *common)
            elif _lies_by_rows(block.X):
                fused_pass.by_rows(*flattened(block.X), *common)
            else:
                fused_pass.by_columns(*flattened(block.X.T), *common)

        return walk


def _rows(params: Array, classes: int) -> Array:
    return np.ascontiguousarray(params, dtype=np.float64).reshape(classes, -1)


def _readable(block: Block) -> Block:
    """The same rows, copied only where the walks could not read them as they lie."""
    weight = None if block.weight is None else _column(block.weight)
    return Block(_readable_design(block.X), _column(block.y), weight)


def _readable_design(X: Design) -> Design:
    if isinstance(X, CSR):
        return CSR(_sealed(X.data), _sealed(X.indices), _sealed(X.indptr), X.columns)
    known = X.dtype == np.float32 or X.dtype == np.float64
    numbers = X if known else X.astype(np.float64)
    whole = numbers.flags.aligned and all(step % numbers.itemsize == 0 for step in numbers.strides)
    fine = whole and (_lies_by_rows(numbers) or _lies_by_columns(numbers))
    return numbers if fine else np.ascontiguousarray(numbers)


def _column(values: Array) -> Array:
    return _sealed(np.asarray(values, dtype=np.float64))


def _sealed(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same numbers, read-only: the compiler takes that for another type of array."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


def _lies_by_rows(X: np.ndarray[Any, Any]) -> bool:
    """True where every row is one stretch of memory; a single column is better as a column."""
    (down, right), one = X.strides, X.itemsize
    column = X.shape[1] == 1 and (down == one or len(X) < 2)
    return not column and (right == one or X.shape[1] == 1) and (down >= 0 or len(X) < 2)


def _lies_by_columns(X: np.ndarray[Any, Any]) -> bool:
    (down, right), one = X.strides, X.itemsize
    return (down == one or len(X) < 2) and (right >= 0 or X.shape[1] < 2)


def flattened(X: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], int]:
    """The memory of X (n, k), whose rows are each one stretch, as one array; and the pitch."""
    n, k = X.shape
    pitch = X.strides[0] // X.itemsize if n > 1 else k
    length = (n - 1) * pitch + k if n > 0 else 0
    return np.lib.stride_tricks.as_strided(X, (length,), (X.itemsize,), writeable=False), pitch


def _step(designs: Sequence[Design], classes: int) -> int:
    width = max((_row_size(X) for X in designs), default=1)
    step = STEP_NUMBERS // max(width, classes, 1) // 4 * 4
    return min(max(step, LEAST_STEP), MOST_STEP)


def _row_size(X: Design) -> int:
    if isinstance(X, CSR):
        return int(X.indptr[-1] - X.indptr[0]) // max(len(X), 1)
    return X.shape[1]
