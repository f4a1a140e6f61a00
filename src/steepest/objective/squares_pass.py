"""One walk over rows that sums squares and products of their columns, rows held out apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.objective.compiled import AS_WRITTEN, SUMS, compiled
from steepest.trace import Array

__all__ = ["EVEN", "TILE", "sum_squares"]

Whole = NDArray[np.int64]

TILE = 256  # rows that lie in the cache together
EVEN = 4  # the columns are filled up with zeros to a multiple of it


@compiled(SUMS)
def _add_products(tile: Array, size: int, gram: Array) -> None:
    """gram += tile tileᵀ, on and above the diagonal, by blocks of four columns times two."""
    n = tile.shape[0]
    for i in range(0, n, 4):
        a, b, c, d = tile[i], tile[i + 1], tile[i + 2], tile[i + 3]
        for j in range(i, n, 2):
            x, y = tile[j], tile[j + 1]
            ax, bx, cx, dx = 0.0, 0.0, 0.0, 0.0
            ay, by, cy, dy = 0.0, 0.0, 0.0, 0.0
            for t in range(size):
                u, v = x[t], y[t]
                ax += a[t] * u
                bx += b[t] * u
                cx += c[t] * u
                dx += d[t] * u
                ay += a[t] * v
                by += b[t] * v
                cy += c[t] * v
                dy += d[t] * v
            gram[i, j] += ax
            gram[i + 1, j] += bx
            gram[i + 2, j] += cx
            gram[i + 3, j] += dx
            gram[i, j + 1] += ay
            gram[i + 1, j + 1] += by
            gram[i + 2, j + 1] += cy
            gram[i + 3, j + 1] += dy


@compiled(AS_WRITTEN)
def _move(tile: Array, places: Whole, own: Array, begin: int, count: int) -> None:
    """Move so many rows from one tile to another, where they begin there; leave zeros."""
    for j in range(tile.shape[0]):
        a, b = tile[j], own[j]
        for k in range(count):
            b[begin + k] = a[places[k]]
            a[places[k]] = 0.0


@compiled(AS_WRITTEN)
def sum_squares(
    flat: Array,
    pitch: int,
    shift: Array,
    held: NDArray[np.bool_],
    weight: Array,
    train: Array,
    out: Array,
) -> None:
    """Add Σ a aᵀ to train (e, e) and out (e, e), on and above their diagonals.

    a is a row less `shift` (n,), times the square root of its weight if it trains and there are
    any. flat, pitch: the columns lie in memory so far apart from each other; e: the next
    multiple of EVEN from n; held: (m,) or (0,) if no row is; weight: (m,) or (0,).
    """
    n, e = shift.shape[0], train.shape[0]
    rows = flat.shape[0] - (n - 1) * pitch
    tile, own, filled = np.zeros((e, TILE)), np.zeros((e, 2 * TILE)), 0
    places, root = np.zeros(TILE, np.int64), np.zeros(TILE)
    for first in range(0, rows, TILE):
        size = min(TILE, rows - first)
        for j in range(n):
            column, less = flat[j * pitch + first : j * pitch + first + size], shift[j]
            for t in range(size):
                tile[j, t] = column[t] - less
        if held.shape[0]:
            count = 0
            for t in range(size):
                places[count] = t
                count += held[first + t]
            _move(tile, places, own, filled, count)
            filled += count
            if filled >= TILE:
                _add_products(own, filled, out)
                filled = 0
        if weight.shape[0]:
            for t in range(size):
                root[t] = np.sqrt(weight[first + t])
            for j in range(n):
                for t in range(size):
                    tile[j, t] *= root[t]
        _add_products(tile, size, train)
    if filled:
        _add_products(own, filled, out)
