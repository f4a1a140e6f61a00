"""Products of rows with weights that do not depend on which rows come together.

A matrix product of a library rounds the last rows of a block otherwise than those in its middle.
Here each row is added up by itself, from its first column to its last, so that a row has the
same score to the last bit alone, in a whole table, and in whatever piece of it.
"""

from __future__ import annotations

import numpy as np

from steepest.trace import Array

__all__ = ["row_scores"]

TOGETHER = 4_096
"""Rows whose sums stay in the processor's cache while the columns go by."""


def row_scores(X: Array, weights: Array) -> Array:
    """X weights: (m,) of weights (d,), or (m, K) of weights (d, K); float64.

    >>> X = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> row_scores(X, np.array([1.0, 10.0])).tolist()
    [21.0, 43.0]
    >>> row_scores(X, np.eye(2)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    if weights.ndim == 1:
        return _sums(X, weights)
    return np.column_stack([_sums(X, weights[:, k]) for k in range(weights.shape[1])])


def _sums(X: Array, weights: Array) -> Array:
    total = np.zeros(len(X))
    term = np.empty(min(TOGETHER, len(X)))
    for first in range(0, len(X), TOGETHER):
        rows = total[first : first + TOGETHER]
        for j, weight in enumerate(weights):
            own = term[: len(rows)]
            np.multiply(X[first : first + TOGETHER, j], weight, out=own)
            rows += own
    return total
