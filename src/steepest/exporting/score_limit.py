"""The score from which on the second of two classes is decided, wherever it is worked out."""

from __future__ import annotations

import math

import numpy as np

from steepest.objective.losses import LOGISTIC

__all__ = ["score_limit"]

FARTHEST = 800.0  # there the probability is 0 or 1 in float64
SLACK = 2.0**-40


def score_limit(threshold: float) -> float:
    """The least score whose probability is the threshold or more, less a trifle.

    A threshold is often the probability of some row. Other libraries round the score and exp
    otherwise than NumPy, in the last digits, and the row would be decided otherwise; a score that
    is short by no more than a millionth of a millionth of it (or of 1) therefore counts.
    Infinite where all or none are decided.

    >>> abs(score_limit(0.5)) < 1e-12, score_limit(0.0), score_limit(1.1)
    (True, -inf, inf)
    """
    if threshold <= 0:
        return -math.inf
    if _probability(FARTHEST) < threshold:
        return math.inf
    low, high = -FARTHEST, FARTHEST
    while low < (middle := 0.5 * (low + high)) < high:
        low, high = (low, middle) if _probability(middle) >= threshold else (middle, high)
    return high - SLACK * max(1.0, abs(high))


def _probability(score: float) -> float:
    return float(LOGISTIC.prediction(np.array([score]))[0])
