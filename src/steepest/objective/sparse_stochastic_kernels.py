"""Mini-batch descent in compiled loops over sparse rows.

A step of plain descent costs what its rows hold, whatever l2 and the averaging are: the
weights are w = scale * u, so that l2 shrinks them all by one multiplication (Bottou 2012,
"Stochastic gradient descent tricks", section 5.1), and a weight's share of the average is
added when the weight next changes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.objective.block_losses import BLOCK
from steepest.objective.compiled import AS_WRITTEN, SUMS, compiled
from steepest.objective.prefetch import prefetch
from steepest.objective.stochastic_kernels import (
    AHEAD,
    HIGHEST,
    LOWEST,
    Cost,
    Motion,
    Record,
    all_finite,
    loss_and_slope,
    losses,
    move,
    note_step,
    penalty,
)
from steepest.trace import Array

__all__ = ["lazy_sparse_steps", "sparse_steps"]

Values = NDArray[np.floating[Any]]
Places = NDArray[np.integer[Any]]

# How far the scale may go from 1 before it is multiplied into u. Differences of sums of scales
# lose as many digits of an average as it has lost; the weights themselves lose none.
FAR, FAR_IN_AVERAGE = 1e9, 100.0
SAFE = 1e100  # a slope below this times numbers up to 1e140 is finite
LINE = 64  # bytes of memory that come together


@compiled(AS_WRITTEN)
def _fetch(data: Values, indices: Places, indptr: Places, later: int, sooner: int) -> None:
    """Where the later row begins, and the numbers of the sooner one."""
    prefetch(indptr, later)
    begin, end = indptr[sooner], indptr[sooner + 1]
    for j in range(begin, end, LINE // data.itemsize):
        prefetch(data, j)
    for j in range(begin, end, LINE // indices.itemsize):
        prefetch(indices, j)


@compiled(SUMS)
def _score(data: Values, indices: Places, begin: int, end: int, u: Array) -> float:
    total = 0.0
    for j in range(begin, end):
        total += data[j] * u[indices[j]]
    return total


@compiled(SUMS)
def _add(
    data: Values, indices: Places, begin: int, end: int, change: float, u: Array, measured: bool
) -> float:
    """u += change times a row; gives by how much ‖u‖² has grown, where it is measured."""
    grown = 0.0
    if not measured:
        for q in range(begin, end):
            u[indices[q]] += change * data[q]
        return grown
    for q in range(begin, end):
        old = u[indices[q]]
        new = old + change * data[q]
        grown += (new - old) * (new + old)
        u[indices[q]] = new
    return grown


@compiled(AS_WRITTEN)
def _batch_losses(
    data: Values,
    indices: Places,
    indptr: Places,
    y: Array,
    weight: Array,
    order: NDArray[np.int64],
    start: int,
    end: int,
    u: Array,
    scale: float,
    cost: Cost,
    slopes: Array,
    share: Array,
    scratch: Array,
) -> float:
    """The mean loss of rows start to end of `order`; their slopes, over how many they are."""
    even, free, bias = len(weight) == 0, cost.free, u[len(u) - 1]
    bits = scratch.view(np.int64)
    loss, n = 0.0, end - start
    for low in range(start, end, BLOCK):
        size = min(BLOCK, end - low)
        z = slopes[low - start :]
        for r in range(size):
            q = low + r
            if q + AHEAD < len(order):
                _fetch(data, indices, indptr, order[q + AHEAD], order[q + AHEAD // 2])
            i = order[q]
            z[r] = scale * _score(data, indices, indptr[i], indptr[i + 1], u)
            if free:
                z[r] += bias
            if not even:
                share[r] = weight[low + r]
        loss += losses(cost, z, y[low:], share, even, scratch, bits, size)
    for r in range(n):
        slopes[r] /= n
    return loss / n


@compiled(AS_WRITTEN)
def _gradient(
    data: Values,
    indices: Places,
    indptr: Places,
    order: NDArray[np.int64],
    start: int,
    slopes: Array,
    n: int,
    w: Array,
    cost: Cost,
    g: Array,
) -> None:
    """The gradient (p,) of the batch, with that of l2."""
    d = len(w) - cost.free
    for j in range(d):
        g[j] = cost.l2 * w[j]
    if cost.free:
        g[d] = 0.0
    for r in range(n):
        i = order[start + r]
        for j in range(indptr[i], indptr[i + 1]):
            g[indices[j]] += slopes[r] * data[j]
        if cost.free:
            g[d] += slopes[r]


@compiled(AS_WRITTEN)
def sparse_steps(
    data: Values,
    indices: Places,
    indptr: Places,
    y: Array,
    weight: Array,
    order: NDArray[np.int64],
    batch: int,
    first: int,
    rates: Array,
    cost: Cost,
    motion: Motion,
    kept: Record,
    edges: Record,
) -> bool:
    """As `dense_steps`: any momentum and penalty, and every step walks over all params."""
    w, p = motion.params, len(motion.params)
    slopes, share, scratch = np.empty(batch), np.ones(BLOCK), np.empty((3, BLOCK))
    g, at = np.empty(p), 0
    for k in range(len(rates)):
        start, end = k * batch, min((k + 1) * batch, len(order))
        loss = penalty(cost, w) + _batch_losses(
            data, indices, indptr, y, weight, order, start, end, w, 1.0, cost,
            slopes, share, scratch,
        )  # fmt: skip
        _gradient(data, indices, indptr, order, start, slopes, end - start, w, cost, g)
        rate = rates[k] * ((end - start) / batch)
        finite = math.isfinite(loss) and all_finite(g)
        last = k == len(rates) - 1 or not finite
        at = note_step(kept, at, edges, last, first + k, loss, w, g, rate, cost)
        if not finite:
            return False
        if 0 <= motion.average_from <= first + k:
            for j in range(p):
                motion.total[j] += w[j]
        move(motion, g, rate, cost)
    return True


@compiled(SUMS)
def _squares(u: Array, d: int) -> float:
    total = 0.0
    for j in range(d):
        total += u[j] * u[j]
    return total


@compiled(AS_WRITTEN)
def _settle(u: Array, d: int, scale: float, total: Array, passed: float, seen: Array) -> None:
    """u := scale * u, after the average has got its share of what u was."""
    for j in range(d):
        total[j] += u[j] * (passed - seen[j])
        u[j] *= scale
        seen[j] = 0.0


@compiled(AS_WRITTEN)
def _largest(slopes: Array, n: int) -> float:
    largest = 0.0
    for r in range(n):
        largest = max(largest, abs(slopes[r]))
    return largest


@compiled(AS_WRITTEN)
def lazy_sparse_steps(
    data: Values,
    indices: Places,
    indptr: Places,
    y: Array,
    weight: Array,
    order: NDArray[np.int64],
    batch: int,
    first: int,
    rates: Array,
    cost: Cost,
    motion: Motion,
    kept: Record,
    edges: Record,
) -> bool:
    """`sparse_steps` without momentum and l1, at the cost of the rows' own numbers.

    passed: Σ scale over the steps that are averaged; seen (d,): what it was when each u last
    changed. Between calls the scale is 1 and the average complete.
    """
    u, total = motion.params, motion.total
    p, d = len(u), len(u) - cost.free
    slopes, share, scratch = np.empty(batch), np.ones(BLOCK), np.empty((3, BLOCK))
    w, g, seen = np.empty(p), np.empty(p), np.zeros(d)
    at, scale, passed, squares = 0, 1.0, 0.0, _squares(u, d)
    half, averaging, finite = 0.5 * cost.l2, motion.average_from >= 0, True
    far = FAR_IN_AVERAGE if averaging else FAR
    for k in range(len(rates)):
        start, end, step = k * batch, min((k + 1) * batch, len(order)), first + k
        n = end - start
        if n == 1:  # without the cost of the call
            if start + AHEAD < len(order):
                _fetch(data, indices, indptr, order[start + AHEAD], order[start + AHEAD // 2])
            i = order[start]
            z = scale * _score(data, indices, indptr[i], indptr[i + 1], u)
            z += u[d] if cost.free else 0.0
            loss, slope = loss_and_slope(cost.kind, cost.bend, z, y[start])
            if len(weight) > 0:
                loss, slope = weight[start] * loss, weight[start] * slope
            slopes[0] = slope
        else:
            loss = _batch_losses(
                data, indices, indptr, y, weight, order, start, end, u, scale, cost,
                slopes, share, scratch,
            )  # fmt: skip
        if half > 0:
            loss += half * scale * scale * squares
        rate = rates[k] * (n / batch)
        within = edges.loss[LOWEST] <= loss <= edges.loss[HIGHEST]
        awaited = (at < len(kept.step) and kept.step[at] == step) or k == len(rates) - 1
        if step == 0 or awaited or not (within and _largest(slopes, n) < SAFE):
            for j in range(p):
                w[j] = scale * u[j] if j < d else u[j]
            _gradient(data, indices, indptr, order, start, slopes, n, w, cost, g)
            finite = math.isfinite(loss) and all_finite(g)
            last = k == len(rates) - 1 or not finite
            at = note_step(kept, at, edges, last, step, loss, w, g, rate, cost)
            if not finite:
                break
        if averaging and step >= motion.average_from:
            passed += scale
            if cost.free:
                total[d] += u[d]
        scale *= 1.0 - rate * cost.l2
        if not 1.0 / far <= abs(scale) <= far:
            _settle(u, d, scale, total, passed, seen)
            scale, passed, squares = 1.0, 0.0, _squares(u, d)
        for r in range(n):
            i, change = order[start + r], -rate * slopes[r]
            if averaging:
                for q in range(indptr[i], indptr[i + 1]):
                    j = indices[q]
                    total[j] += u[j] * (passed - seen[j])
                    seen[j] = passed
            squares += _add(data, indices, indptr[i], indptr[i + 1], change / scale, u, half > 0)
            if cost.free:
                u[d] += change
    _settle(u, d, scale, total, passed, seen)
    return finite
