"""How likely chance alone makes a later column differ so from that of the contract.

All are of rows drawn alike in any order, so that each later row is as likely to be the largest,
or the one of a rare level, as each earlier one is.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.data.stability import exceeding_chance
from steepest.trace import Array

__all__ = [
    "all_alike",
    "beyond",
    "beyond_counted",
    "excess_beyond",
    "more_again",
    "more_gaps",
    "unseen_levels",
]

_MANY = 1_000_000  # terms; of so many gaps those further out are nothing
_STEPS = np.linspace(0.0, 30.0, 121)


def beyond(known: Sequence[float], middle: float, rows: int, values: Array) -> float:
    """The chance of so many later values above the highest known one, or so far above it.

    known:   the highest of `rows` values, the highest first; that one alone says how many are
             beyond, not how far
    middle:  a value in the middle, from which a distance is measured
    values:  (m,) the later ones

    Far is judged on a scale of logarithms: what lies beyond a value exceeds it there by about
    as much as the known ones above a lower one do, be the tail as heavy as a power's (Hill,
    1975); of lighter tails by less, so that the test is then careful.

    >>> beyond([9.0, 8.5, 8.0], 5.0, 100, np.array([3.0, 8.9])), beyond([9.0], 5.0, 9, np.ones(1))
    (1.0, 1.0)
    >>> top = [5.0, 4.6, 4.5, 4.3, 4.2, 4.1]
    >>> round(beyond(top, 0.0, 1_000, np.array([5.1])), 4)
    0.002
    >>> beyond(top, 0.0, 1_000, np.array([500.0])) < 1e-6
    True
    """
    over = values[values > known[0]]
    if not over.size:
        return 1.0
    excess = excess_beyond(known, middle, over)
    return beyond_counted(known, middle, rows, values.size, over.size, excess)


def beyond_counted(
    known: Sequence[float], middle: float, rows: int, count: int, over: int, excess: float
) -> float:
    """The same of `count` later values, of which `over` are beyond by `excess` in all.

    excess: as `excess_beyond` adds it up, of values wherever they are.
    """
    if not over:
        return 1.0
    many = exceeding_chance(rows, count, over)
    some = count / (rows + count)  # of one or more
    return min(1.0, 2 * min(many, some * _so_far(np.asarray(known), middle, over, excess)))


def excess_beyond(known: Sequence[float], middle: float, over: Array) -> float:
    """By how much values lie beyond the highest known one, added up on a scale of logarithms."""
    above = np.asarray(known)
    top = above[above > middle] - middle
    if top.size < 2:
        return 0.0
    scaled: Array = np.log((over - middle) / (top[0] + _resolution(top)))
    return float(scaled.clip(0.0).sum())


def _so_far(known: Array, middle: float, over: int, excess: float) -> float:
    """The chance that values beyond the known ones exceed them by so much in all."""
    top = known[known > middle] - middle
    if top.size < 2:
        return 1.0
    above: Array = np.log((top[:-1] + _resolution(top)) / top[-1])
    usual = float(above.mean())
    if not usual > 0 or not excess > 0:
        return 1.0
    special: Any = importlib.import_module("scipy.special")  # it has no types to check
    return float(special.fdtrc(2 * over, 2 * (top.size - 1), excess / over / usual))


def _resolution(top: Array) -> float:
    """The smallest step between the values: that of counts is one, of measurements nothing."""
    steps = -np.diff(top)
    steps = steps[steps > 0]
    return float(steps.min()) if steps.size else float(top[0])


def unseen_levels(before: Sequence[int], after: Sequence[int]) -> float:
    """The chance that so many later rows have levels that no earlier row has.

    before, after: rows of each level. A level of c rows is among the later ones alone with the
    chance that all its c rows were drawn there; Chernoff's bound over all levels, which holds
    because a row that is drawn later makes no other one more likely to be.

    >>> unseen_levels([5, 5], [4, 6]), round(unseen_levels([90, 0], [80, 10]), 6)
    (1.0, 0.00075)
    """
    were, are = np.asarray(before), np.asarray(after)
    rows = int(are[were == 0].sum())
    if not rows:
        return 1.0
    both, levels = np.unique((were + are).astype(float), return_counts=True)
    later = _log_all_later(both, float(were.sum()), float(are.sum()))
    exponents = _STEPS[:, None] / max(1.0, float(are[were == 0].mean()))
    grown = np.logaddexp(np.log1p(-np.exp(later)), later + exponents * both)
    bounds = grown @ levels - exponents[:, 0] * rows
    return float(np.exp(min(0.0, float(bounds.min()))))


def _log_all_later(counts: Array, before: float, after: float) -> Array:
    """The logarithm of the chance that all of some rows are later ones; -inf for too many."""
    fits = counts <= after
    some = np.where(fits, counts, 0.0)
    chances = _log_choices(before + after - some, after - some)
    chances = chances - _log_choices(before + after, after)
    return np.where(fits, np.minimum(chances, -1e-12), -np.inf)


def all_alike(others: int, before: int, after: int, values: int) -> float:
    """The chance that all later rows have one value, which all but `others` earlier ones had.

    values: of so many values it might have been any

    >>> all_alike(0, 10, 10, 2), round(all_alike(10, 10, 10, 2), 6)
    (1.0, 1.1e-05)
    """
    rows = float(before + after)
    chance = _log_choices(rows - others, after) - _log_choices(rows, after)
    return min(1.0, values * float(np.exp(chance)))


def more_gaps(before: int, of: int, after: int, rows: int) -> float:
    """Fisher's exact test, one-sided: at least so many of all gaps among the later rows."""
    if not after:
        return 1.0
    every, gaps = of + rows, before + after
    if after > _MANY and after * every <= gaps * rows:
        return 1.0  # no more than there were: nothing to be worked out term by term
    later = np.arange(after, min(gaps, rows, after + _MANY) + 1)
    chances = _log_choices(gaps, later) + _log_choices(every - gaps, rows - later)
    return min(1.0, float(np.exp(chances - _log_choices(every, rows)).sum()))


def more_again(before: int, of: int, after: int, rows: int) -> float:
    """The chance that so many of all rows that repeat another are later ones.

    Taken carefully: among more rows the share that repeats another grows at most as their
    number does, and among fewer it stays at most what it was.

    >>> more_again(0, 500, 0, 500), more_again(0, 500, 2, 500), more_again(4, 50, 4, 50) > 0.5
    (1.0, 0.25, True)
    """
    if not after:
        return 1.0
    growth = (rows / of) ** (2 if rows > of else 1)
    share = growth / (1 + growth)
    special: Any = importlib.import_module("scipy.special")  # it has no types to check
    return float(special.bdtrc(after - 1, before + after, share))


def _log_choices(of: Any, some: Any) -> Any:
    """The logarithm of the number of ways to choose."""
    special: Any = importlib.import_module("scipy.special")  # it has no types to check
    return special.gammaln(of + 1) - special.gammaln(some + 1) - special.gammaln(of - some + 1)
