"""Compiled sums of squares and products of some of the rows that lie side by side.

What `gram_kernels` does for whole blocks, for the rows of a list: rows that train and rows that
are held out lie side by side, and neither need be copied out before they are summed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from steepest.objective.compiled import SUMS, compiled
from steepest.trace import Array

__all__ = ["BLOCK", "LEAF", "gram_of_some"]

LEAF = 128
BLOCK = 4  # columns of the Gram matrix that are summed at a time, in registers


@compiled(SUMS)
def _block_sums(tile: Array, i: int, j: int, gram: Array) -> None:
    """Add the products of columns i and i + 1 with j to j + 3 of a tile."""
    a, b = tile[i], tile[i + 1]
    c, d, e, f = tile[j], tile[j + 1], tile[j + 2], tile[j + 3]
    ac, ad, ae, af = 0.0, 0.0, 0.0, 0.0
    bc, bd, be, bf = 0.0, 0.0, 0.0, 0.0
    for k in range(LEAF):
        ac += a[k] * c[k]
        ad += a[k] * d[k]
        ae += a[k] * e[k]
        af += a[k] * f[k]
        bc += b[k] * c[k]
        bd += b[k] * d[k]
        be += b[k] * e[k]
        bf += b[k] * f[k]
    gram[i, j] += ac
    gram[i, j + 1] += ad
    gram[i, j + 2] += ae
    gram[i, j + 3] += af
    gram[i + 1, j] += bc
    gram[i + 1, j + 1] += bd
    gram[i + 1, j + 2] += be
    gram[i + 1, j + 3] += bf


@compiled(SUMS)
def gram_of_some(
    columns: Array,
    y: Array,
    weight: Array,
    chosen: NDArray[np.int64],
    shift: Array,
    gram: Array,
) -> None:
    """Add AᵀA over the chosen rows to gram (n, n), A = √weight · [1, X - shift, y - shift].

    columns: (d, m) of X, each one stretch of memory; y: (m,); weight: (m,), or (0,) for none;
    chosen: (k,); shift: (d + 1,); gram: (n, n) with n = d + 2 rounded up to a multiple of BLOCK;
    its upper triangle counts, and what is beyond d + 2 stays zero.
    """
    d = len(columns)
    n = len(gram)
    tile = np.zeros((n, LEAF))
    for begin in range(0, len(chosen), LEAF):
        rows = min(LEAF, len(chosen) - begin)
        some = chosen[begin : begin + rows]
        if rows < LEAF:
            tile[:] = 0.0
        for k in range(rows):
            tile[0, k] = 1.0
        for j in range(d):
            column, line, less = columns[j], tile[j + 1], shift[j]
            for k in range(rows):
                line[k] = column[some[k]] - less
        for k in range(rows):
            tile[d + 1, k] = y[some[k]] - shift[d]
        if len(weight) > 0:
            for k in range(rows):
                root = math.sqrt(weight[some[k]])
                for j in range(d + 2):
                    tile[j, k] *= root
        for i in range(0, n, 2):
            for j in range(i // BLOCK * BLOCK, n, BLOCK):
                _block_sums(tile, i, j, gram)
