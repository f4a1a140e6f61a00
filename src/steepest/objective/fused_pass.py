"""One walk over rows of a linear model: scores, losses and gradient while a row is in cache.

A dense design comes as the flat stretch of memory that it lies in, with the distance (in
numbers) from one row to the next (C order) or from one column to the next (Fortran order):
slices of a larger array need no copy, and no second compilation.

All three walks add into out (1 + K p,): the weighted sum of the losses, then the gradient of
the coefficients w (K, p), one row of them for a loss of one score. `intercept` is 0 or 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.objective.block_losses import BLOCK, SOFTMAX, TURNED, loss_block
from steepest.objective.block_softmax import softmax_block, turned_block
from steepest.objective.compiled import AS_WRITTEN, SUMS, compiled
from steepest.trace import Array

__all__ = ["by_columns", "by_rows", "by_sparse_rows"]

Whole = NDArray[np.int64]


@compiled(SUMS)
def _dot(row: Array, w: Array, d: int) -> float:
    total = 0.0
    for j in range(d):
        total += row[j] * w[j]
    return total


@compiled(SUMS)
def _add(g: Array, d: int, s: float, a: Array) -> None:
    for j in range(d):
        g[j] += s * a[j]


@compiled(SUMS)
def _add_four(g: Array, d: int, s: Array, a: Array, pitch: int) -> None:
    """Four rows (or columns) for one walk over g."""
    s0, s1, s2, s3 = s[0], s[1], s[2], s[3]
    b, c, e = a[pitch:], a[2 * pitch :], a[3 * pitch :]
    for j in range(d):
        g[j] += (s0 * a[j] + s1 * b[j]) + (s2 * c[j] + s3 * e[j])


@compiled(SUMS)
def _add_all(g: Array, d: int, s: Array, n: int, a: Array, pitch: int) -> None:
    """g += Σ s[i] a[i pitch : i pitch + d] over n of them."""
    for i in range(0, n - 3, 4):
        _add_four(g, d, s[i:], a[i * pitch :], pitch)
    for i in range(n // 4 * 4, n):
        _add(g, d, s[i], a[i * pitch :])


@compiled(SUMS)
def _total(s: Array, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += s[i]
    return total


@compiled(AS_WRITTEN)
def _losses(
    kind: int,
    bend: float,
    z: Array,
    y: Array,
    weight: Array,
    even: bool,
    room: Array,
    scratch: Array,
    bits: Whole,
    n: int,
) -> float:
    if kind == TURNED:
        turned_block(z, y, weight, scratch[0], n)
        return 0.0
    if kind == SOFTMAX:
        return softmax_block(z, y, weight, even, room, scratch, bits, n)
    return loss_block(kind, bend, z[0], y, weight, even, scratch, bits, n)


@compiled(AS_WRITTEN)
def by_rows(
    flat: Array,
    pitch: int,
    first: int,
    last: int,
    step: int,
    y: Array,
    weight: Array,
    w: Array,
    kind: int,
    bend: float,
    intercept: int,
    out: Array,
) -> None:
    """Rows first to last of a dense design in C order, `step` (at most BLOCK) at a time."""
    classes, d = w.shape[0], w.shape[1] - intercept
    z, room, scratch = np.empty((classes, BLOCK)), np.empty((3, BLOCK)), np.empty((3, BLOCK))
    bits, ones = scratch.view(np.int64), np.ones(BLOCK)
    even, many = weight.shape[0] == 0, classes if kind == TURNED else 1
    g = out[1:].reshape((classes, w.shape[1]))
    for start in range(first, last, step):
        n = min(step, last - start)
        for k in range(classes):
            free = w[k, d] if intercept else 0.0
            for i in range(n):
                z[k, i] = free + _dot(flat[(start + i) * pitch :], w[k], d)
        share = ones if even else weight[start : start + n]
        out[0] += _losses(
            kind, bend, z, y[start * many : (start + n) * many], share, even, room, scratch, bits, n
        )
        for k in range(classes):
            _add_all(g[k], d, z[k], n, flat[start * pitch :], pitch)
            if intercept:
                g[k, d] += _total(z[k], n)


@compiled(AS_WRITTEN)
def by_columns(
    flat: Array,
    pitch: int,
    first: int,
    last: int,
    step: int,
    y: Array,
    weight: Array,
    w: Array,
    kind: int,
    bend: float,
    intercept: int,
    out: Array,
) -> None:
    """Rows first to last of a dense design in Fortran order, `step` (at most BLOCK) at a time."""
    classes, d = w.shape[0], w.shape[1] - intercept
    z, room, scratch = np.empty((classes, BLOCK)), np.empty((3, BLOCK)), np.empty((3, BLOCK))
    bits, ones = scratch.view(np.int64), np.ones(BLOCK)
    even, many = weight.shape[0] == 0, classes if kind == TURNED else 1
    g = out[1:].reshape((classes, w.shape[1]))
    for start in range(first, last, step):
        n = min(step, last - start)
        for k in range(classes):
            z[k, :n] = w[k, d] if intercept else 0.0
            _add_all(z[k], n, w[k], d, flat[start:], pitch)
        share = ones if even else weight[start : start + n]
        out[0] += _losses(
            kind, bend, z, y[start * many : (start + n) * many], share, even, room, scratch, bits, n
        )
        for k in range(classes):
            for j in range(d):
                g[k, j] += _dot(flat[j * pitch + start :], z[k], n)
            if intercept:
                g[k, d] += _total(z[k], n)


@compiled(AS_WRITTEN)
def by_sparse_rows(
    data: Array,
    indices: Whole,
    indptr: Whole,
    first: int,
    last: int,
    step: int,
    y: Array,
    weight: Array,
    w: Array,
    kind: int,
    bend: float,
    intercept: int,
    out: Array,
) -> None:
    """Rows first to last of compressed sparse rows, `step` (at most BLOCK) at a time."""
    classes, d = w.shape[0], w.shape[1] - intercept
    z, room, scratch = np.empty((classes, BLOCK)), np.empty((3, BLOCK)), np.empty((3, BLOCK))
    bits, ones = scratch.view(np.int64), np.ones(BLOCK)
    even, many = weight.shape[0] == 0, classes if kind == TURNED else 1
    g = out[1:].reshape((classes, w.shape[1]))
    for start in range(first, last, step):
        n = min(step, last - start)
        for i in range(n):
            for k in range(classes):
                score = w[k, d] if intercept else 0.0
                for at in range(indptr[start + i], indptr[start + i + 1]):
                    score += data[at] * w[k, indices[at]]
                z[k, i] = score
        share = ones if even else weight[start : start + n]
        out[0] += _losses(
            kind, bend, z, y[start * many : (start + n) * many], share, even, room, scratch, bits, n
        )
        for i in range(n):
            for k in range(classes):
                slope = z[k, i]
                for at in range(indptr[start + i], indptr[start + i + 1]):
                    g[k, indices[at]] += slope * data[at]
        if intercept:
            for k in range(classes):
                g[k, d] += _total(z[k], n)
