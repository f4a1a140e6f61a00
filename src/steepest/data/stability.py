"""Whether two sets of counts are spread alike: how far apart, and whether by chance.

The population stability index says how far apart (Siddiqi, Credit Risk Scorecards, 2006:
below 0.1 nothing to speak of, from 0.25 on another population). Pearson's chi-square test
of homogeneity says whether chance does that, and Holm's procedure (1979) keeps the share of
false alarms where many columns are tested at once.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.trace import Array

__all__ = ["exceeding_chance", "holm", "homogeneity", "stability_index"]

_ENOUGH_EXPECTED = 5.0
_ADDED = 0.5
_MANY = 1_000_000


def stability_index(before: Sequence[int], after: Sequence[int]) -> float:
    """The population stability index: sum of (q - p) log(q / p) over the bins' shares.

    Half a row is added to each bin, so that an empty one has a logarithm.

    >>> round(stability_index([50, 50], [50, 50]), 3), round(stability_index([90, 10], [50, 50]), 2)
    (0.0, 0.85)
    """
    p, q = (np.asarray(counts, dtype=float) + _ADDED for counts in (before, after))
    p, q = p / p.sum(), q / q.sum()
    return float(np.sum((q - p) * np.log(q / p)))


def homogeneity(before: Sequence[int], after: Sequence[int]) -> float:
    """The p-value of Pearson's test that both sets of counts were drawn alike.

    Neighbouring bins are taken together until at least 5 rows are expected in each, which is
    decided from the sums of both sets alone; 1.0 where a single bin is left.

    >>> round(homogeneity([50, 50], [40, 60]), 4), homogeneity([1, 1], [2, 1])
    (0.1552, 1.0)
    """
    both = np.array([before, after], dtype=float)
    sums = both.sum(axis=1)
    if min(sums) <= 0:
        return 1.0
    together = _merged(both, float(min(sums) / sums.sum()))
    pooled = together.sum(axis=0)
    if pooled.size < 2:
        return 1.0
    expected = np.outer(sums, pooled) / sums.sum()
    statistic = float(np.sum((together - expected) ** 2 / expected))
    special: Any = importlib.import_module("scipy.special")  # it has no types to check
    return float(special.chdtrc(pooled.size - 1, statistic))


def _merged(both: Array, share: float) -> Array:
    """The (2, k) counts with bins taken together that are too small, from left to right."""
    bins: list[Array] = []
    held = np.zeros(2)
    for column in both.T:
        held = held + column
        if held.sum() * share >= _ENOUGH_EXPECTED:
            bins.append(held)
            held = np.zeros(2)
    if held.any():
        bins[-1:] = [bins[-1] + held] if bins else [held]
    return np.array(bins).T


def holm(chances: Sequence[float]) -> list[float]:
    """The p-values as they are after Holm's procedure: compare each with the share for all.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order: list[int] = np.argsort(chances).tolist()
    adjusted = np.empty(len(chances))
    largest = 0.0
    for place, i in enumerate(order):
        largest = max(largest, min(1.0, (len(chances) - place) * float(chances[i])))
        adjusted[i] = largest
    return adjusted.tolist()


def exceeding_chance(before: int, after: int, outside: int) -> float:
    """The chance that at least so many later rows lie above all earlier ones.

    Of rows drawn alike in any order; `before` earlier rows, `after` later ones, of which
    `outside` lie above. Halved bounds for both ends of a range are left to the caller.

    >>> exceeding_chance(9, 1, 1), exceeding_chance(10, 10, 0)
    (0.1, 1.0)
    """
    if outside > _MANY:
        return _exceeding_many(before, after, outside)
    i = np.arange(outside)
    return float(np.prod((after - i) / (before + after - i)))


def _exceeding_many(before: int, after: int, outside: int) -> float:
    """The same by logarithms of factorials, which hold enough digits where it matters."""
    every = before + after
    log = math.lgamma(after + 1) - math.lgamma(after - outside + 1)
    return math.exp(min(0.0, log - math.lgamma(every + 1) + math.lgamma(every - outside + 1)))
