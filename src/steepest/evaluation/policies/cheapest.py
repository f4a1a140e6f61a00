"""The threshold at which errors cost least.

The one that costs least on some rows is one candidate among others: on few rows it follows their
accidents, and on other rows costs more than it did there. What stands against it are the
threshold of the ratio of the costs (Elkan 2001), and to call every row alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.policies.tenths import tenths_of
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.trace import Array

__all__ = ["Cheapest", "cheapest", "least_cost", "theoretical"]

_MANY = 2_000
_NONE = float(np.nextafter(1.0, 2.0))  # above every probability


@dataclass(frozen=True, slots=True)
class Cheapest:
    """A threshold by the costs of errors, and from where to where it costs the same.

    always:  the class, 0 or 1, that every one of the rows is called by it; None where they differ
    """

    threshold: float
    low: float
    high: float
    always: int | None = None


def least_cost(
    target: Array, probability: Array, matrix: Array, drawn: Drawn = EACH_ROW
) -> Cheapest:
    """The threshold that is to be expected to cost least on other rows, out of four.

    Three need no rows to be found: that of `theoretical`, and to call every row alike, either way;
    the one that costs least is taken, of several the first of these. That of `cheapest` is
    taken before it where it costs less by more than a standard error, on rows that had no part
    in it: of weak probabilities the least of 160 rows costs a ninth more than to call every
    row alike, this a hundredth more (by simulation, a miss at 20 times the cost).
    """
    found = cheapest(target, probability, matrix)
    if len(target) < 2:
        return found
    searched = np.empty(len(target))
    for part in _parts(target, drawn):
        searched[part] = cheapest(target[~part], probability[~part], matrix).threshold
    given = [one for one in (theoretical(matrix), 0.0, _NONE) if one is not None]
    costs = [_costs_of(target, probability >= one, matrix) for one in given]
    sums = np.array([cost.sum() for cost in costs])
    best = int(np.argmin(np.round(sums / _slack(target, matrix))))
    gain = costs[best] - _costs_of(target, probability >= searched, matrix)
    error = float(gain.std()) * len(gain) ** 0.5
    if float(gain.sum()) > max(error, _slack(target, matrix)):
        return found
    return _around(given[best], target, probability, matrix)


def _parts(target: Array, drawn: Drawn) -> list[NDArray[np.bool_]]:
    """The tenths; of many rows two halves, which choose as surely, and ten would take time."""
    parts = tenths_of(len(target), 0, target, drawn)
    if len(target) <= _MANY or len(parts) < 4:
        return parts
    half = np.any(parts[: len(parts) // 2], axis=0)
    return [half, ~half]


def cheapest(target: Array, probability: Array, matrix: Array) -> Cheapest:
    """Where the costs of these rows are least.

    Between two neighbouring probabilities every threshold decides alike. Of all that cost the
    least, the one nearest to `theoretical` is taken, which is right where the probabilities
    are; where that lies outside, the middle of the nearest stretch.
    """
    anchor = theoretical(matrix)
    anchor = 0.5 if anchor is None else anchor
    if not len(target):
        return Cheapest(anchor, 0.0, 1.0)
    lows, highs, costs = _stretches(target, probability, matrix)
    least = np.flatnonzero(costs <= costs.min() + _slack(target, matrix))
    nearest = np.clip(anchor, lows[least], highs[least])
    best = int(least[np.abs(nearest - anchor).argmin()])
    low, high = _joined(best, set(least.tolist()), lows, highs)
    inside = low <= anchor <= high
    threshold = anchor if inside else (float(lows[best]) + float(highs[best])) / 2
    return Cheapest(threshold, low, high, _always(threshold, probability))


def _around(threshold: float, target: Array, probability: Array, matrix: Array) -> Cheapest:
    """That threshold, with all that cost the same around it."""
    lows, highs, costs = _stretches(target, probability, matrix)
    here = min(int(np.searchsorted(highs, threshold)), len(highs) - 1)
    same = np.flatnonzero(np.abs(costs - costs[here]) <= _slack(target, matrix))
    low, high = _joined(here, set(same.tolist()), lows, highs)
    return Cheapest(threshold, low, max(high, threshold), _always(threshold, probability))


def _always(threshold: float, probability: Array) -> int | None:
    called = probability >= threshold
    return int(called[0]) if len(called) and bool(np.all(called == called[0])) else None


def _costs_of(target: Array, called: NDArray[np.bool_], matrix: Array) -> Array:
    return matrix[target.astype(np.int64), called.astype(np.int64)]


def _slack(target: Array, matrix: Array) -> float:
    """By how much sums of costs may differ that are the same but for rounding."""
    return max(1e-9 * float(np.abs(matrix).max()) * len(target), 1e-300)


def theoretical(matrix: Array) -> float | None:
    """The threshold at which true probabilities cost least: where both decisions cost the same
    (Elkan 2001); None where an error costs no more than the right decision.

    >>> import numpy as np
    >>> theoretical(np.array([[0.0, 1.0], [4.0, 0.0]]))
    0.2
    """
    false_positive = float(matrix[0, 1] - matrix[0, 0])
    false_negative = float(matrix[1, 0] - matrix[1, 1])
    if min(false_positive, false_negative) < 0 or false_positive + false_negative == 0:
        return None
    return false_positive / (false_positive + false_negative)


def _stretches(target: Array, probability: Array, matrix: Array) -> tuple[Array, Array, Array]:
    """From where to where each choice of thresholds reaches, rising, and what it costs."""
    values, place = np.unique(probability, return_inverse=True)
    ends = np.concatenate([values, [_NONE if values[-1] == 1.0 else 1.0]])
    begins = np.concatenate([[0.0], np.nextafter(values, 2.0)])
    positive = np.bincount(place, weights=target, minlength=len(values))
    negative = np.bincount(place, minlength=len(values)) - positive
    missed, spared = (np.concatenate([[0.0], part.cumsum()]) for part in (positive, negative))
    costs = missed * matrix[1, 0] + (missed[-1] - missed) * matrix[1, 1]
    costs += spared * matrix[0, 0] + (spared[-1] - spared) * matrix[0, 1]
    return begins, ends, costs


def _joined(best: int, least: set[int], lows: Array, highs: Array) -> tuple[float, float]:
    """The whole run of stretches that cost the same, around the best."""
    first = last = best
    while first - 1 in least:
        first -= 1
    while last + 1 in least:
        last += 1
    return float(lows[first]), float(highs[last])
