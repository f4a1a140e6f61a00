"""Products with the rows of a linear model, dense or sparse: forth to scores, back to slopes.

In NumPy and SciPy, for a chunk of rows at a time (float32 is widened on the way).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Design
from steepest.data.sparse import CSR
from steepest.trace import Array

__all__ = ["dense", "pulled", "row_squares", "rows_of", "scores", "taken"]


def rows_of(X: Design, first: int, last: int) -> Design:
    """Some rows, without a copy."""
    return X.rows(first, last) if isinstance(X, CSR) else X[first:last]


def taken(X: Design, rows: NDArray[np.int64]) -> Design:
    """Those rows, in that order, copied."""
    if not isinstance(X, CSR):
        return X[rows]
    first = X.indptr[rows]
    lengths = X.indptr[rows + 1] - first
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    shift = np.asarray(np.repeat(first - indptr[:-1], lengths), dtype=np.int64)
    at = shift + np.arange(int(indptr[-1]))
    return CSR(X.data[at], X.indices[at], indptr, X.columns)


def scores(X: Design, params: Array, intercept: bool) -> Array:
    """z = X w + b: (m,) for params (p,), (m, K) for params (K, p); b is the last of each."""
    weights = params[..., :-1] if intercept else params
    product: Array = _operand(X) @ weights.T
    return product + params[..., -1] if intercept else product


def pulled(X: Design, slope: Array, intercept: bool) -> Array:
    """The gradient of Σ slope · z: (p,) for slopes (m,), (K, p) for slopes (m, K)."""
    gradient: Array = (_operand(X).T @ slope).T
    if not intercept:
        return gradient
    return np.concatenate([gradient, slope.sum(axis=0)[..., None]], axis=-1)


def row_squares(X: Design) -> Array:
    """‖xᵢ‖² of each row, (m,)."""
    if isinstance(X, CSR):
        rows = np.repeat(np.arange(len(X)), np.diff(X.indptr))
        held = X.data[int(X.indptr[0]) : int(X.indptr[-1])].astype(np.float64)
        return np.asarray(np.bincount(rows, held * held, minlength=len(X)), dtype=np.float64)
    return np.einsum("ij,ij->i", X, X, dtype=np.float64)


def dense(X: Design) -> Array:
    """(m, d) float64, zeros and all; dense float64 is not copied."""
    return X.toarray() if isinstance(X, CSR) else np.asarray(X, dtype=np.float64)


def _operand(X: Design) -> Any:
    return X.scipy() if isinstance(X, CSR) else X
