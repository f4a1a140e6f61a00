"""How a policy chooses its threshold from probabilities beside what was the case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.evaluation.decisions import ThresholdPoint
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.policies.tenths import tenths_of
from steepest.trace import Array

__all__ = [
    "Cheapest",
    "cheapest",
    "choose_threshold",
    "cross_thresholds",
    "curve_of",
    "theoretical",
]

_CURVE = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The threshold at which the errors cost least, and from where to where it costs the same."""

    threshold: float
    low: float
    high: float


def choose_threshold(
    policy: Policy, target: Array, probability: Array, matrix: Array | None = None
) -> float:
    """The threshold of a policy on these rows; 0.5 where they cannot say.

    target:       (m,) 0.0 and 1.0; probability: (m,) of 1.0, finite
    matrix:       (2, 2) costs as of `cost_matrix`; for the policy "cost"

    >>> import numpy as np
    >>> truth, given = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.1, 0.3, 0.4, 0.8])
    >>> choose_threshold(Policy("recall", 0.9), truth, given)
    0.3
    >>> choose_threshold(Policy("budget", 0.5), truth, given)
    0.4
    """
    if policy.kind == "fixed":
        return policy.value
    if policy.kind == "recall":
        return _of_recall(policy.value, probability[target == 1])
    if policy.kind == "budget":
        return _of_budget(policy.value, probability)
    return 0.5 if matrix is None else cheapest(target, probability, matrix).threshold


def cross_thresholds(
    policy: Policy, target: Array, probability: Array, matrix: Array | None, *, seed: int
) -> Array:
    """(m,) for each row the threshold that the rows of the other tenths chose."""
    thresholds = np.empty(len(target))
    for part in tenths_of(len(target), seed, target):
        thresholds[part] = choose_threshold(policy, target[~part], probability[~part], matrix)
    return thresholds


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
    slack = 1e-9 * float(np.abs(matrix).max()) * len(target)
    least = np.flatnonzero(costs <= costs.min() + slack)
    nearest = np.clip(anchor, lows[least], highs[least])
    best = int(least[np.abs(nearest - anchor).argmin()])
    low, high = _joined(best, set(least.tolist()), lows, highs)
    inside = low <= anchor <= high
    return Cheapest(anchor if inside else (float(lows[best]) + float(highs[best])) / 2, low, high)


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


def curve_of(target: Array, probability: Array, matrix: Array | None) -> tuple[ThresholdPoint, ...]:
    """What would be decided at 0, 0.01, 0.02 and so on up to 1; cost: of a thousand cases."""
    positive = np.sort(probability[target == 1])
    negative = np.sort(probability[target == 0])
    missed, spared = (np.searchsorted(part, _CURVE, "left") for part in (positive, negative))
    points: list[ThresholdPoint] = []
    for threshold, fn, tn in zip(_CURVE.tolist(), missed.tolist(), spared.tolist(), strict=True):
        tp, fp = len(positive) - fn, len(negative) - tn
        cost = None
        if matrix is not None:
            counts = np.array([[tn, fp], [fn, tp]])
            cost = 1_000 * float((counts * matrix).sum()) / len(target)
        points.append(ThresholdPoint(round(threshold, 2), tp, fp, tn, fn, cost))
    return tuple(points)


def _of_recall(share: float, positive: Array) -> float:
    """The highest threshold at which so large a share of the positives is still called so: of
    the next one, too, which may come to lie anywhere among them."""
    if not len(positive):
        return 0.5
    needed = min(len(positive), int(np.ceil(round(share * (len(positive) + 1), 9))))
    return float(np.sort(positive)[len(positive) - needed])


def _of_budget(share: float, probability: Array) -> float:
    """The lowest probability from which up at most so large a share of the rows is called."""
    if not len(probability):
        return 0.5
    allowed = int(np.floor(round(share * len(probability), 9)))
    if allowed == len(probability):
        return 0.0
    rising = np.sort(probability)
    first_left_out = float(rising.item(len(rising) - allowed - 1))
    above = int(np.searchsorted(rising, first_left_out, "right"))
    if above < len(rising):
        return float(rising.item(above))
    return min(1.0, float(np.nextafter(first_left_out, 2.0)))


def _stretches(target: Array, probability: Array, matrix: Array) -> tuple[Array, Array, Array]:
    """From where to where each choice of thresholds reaches, rising, and what it costs."""
    values, place = np.unique(probability, return_inverse=True)
    ends = np.concatenate([values, [1.0]])
    begins = np.concatenate([[0.0], np.nextafter(values, 2.0)])
    positive = np.bincount(place, weights=target, minlength=len(values))
    negative = np.bincount(place, minlength=len(values)) - positive
    missed, spared = (np.concatenate([[0.0], part.cumsum()]) for part in (positive, negative))
    costs = missed * matrix[1, 0] + (missed[-1] - missed) * matrix[1, 1]
    costs += spared * matrix[0, 0] + (spared[-1] - spared) * matrix[0, 1]
    reached = begins <= ends  # none above a probability of 1
    return begins[reached], ends[reached], costs[reached]


def _joined(best: int, least: set[int], lows: Array, highs: Array) -> tuple[float, float]:
    """The whole run of stretches that cost the same, around the best."""
    first = last = best
    while first - 1 in least:
        first -= 1
    while last + 1 in least:
        last += 1
    return float(lows[first]), float(highs[last])
