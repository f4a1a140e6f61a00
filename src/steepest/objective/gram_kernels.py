"""Compiled sums of squares and products of few columns. Loaded only when rows are reduced."""

from __future__ import annotations

import math

import numpy as np

from steepest.objective.compiled import SUMS, compiled
from steepest.trace import Array

__all__ = ["gram_of_rows"]

LEAF = 64


@compiled(SUMS)
def gram_of_rows(X: Array, y: Array, weight: Array, shift: Array, gram: Array) -> None:
    """Add AᵀA to the upper triangle of gram (n, n), A = √weight · [1, X - shift, y - shift].

    X: (m, d) float64 or float32 in any order; y: (m,); weight: (m,), or (0,) for none;
    shift: (d + 1,). LEAF rows at a time are laid column by column, so that each product is a
    short sum over two stretches of memory that lie in the first cache.
    """
    m, d = X.shape
    n = d + 2
    tile = np.zeros((n, LEAF))
    for begin in range(0, m, LEAF):
        rows = min(LEAF, m - begin)
        for a in range(rows):
            tile[0, a] = 1.0
            for j in range(d):
                tile[j + 1, a] = X[begin + a, j] - shift[j]
            tile[n - 1, a] = y[begin + a] - shift[d]
        if len(weight) > 0:
            for a in range(rows):
                root = math.sqrt(weight[begin + a])
                for j in range(n):
                    tile[j, a] *= root
        for j in range(n):
            for a in range(rows, LEAF):
                tile[j, a] = 0.0
        for i in range(n):
            for j in range(i, n):
                total = 0.0
                for a in range(LEAF):
                    total += tile[i, a] * tile[j, a]
                gram[i, j] += total
