"""Where a column's middle is and how wide it spreads, to the last digit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from steepest.trace import Array

__all__ = ["centre_and_spread", "rounded_sum"]


def centre_and_spread(column: Array, intercept: bool) -> tuple[float, float]:
    """Mean and population standard deviation, or without an intercept 0 and the root mean square.

    column: (m,) finite. A column that is constant gets spread 1, and with an intercept its
    value as centre; a spread is never 0.

    >>> import numpy as np
    >>> centre_and_spread(np.array([1.0, 3.0]), True), centre_and_spread(np.array([3.0]), False)
    ((2.0, 1.0), (0.0, 3.0))
    """
    low, high = float(column.min()), float(column.max())
    if intercept and low == high:
        return low, 1.0
    # dividing by a power of two is exact, and keeps the squares from overflowing
    unit = 2.0 ** (math.frexp(max(-low, high))[1] - 1)
    values = column / unit
    centre = 0.0
    if intercept:
        centre = float(values.mean())
        centre += float((values - centre).mean())  # takes back what the first mean rounded
    spread = math.sqrt(float(np.mean((values - centre) ** 2)))
    return centre * unit, spread * unit or 1.0


def rounded_sum(parts: Sequence[float]) -> float:
    """Their sum, rounded once; not finite where a part is not, or where it is too large.

    >>> rounded_sum([1e16, 1.0, -1e16]), rounded_sum([float("inf"), 1.0])
    (1.0, inf)
    """
    try:
        return math.fsum(parts)
    except (OverflowError, ValueError):
        with np.errstate(all="ignore"):
            return float(np.sum(parts))
