"""Mini-batch descent in compiled loops: what every step shares, and dense rows.

Loaded only when it is descended so. The numbers of the losses are those of `block_losses`.
A kernel takes some steps of one epoch and writes the rows of the record that are asked for
into arrays that are there before it starts.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.objective.block_losses import BLOCK, loss_block
from steepest.objective.compiled import AS_WRITTEN, SUMS, compiled
from steepest.objective.prefetch import prefetch
from steepest.trace import Array

__all__ = [
    "AHEAD",
    "HIGHEST",
    "LAST",
    "LOWEST",
    "Cost",
    "Motion",
    "Record",
    "all_finite",
    "dense_single_steps",
    "dense_steps",
    "loss_and_slope",
    "losses",
    "move",
    "note",
    "note_step",
    "penalty",
]

Values = NDArray[np.floating[Any]]

AHEAD = 12
"""How many rows before its use a row is asked for."""

FEW = 16  # rows for which calls of exp cost less than starting the loops over a block
SAFE = 1e100  # a slope below this times numbers up to 1e140 is finite
LINE = 64  # bytes of memory that come together
LOGISTIC, POISSON, HUBER = 1, 2, 3  # 0 is squared

LOWEST, HIGHEST, LAST = 0, 1, 2
"""Rows of the record of edges."""


class Cost(NamedTuple):
    """Σ cᵢ loss(zᵢ, yᵢ)/n of a batch, plus ½ l2 ‖w‖² + l1 ‖w‖₁; free: 1 with an intercept."""

    kind: int
    bend: float
    l2: float
    l1: float
    free: int


class Motion(NamedTuple):
    """Where the descent is: params and velocity (p,); the sum of the params since a step.

    momentum: how much of the velocity is kept; average_from: the first step whose params go
    into the sum, or -1.
    """

    params: Array
    velocity: Array
    total: Array
    momentum: float
    average_from: int


class Record(NamedTuple):
    """Rows of a record: step, loss, learning_rate (k,), params and gradient (k, p)."""

    step: NDArray[np.int64]
    loss: Array
    params: Array
    gradient: Array
    learning_rate: Array


@compiled(SUMS)
def _dot(X: Values, at: int, w: Array, d: int) -> float:
    total = 0.0
    for j in range(d):
        total += X[at + j] * w[j]
    return total


@compiled(SUMS)
def all_finite(values: Array) -> bool:
    """True when no number of values (p,) is infinite or NaN."""
    total = 0.0
    for j in range(len(values)):
        total += 0.0 * values[j]
    return total == 0.0


@compiled(AS_WRITTEN)
def loss_and_slope(kind: int, bend: float, z: float, y: float) -> tuple[float, float]:
    """A loss at a score z for a target y, and its slope in z."""
    if kind == LOGISTIC:
        small = math.exp(-abs(z))  # of a negative number only, which cannot overflow
        up, down = (1.0, small) if z >= 0 else (small, 1.0)
        loss = (0.5 - y) * z + 0.5 * abs(z) + math.log1p(small)
        return loss, ((1.0 - y) * up - y * down) / (1.0 + small)
    if kind == POISSON:
        rate = math.exp(z)
        return rate - y * z, rate - y
    if kind == HUBER:
        held = min(max(z - y, -bend), bend)
        return held * (z - y - 0.5 * held), held
    return 0.5 * (z - y) * (z - y), z - y


@compiled(AS_WRITTEN)
def losses(
    cost: Cost,
    z: Array,
    y: Array,
    weight: Array,
    even: bool,
    scratch: Array,
    bits: NDArray[np.int64],
    n: int,
) -> float:
    """Σ weight loss(z, y) over n rows, at most BLOCK; z becomes weight times the slopes."""
    if n >= FEW:
        return loss_block(cost.kind, cost.bend, z, y, weight, even, scratch, bits, n)
    total = 0.0
    for i in range(n):
        loss, slope = loss_and_slope(cost.kind, cost.bend, z[i], y[i])
        total += weight[i] * loss
        z[i] = weight[i] * slope
    return total


@compiled(SUMS)
def penalty(cost: Cost, w: Array) -> float:
    """½ l2 ‖w‖² + l1 ‖w‖₁ of all params (p,) but the intercept."""
    squares, sizes = 0.0, 0.0
    for j in range(len(w) - cost.free):
        squares += w[j] * w[j]
        sizes += abs(w[j])
    return 0.5 * cost.l2 * squares + cost.l1 * sizes


@compiled(AS_WRITTEN)
def note(
    record: Record, at: int, step: int, loss: float, w: Array, g: Array, rate: float, cost: Cost
) -> None:
    """Write a row of the record: the gradient is the least subgradient of the whole cost."""
    record.step[at] = step
    record.loss[at] = loss
    record.learning_rate[at] = rate
    for j in range(len(w)):
        record.params[at, j] = w[j]
        record.gradient[at, j] = g[j]
    if cost.l1 > 0:
        for j in range(len(w) - cost.free):
            held = max(abs(g[j]) - cost.l1, 0.0)
            sign = cost.l1 if w[j] > 0 else -cost.l1
            record.gradient[at, j] = g[j] + sign if w[j] != 0 else math.copysign(held, g[j])


@compiled(AS_WRITTEN)
def note_step(
    kept: Record,
    at: int,
    edges: Record,
    last: bool,
    step: int,
    loss: float,
    w: Array,
    g: Array,
    rate: float,
    cost: Cost,
) -> int:
    """Write a step wherever it belongs; gives the next row of `kept` to be written.

    `kept.step` says beforehand which steps are kept; edges: the lowest, highest and last row
    so far, whose step is -1 where there is none.
    """
    if edges.step[LOWEST] < 0 or loss < edges.loss[LOWEST]:
        note(edges, LOWEST, step, loss, w, g, rate, cost)
    if edges.step[HIGHEST] < 0 or loss > edges.loss[HIGHEST]:
        note(edges, HIGHEST, step, loss, w, g, rate, cost)
    if last:
        note(edges, LAST, step, loss, w, g, rate, cost)
    if at < len(kept.step) and kept.step[at] == step:
        note(kept, at, step, loss, w, g, rate, cost)
        return at + 1
    return at


@compiled(AS_WRITTEN)
def move(motion: Motion, g: Array, rate: float, cost: Cost) -> None:
    """v := βv + g; w -= rate v (torch.optim.SGD); then soft thresholding where there is l1."""
    w, v = motion.params, motion.velocity
    if motion.momentum > 0:
        for j in range(len(w)):
            v[j] = motion.momentum * v[j] + g[j]
            w[j] -= rate * v[j]
    else:
        for j in range(len(w)):
            w[j] -= rate * g[j]
    if cost.l1 > 0:
        for j in range(len(w) - cost.free):
            w[j] = math.copysign(max(abs(w[j]) - rate * cost.l1, 0.0), w[j])


@compiled(AS_WRITTEN)
def _fetch(flat: Values, row: int, d: int) -> None:
    for j in range(0, d, LINE // flat.itemsize):
        prefetch(flat, row * d + j)
    prefetch(flat, row * d + d - 1)


@compiled(AS_WRITTEN)
def _add(g: Array, d: int, slope: float, flat: Values, at: int, first: bool) -> None:
    if first:
        for j in range(d):
            g[j] = slope * flat[at + j]
    else:
        for j in range(d):
            g[j] += slope * flat[at + j]


@compiled(AS_WRITTEN)
def dense_steps(
    X: Values,
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
    """len(rates) steps from step `first` on; False where a loss or gradient is not finite.

    X: (m, d) in C order; order: (n,) the rows of these steps, one batch after the other;
    y: (n,) their targets; weight: (n,) theirs, which are 1 in the mean of all rows, or (0,).
    """
    d, free = X.shape[1], cost.free
    flat, w = X.reshape(-1), motion.params
    z, target, even = np.empty(BLOCK), np.empty(BLOCK), weight.shape[0] == 0
    share, scratch, g = np.ones(BLOCK), np.empty((3, BLOCK)), np.empty(d + free)
    bits = scratch.view(np.int64)
    at = 0
    for k in range(len(rates)):
        begin, end = k * batch, min((k + 1) * batch, len(order))
        loss = 0.0
        for start in range(begin, end, BLOCK):
            n = min(BLOCK, end - start)
            for r in range(n):
                if start + r + AHEAD < len(order):
                    _fetch(flat, order[start + r + AHEAD], d)
                i = order[start + r]
                z[r] = _dot(flat, i * d, w, d) + (w[d] if free else 0.0)
                target[r] = y[start + r]
                if not even:
                    share[r] = weight[start + r]
            loss += losses(cost, z, target, share, even, scratch, bits, n)
            for r in range(n):
                slope, fresh = z[r] / (end - begin), start + r == begin
                _add(g, d, slope, flat, order[start + r] * d, fresh)
                if free:
                    g[d] = slope if fresh else g[d] + slope
        loss /= end - begin
        if cost.l2 > 0 or cost.l1 > 0:
            loss += penalty(cost, w)
            for j in range(d):
                g[j] += cost.l2 * w[j]
        rate = rates[k] * ((end - begin) / batch)
        finite = math.isfinite(loss) and all_finite(g)
        last = k == len(rates) - 1 or not finite
        at = note_step(kept, at, edges, last, first + k, loss, w, g, rate, cost)
        if not finite:
            return False
        if 0 <= motion.average_from <= first + k:
            for j in range(d + free):
                motion.total[j] += w[j]
        move(motion, g, rate, cost)
    return True


@compiled(SUMS)
def _step_and_squares(
    w: Array, d: int, flat: Values, at: int, change: float, decay: float
) -> float:
    """w += change x - decay w; gives ‖w‖² afterwards."""
    squares = 0.0
    for j in range(d):
        w[j] += change * flat[at + j] - decay * w[j]
        squares += w[j] * w[j]
    return squares


@compiled(AS_WRITTEN)
def dense_single_steps(
    X: Values,
    y: Array,
    weight: Array,
    order: NDArray[np.int64],
    first: int,
    rates: Array,
    cost: Cost,
    motion: Motion,
    kept: Record,
    edges: Record,
) -> bool:
    """`dense_steps` for batches of one row, without momentum and l1.

    The gradient is a multiple of a row (plus l2 w), and is written out only where a step is
    recorded: 4 times as fast.
    """
    d, free, count = X.shape[1], cost.free, len(rates)
    flat, w, even = X.reshape(-1), motion.params, weight.shape[0] == 0
    g, at = np.empty(d + free), 0
    half, squares = 0.5 * cost.l2, 0.0
    for j in range(d):
        squares += w[j] * w[j]
    for k in range(count):
        if k + AHEAD < count:
            _fetch(flat, order[k + AHEAD], d)
        i, step = order[k], first + k
        z = _dot(flat, i * d, w, d) + (w[d] if free else 0.0)
        loss, slope = loss_and_slope(cost.kind, cost.bend, z, y[k])
        if not even:
            loss, slope = weight[k] * loss, weight[k] * slope
        if half > 0:
            loss += half * squares
        within = edges.loss[LOWEST] <= loss <= edges.loss[HIGHEST]
        awaited = at < len(kept.step) and kept.step[at] == step
        if step == 0 or awaited or k == count - 1 or not (within and abs(slope) < SAFE):
            _add(g, d, slope, flat, i * d, True)
            for j in range(d):
                g[j] += cost.l2 * w[j]
            if free:
                g[d] = slope
            finite = math.isfinite(loss) and all_finite(g)
            last = k == count - 1 or not finite
            at = note_step(kept, at, edges, last, step, loss, w, g, rates[k], cost)
            if not finite:
                return False
        if 0 <= motion.average_from <= step:
            for j in range(d + free):
                motion.total[j] += w[j]
        change = -rates[k] * slope
        if half > 0:
            squares = _step_and_squares(w, d, flat, i * d, change, rates[k] * cost.l2)
        else:
            for j in range(d):
                w[j] += change * flat[i * d + j]
        if free:
            w[d] += change
    return True
