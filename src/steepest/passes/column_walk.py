"""One walk over a column of numbers: written where it is needed, gaps filled, sums taken."""

from __future__ import annotations

import numpy as np

from steepest.objective.compiled import AS_WRITTEN, NO_NAN, SUMS, compiled
from steepest.trace import Array

__all__ = ["FACTS", "write_column"]

FACTS = 5
LANES = 128


@compiled(SUMS)
def _copied(values: Array, out: Array) -> float:
    total = 0.0
    for i in range(len(values)):
        out[i] = values[i]
        total += values[i]
    return total


@compiled(NO_NAN)
def _spread(low: Array, high: Array, values: Array) -> None:
    """Lanes side by side: the least of all in one chain waits for each comparison."""
    for k in range(len(values)):
        v = values[k]
        low[k] = v if v < low[k] else low[k]
        high[k] = v if v > high[k] else high[k]


@compiled(NO_NAN)
def _squares(values: Array, mean: float) -> float:
    total = 0.0
    for i in range(len(values)):
        total += (values[i] - mean) * (values[i] - mean)
    return total


@compiled(AS_WRITTEN)
def _facts(values: Array, mean: float, facts: Array) -> None:
    """Of values (m,) of which none is NaN."""
    low, high = np.full(LANES, np.inf), np.full(LANES, -np.inf)
    for first in range(0, len(values), LANES):
        _spread(low, high, values[first : first + LANES])
    facts[1], facts[2] = low.min(), high.max()
    facts[3], facts[4] = mean, _squares(values, mean)


@compiled(AS_WRITTEN)
def write_column(values: Array, out: Array, fill: float, facts: Array) -> None:
    """Write the values (m,) into out (m,), `fill` for NaN.

    facts: (5,) how many are NaN, and of the others the least, the greatest, the mean and
           Σ (value - mean)²; the least is inf and the greatest -inf where all are NaN
    """
    rows = len(values)
    total = _copied(values, out)
    count = rows
    if not np.isfinite(total):  # some are NaN or infinite, or their sum is too large
        total, count = 0.0, 0
        for i in range(rows):
            if not np.isnan(values[i]):
                total += values[i]
                count += 1
    mean = total / count if count else 0.0
    facts[0] = rows - count
    if count == rows:
        _facts(out, mean, facts)
        return
    there = np.empty(count)
    count = 0
    for i in range(rows):
        if np.isnan(values[i]):
            out[i] = fill
        else:
            there[count] = values[i]
            count += 1
    _facts(there, mean, facts)
