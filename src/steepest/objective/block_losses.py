"""Losses of a block of scores at once: their sum, with the slopes left where the scores were.

The number of a loss is its `Loss.compiled`. A call of exp and log1p for each row would cost
more than reading the row: here both are plain loops over the block, which run in vectors.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from steepest.objective.compiled import AS_WRITTEN, SUMS, compiled
from steepest.trace import Array

__all__ = [
    "BLOCK",
    "SCALED",
    "SOFTMAX",
    "TURNED",
    "exp_block",
    "loss_block",
    "sum_of_log1p",
]

BLOCK = 256
"""Rows at most in a block of scores: 2 KiB each of scores, slopes and scratch."""

LOGISTIC, POISSON, HUBER, SOFTMAX = 1, 2, 3, 4  # 0 is squared
SCALED = 5
"""½ y z², with slope y z: it makes a pass over the rows a product with the Hessian."""

TURNED = 6
"""The same for softmax: y holds the K probabilities of each row, one row after the other."""

# Cody and Waite 1980: k ln 2 is taken off in two parts, the first with so many zeros at its
# end that its product with k is exact. Adding 1.5 * 2^52 rounds to a whole number, which then
# lies in the low bits.
ROUND = 6755399441055744.0
LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471803691238
LN2_LOW = 1.9082149292705877e-10
LEAST, MOST = -708.0, 709.0


@compiled(AS_WRITTEN)
def exp_block(x: Array, out: Array, power: Array, bits: NDArray[np.int64], n: int) -> None:
    """out[:n] = exp(x[:n]) to 2 units in the last place; 0 below -708, infinite above 709.

    power, bits: scratch (n,), two views of the same memory.
    """
    for i in range(n):
        shifted = x[i] * LOG2_E + ROUND
        k = shifted - ROUND
        power[i] = shifted
        r = (x[i] - k * LN2_HIGH) - k * LN2_LOW
        # Taylor's series of (e^r - 1 - r) / r²; |r| <= 0.347, so what is left out is < 2^-60
        s = 1.6059043836821613e-10 * r + 2.08767569878681e-09
        s = s * r + 2.505210838544172e-08
        s = s * r + 2.755731922398589e-07
        s = s * r + 2.7557319223985893e-06
        s = s * r + 2.48015873015873e-05
        s = s * r + 0.0001984126984126984
        s = s * r + 0.001388888888888889
        s = s * r + 0.008333333333333333
        s = s * r + 0.041666666666666664
        s = s * r + 0.16666666666666666
        s = s * r + 0.5
        out[i] = 1.0 + (r + r * r * s)
    for i in range(n):
        bits[i] = (bits[i] + 1023) << 52
    for i in range(n):
        whole = out[i] * power[i]
        whole = np.inf if x[i] > MOST else whole
        out[i] = 0.0 if x[i] < LEAST else whole


@compiled(AS_WRITTEN)
def sum_of_log1p(e: Array, n: int, left: int) -> float:
    """Σ log(1 + e[:n]), e >= 0, with `left` logarithms; e (BLOCK,) is destroyed.

    (1 + a)(1 + b) = 1 + (a + b + ab), all terms positive: no digit is lost where e is tiny.
    The products of BLOCK / left factors must stay within range: left = 1 for e <= 1.
    """
    for i in range(n, BLOCK):
        e[i] = 0.0
    half = BLOCK // 2
    while half >= left:
        for i in range(half):
            e[i] = e[i] + e[half + i] + e[i] * e[half + i]
        half //= 2
    total = 0.0
    for i in range(left):
        total += math.log1p(e[i])
    return total


@compiled(SUMS)
def _weighted_log1p(e: Array, weight: Array, n: int) -> float:
    """Σ weight log(1 + e), 0 <= e <= 1: 2 artanh(s), s = e / (2 + e) <= 1/3, by its series."""
    total = 0.0
    for i in range(n):
        s = e[i] / (2.0 + e[i])
        q = s * s
        t = q * 0.02857142857142857 + 0.030303030303030304
        t = t * q + 0.03225806451612903
        t = t * q + 0.034482758620689655
        t = t * q + 0.037037037037037035
        t = t * q + 0.04
        t = t * q + 0.043478260869565216
        t = t * q + 0.047619047619047616
        t = t * q + 0.05263157894736842
        t = t * q + 0.058823529411764705
        t = t * q + 0.06666666666666667
        t = t * q + 0.07692307692307693
        t = t * q + 0.09090909090909091
        t = t * q + 0.1111111111111111
        t = t * q + 0.14285714285714285
        t = t * q + 0.2
        t = t * q + 0.3333333333333333
        total += weight[i] * (s + s * q * t)
    return 2.0 * total


@compiled(SUMS)
def _squared(z: Array, y: Array, weight: Array, n: int) -> float:
    total = 0.0
    for i in range(n):
        r = z[i] - y[i]
        z[i] = weight[i] * r
        total += z[i] * r
    return 0.5 * total


@compiled(SUMS)
def _scaled(z: Array, y: Array, weight: Array, n: int) -> float:
    total = 0.0
    for i in range(n):
        slope = weight[i] * y[i] * z[i]
        total += slope * z[i]
        z[i] = slope
    return 0.5 * total


@compiled(SUMS)
def _huber(z: Array, y: Array, weight: Array, n: int, delta: float) -> float:
    total = 0.0
    for i in range(n):
        r = z[i] - y[i]
        slope = delta if r > delta else r
        slope = -delta if r < -delta else slope
        z[i] = weight[i] * slope
        total += z[i] * (r - 0.5 * slope)
    return total


@compiled(SUMS)
def _poisson(z: Array, y: Array, weight: Array, e: Array, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += weight[i] * (e[i] - y[i] * z[i])
        z[i] = weight[i] * (e[i] - y[i])
    return total


@compiled(SUMS)
def _hinges(z: Array, y: Array, weight: Array, n: int) -> float:
    """Σ weight (max(z, 0) - y z)."""
    total = 0.0
    for i in range(n):
        total += weight[i] * ((0.5 - y[i]) * z[i] + 0.5 * abs(z[i]))
    return total


@compiled(AS_WRITTEN)
def _minus_sizes(z: Array, out: Array, n: int) -> None:
    for i in range(n):
        out[i] = -abs(z[i])


@compiled(AS_WRITTEN)
def _logistic_slopes(z: Array, y: Array, weight: Array, e: Array, n: int) -> None:
    for i in range(n):
        up = 1.0 if z[i] >= 0 else e[i]
        down = e[i] if z[i] >= 0 else 1.0
        z[i] = weight[i] * (((1.0 - y[i]) * up - y[i] * down) / (1.0 + e[i]))


@compiled(AS_WRITTEN)
def _logistic(
    z: Array, y: Array, weight: Array, even: bool, scratch: Array, bits: NDArray[np.int64], n: int
) -> float:
    x, e = scratch[0], scratch[1]
    _minus_sizes(z, x, n)
    exp_block(x, e, scratch[2], bits[2], n)
    total = _hinges(z, y, weight, n)
    _logistic_slopes(z, y, weight, e, n)
    return total + (sum_of_log1p(e, n, 1) if even else _weighted_log1p(e, weight, n))


@compiled(AS_WRITTEN)
def loss_block(
    kind: int,
    bend: float,
    z: Array,
    y: Array,
    weight: Array,
    even: bool,
    scratch: Array,
    bits: NDArray[np.int64],
    n: int,
) -> float:
    """Σ weight loss(z, y) over n rows; z becomes weight times the slopes.

    even: all weights are 1. scratch, bits: (3, BLOCK), two views of one memory.
    """
    if kind == LOGISTIC:
        return _logistic(z, y, weight, even, scratch, bits, n)
    if kind == POISSON:
        exp_block(z, scratch[0], scratch[2], bits[2], n)
        return _poisson(z, y, weight, scratch[0], n)
    if kind == HUBER:
        return _huber(z, y, weight, n, bend)
    if kind == SCALED:
        return _scaled(z, y, weight, n)
    return _squared(z, y, weight, n)
