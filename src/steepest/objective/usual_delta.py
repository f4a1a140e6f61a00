"""Where Huber's loss bends if nobody says, of rows that may count differently."""

from __future__ import annotations

import numpy as np

from steepest.trace import Array

__all__ = ["usual_delta", "weighted_median"]


def usual_delta(target: Array, weight: Array | None = None) -> float:
    """Where Huber's loss turns from square to straight: 1.345 robust standard deviations.

    Of the target (m,) about its median, by the median absolute deviation: 95 % as efficient as
    least squares where errors are normal (Huber 1981, section 1.7). 1 where most are equal. A row
    of weight 2 counts as two rows.

    >>> round(usual_delta(np.array([1.0, 2.0, 3.0, 4.0, 100.0])), 3)
    1.994
    """
    away = np.abs(target - _median(target, weight))
    spread = 1.4826 * _median(away, weight)
    return 1.345 * spread if spread > 0 else 1.0


def _median(values: Array, weight: Array | None) -> float:
    return float(np.median(values)) if weight is None else weighted_median(values, weight)


def weighted_median(values: Array, weight: Array) -> float:
    """The value with half of the weight on either side; between two the middle of both.

    >>> weighted_median(np.array([1.0, 2.0, 5.0]), np.array([1.0, 0.0, 1.0]))
    3.0
    """
    counts = np.flatnonzero(weight > 0)
    order = counts[np.argsort(values[counts], kind="stable")]
    below = np.cumsum(weight[order]) / weight[order].sum()
    near = 1e-12  # weights add up with rounding
    low, high = np.searchsorted(below, [0.5 - near, 0.5 + near]).tolist()
    lower, upper = float(values[order[low]]), float(values[order[min(high, len(order) - 1)]])
    return lower + 0.5 * (upper - lower)
