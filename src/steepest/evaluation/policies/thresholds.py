"""How a policy chooses its threshold from probabilities beside what was the case."""

from __future__ import annotations

import numpy as np

from steepest.evaluation.decisions import ThresholdPoint
from steepest.evaluation.policies.cheapest import least_cost
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.policies.tenths import tenths_of
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.trace import Array

__all__ = ["choose_threshold", "cross_thresholds", "curve_of"]

_CURVE = np.linspace(0, 1, 101)


def choose_threshold(
    policy: Policy,
    target: Array,
    probability: Array,
    matrix: Array | None = None,
    drawn: Drawn = EACH_ROW,
) -> float:
    """The threshold of a policy on these rows; 0.5 where they cannot say.

    target:       (m,) 0.0 and 1.0; probability: (m,) of 1.0, finite
    matrix:       (2, 2) costs as of `cost_matrix`; for the policy "cost"
    drawn:        how the rows were drawn: see `tenths_of`

    >>> import numpy as np
    >>> truth, given = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.1, 0.3, 0.4, 0.8])
    >>> choose_threshold(Policy("recall", 0.9), truth, given)
    0.3
    >>> choose_threshold(Policy("budget", 0.6), truth, given)
    0.4
    """
    if policy.kind == "fixed":
        return policy.value
    if policy.kind == "recall":
        return _of_recall(policy.value, probability[target == 1])
    if policy.kind == "budget":
        return _of_budget(policy.value, probability)
    return 0.5 if matrix is None else least_cost(target, probability, matrix, drawn).threshold


def cross_thresholds(
    policy: Policy,
    target: Array,
    probability: Array,
    matrix: Array | None,
    *,
    seed: int,
    drawn: Drawn = EACH_ROW,
) -> Array:
    """(m,) for each row the threshold that the rows of the other tenths chose."""
    thresholds = np.empty(len(target))
    for part in tenths_of(len(target), seed, target, drawn):
        others = ~part
        thresholds[part] = choose_threshold(
            policy, target[others], probability[others], matrix, drawn.of(others)
        )
    return thresholds


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
    """The lowest probability from which up at most so large a share of the rows is called: of
    these and the next one, too, were that one called."""
    if not len(probability):
        return 0.5
    allowed = int(np.floor(round(share * (len(probability) + 1), 9))) - 1
    if allowed >= len(probability):
        return 0.0
    rising = np.sort(probability)
    first_left_out = float(rising.item(len(rising) - max(0, allowed) - 1))
    above = int(np.searchsorted(rising, first_left_out, "right"))
    if above < len(rising):
        return float(rising.item(above))
    return float(np.nextafter(first_left_out, 2.0))
