"""The softmax loss of a block of rows: their sum, with the slopes left where the scores were."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from steepest.objective.block_losses import exp_block, sum_of_log1p
from steepest.objective.compiled import AS_WRITTEN, SUMS, compiled
from steepest.trace import Array

__all__ = ["softmax_block", "turned_block"]

LOGARITHMS = 8  # a block: the product of 32 sums over K classes is in range for K < 2^31


@compiled(AS_WRITTEN)
def _tops(z: Array, top: Array, best: Array, n: int) -> None:
    for i in range(n):
        top[i] = z[0, i]
        best[i] = 0.0
    for k in range(1, z.shape[0]):
        for i in range(n):
            higher = z[k, i] > top[i]
            top[i] = z[k, i] if higher else top[i]
            best[i] = k if higher else best[i]


@compiled(SUMS)
def _misses(z: Array, y: Array, weight: Array, top: Array, n: int) -> float:
    """Σ weight (top - own score)."""
    total = 0.0
    for i in range(n):
        total += weight[i] * (top[i] - z[int(y[i]), i])
    return total


@compiled(AS_WRITTEN)
def _exponentials(
    z: Array, top: Array, best: Array, rest: Array, scratch: Array, bits: NDArray[np.int64], n: int
) -> None:
    """z becomes exp(z - top), and rest their sum without the top's own 1."""
    x = scratch[0]
    for i in range(n):
        rest[i] = 0.0
    for k in range(z.shape[0]):
        for i in range(n):
            x[i] = z[k, i] - top[i]
        exp_block(x, z[k], scratch[2], bits[2], n)
        for i in range(n):
            rest[i] += 0.0 if best[i] == k else z[k, i]


@compiled(AS_WRITTEN)
def _slopes(
    z: Array, y: Array, weight: Array, best: Array, rest: Array, scale: Array, n: int
) -> None:
    for i in range(n):
        scale[i] = weight[i] / (1.0 + rest[i])
    for i in range(n):
        own = int(y[i])
        # what the others have, and not p - 1, which has no digit left where p is almost 1
        others = rest[i] if best[i] == own else 1.0 + (rest[i] - z[own, i])
        z[own, i] = -others
    for k in range(z.shape[0]):
        for i in range(n):
            z[k, i] *= scale[i]


@compiled(AS_WRITTEN)
def softmax_block(
    z: Array,
    y: Array,
    weight: Array,
    even: bool,
    room: Array,
    scratch: Array,
    bits: NDArray[np.int64],
    n: int,
) -> float:
    """Σ weight (logsumexp(z) - z_y) over n rows; z (K, n or more) becomes weighted slopes.

    even: all weights are 1. room (3, BLOCK); scratch, bits: (3, BLOCK), one memory.
    """
    top, best, rest = room[0], room[1], room[2]
    _tops(z, top, best, n)
    total = _misses(z, y, weight, top, n)
    _exponentials(z, top, best, rest, scratch, bits, n)
    _slopes(z, y, weight, best, rest, scratch[0], n)
    if even:
        return total + sum_of_log1p(rest, n, LOGARITHMS)
    for i in range(n):
        total += weight[i] * math.log1p(rest[i])
    return total


@compiled(SUMS)
def turned_block(z: Array, p: Array, weight: Array, mean: Array, n: int) -> None:
    """z (K, n or more) becomes weight p (z - Σ p z), p (n K,) row by row; mean (BLOCK,) scratch."""
    classes = z.shape[0]
    for i in range(n):
        mean[i] = 0.0
        for k in range(classes):
            mean[i] += p[i * classes + k] * z[k, i]
    for i in range(n):
        for k in range(classes):
            z[k, i] = weight[i] * p[i * classes + k] * (z[k, i] - mean[i])
