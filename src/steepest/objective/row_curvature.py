"""Second derivatives of a loss summed over rows: the Hessian, and products with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.data.blocks import Block, Design
from steepest.data.sparse import CSR
from steepest.objective.chunks import Part, chunks_of
from steepest.objective.design import pulled, rows_of, scores
from steepest.objective.losses import SOFTMAX, Loss
from steepest.objective.parallel import each, tree_sum
from steepest.objective.row_pass import RowPass
from steepest.objective.statistics import one_thread_each
from steepest.trace import Array

__all__ = ["hessian_sum", "hessian_vector_sum"]

CHUNK_ROWS = 4_096


def hessian_sum(
    blocks: Sequence[Block], loss: Loss, params: Array, intercept: bool, threads: int
) -> Array:
    """Σ wᵢ times the Hessian of row i: (p, p) for params (p,), (K p, K p) for params (K, p).

    Of classes, block k, l is Xᵀ diag(w ∂²loss/∂z_k∂z_l) X. The same to the bit for any number
    of threads.
    """
    classes, width = params.size // params.shape[-1], params.shape[-1]
    size = max(CHUNK_ROWS // classes, 1)

    def work(parts: list[Part]) -> Array:
        total = np.zeros((classes, classes, width, width))
        pieces = [_piece(blocks[part.block], part.first, part.last) for part in parts]
        for chunk in _chunks(pieces, size):
            _add_curvature(total, chunk, loss, params, intercept)
        return total

    with one_thread_each():
        chunks = chunks_of([block.X for block in blocks], params.size**2)
        total = tree_sum(each(work, chunks, threads))
    for k in range(classes):
        for other in range(k):
            total[other, k] = total[k, other]
    return total.transpose(0, 2, 1, 3).reshape(params.size, params.size)


def _add_curvature(total: Array, rows: Block, loss: Loss, params: Array, intercept: bool) -> None:
    classes = len(total)
    curvature = loss.curvature(scores(rows.X, params, intercept), rows.y)
    curvature = curvature.reshape(len(rows.y), classes, classes)
    if rows.weight is not None:
        curvature = curvature * rows.weight[:, None, None]
    design = _with_ones(rows.X, intercept)
    for k in range(classes):
        total[k, : k + 1] += _products(design, curvature[:, k, : k + 1])


def _with_ones(X: Design, intercept: bool) -> Any:
    """The rows, dense float64 or SciPy's, with a last column of ones where there is one."""
    if not isinstance(X, CSR):
        return np.hstack([X, np.ones((len(X), 1))]) if intercept else np.asarray(X, np.float64)
    if not intercept:
        return X.scipy()
    ends = X.indptr[1:] - X.indptr[0]
    held = slice(int(X.indptr[0]), int(X.indptr[-1]))
    data = np.insert(X.data[held].astype(np.float64), ends, 1.0)
    indices = np.insert(X.indices[held], ends, X.columns)
    indptr = X.indptr - X.indptr[0] + np.arange(len(X.indptr))
    return CSR(data, indices, indptr, X.columns + 1).scipy()


def _products(rows: Any, shares: Array) -> Array:
    """Xᵀ diag(share) X for each column of shares (n, k): (k, p, p)."""
    if not isinstance(rows, np.ndarray):
        parts = [(rows.T @ rows.multiply(share[:, None]).tocsr()).toarray() for share in shares.T]
        return np.array(parts)
    return _dense_products(np.asarray(rows, dtype=np.float64), shares)


def _dense_products(rows: Array, shares: Array) -> Array:
    """In one product of matrices, which is what they are fast at."""
    (n, many), width = shares.shape, rows.shape[1]
    scaled = (shares[:, :, None] * rows[:, None, :]).reshape(n, -1)
    return (rows.T @ scaled).reshape(width, many, width).transpose(1, 0, 2)


def hessian_vector_sum(
    blocks: Sequence[Block], loss: Loss, walk: RowPass, params: Array, intercept: bool
) -> Callable[[Array], Array]:
    """v, shaped as params, to Σ wᵢ times row i's Hessian times v; the curvature is computed once.

    Exact, and without ever forming the Hessian (Pearlmutter 1994). `walk` goes over `blocks`.
    """
    z = [_all_scores(block.X, params, intercept) for block in blocks]
    if loss.compiled == SOFTMAX.compiled:
        probabilities = [_by_chunks(loss.prediction, score) for score in z]
        return lambda vector: walk.turned(probabilities, vector).reshape(vector.shape)
    if loss.scores == "classes":
        return lambda vector: _turned(blocks, z, loss, vector, intercept)
    curvatures = [
        loss.curvature(score, block.y) * (1.0 if block.weight is None else block.weight)
        for score, block in zip(z, blocks, strict=True)
    ]
    return lambda vector: walk.scaled(curvatures, vector)


def _turned(
    blocks: Sequence[Block], z: Sequence[Array], loss: Loss, vector: Array, intercept: bool
) -> Array:
    total = np.zeros(vector.shape)
    for block, whole in zip(blocks, z, strict=True):
        first = 0
        for chunk in _chunks([block]):
            score = whole[first : first + len(chunk.y)]
            turn = loss.turn(score, scores(chunk.X, vector, intercept), chunk.y)
            weighted = turn if chunk.weight is None else turn * chunk.weight[:, None]
            total += pulled(chunk.X, weighted, intercept)
            first += len(chunk.y)
    return total


def _by_chunks(function: Callable[[Array], Array], values: Array) -> Array:
    starts = range(0, len(values), CHUNK_ROWS)
    return np.concatenate([function(values[i : i + CHUNK_ROWS]) for i in starts])


def _all_scores(X: Design, params: Array, intercept: bool) -> Array:
    """By chunks, so that float32 is never widened as a whole."""
    starts = range(0, len(X), CHUNK_ROWS)
    parts = [rows_of(X, i, min(i + CHUNK_ROWS, len(X))) for i in starts]
    return np.concatenate([scores(part, params, intercept) for part in parts])


def _chunks(blocks: Sequence[Block], size: int = CHUNK_ROWS) -> list[Block]:
    return [
        _piece(block, first, min(first + size, len(block.y)))
        for block in blocks
        for first in range(0, len(block.y), size)
    ]


def _piece(block: Block, first: int, last: int) -> Block:
    weight = None if block.weight is None else block.weight[first:last]
    return Block(rows_of(block.X, first, last), block.y[first:last], weight)
