from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from steepest.evaluation.policies.cheapest import cheapest, least_cost, theoretical
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.policies.tenths import tenths_of
from steepest.evaluation.policies.thresholds import choose_threshold, cross_thresholds, curve_of
from steepest.trace import Array

COSTS = np.array([[0.0, 1.0], [5.0, 0.0]])
ABOVE_ONE = float(np.nextafter(1.0, 2.0))


def drawn(rows: int, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    probability = rng.beta(1, 2, size=rows)
    return (rng.random(rows) < probability).astype(float), probability


def cost(target: Array, probability: Array, threshold: float, matrix: Array = COSTS) -> float:
    called = (probability >= threshold).astype(int)
    return float(matrix[target.astype(int), called].sum())


rows_of_two = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from(np.linspace(0, 1, 21).tolist())),
    min_size=1,
    max_size=30,
)


@given(rows_of_two, st.floats(-2, 5), st.floats(-2, 5))
def test_no_threshold_costs_less_than_the_cheapest(
    rows: list[tuple[float, float]], over: float, under: float
) -> None:
    target, probability = (np.array(part) for part in zip(*rows, strict=True))
    matrix = np.array([[0.0, over], [under, 0.0]])
    found = cheapest(target, probability, matrix)
    tried = (*np.linspace(0, 1, 81).tolist(), ABOVE_ONE)
    least = min(cost(target, probability, t, matrix) for t in tried)
    assert cost(target, probability, found.threshold, matrix) <= least + 1e-9
    assert 0 <= found.low <= found.threshold <= found.high <= ABOVE_ONE
    for end in (found.low, found.high):
        assert cost(target, probability, end, matrix) == pytest.approx(
            cost(target, probability, found.threshold, matrix)
        )


def test_of_thresholds_that_cost_the_same_that_of_the_cost_ratio_is_taken() -> None:
    target, probability = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.05, 0.1, 0.6, 0.9])
    found = cheapest(target, probability, COSTS)
    assert found.threshold == theoretical(COSTS) == 1 / 6
    assert (round(found.low, 9), found.high) == (0.1, 0.6)


def test_true_probabilities_cost_least_at_the_ratio_of_the_costs() -> None:
    target, probability = drawn(400_000)
    found = cheapest(target, probability, COSTS)
    assert found.threshold == pytest.approx(1 / 6, abs=0.02)


@pytest.mark.parametrize(
    ("matrix", "anchor"),
    [
        ([[0.0, 1.0], [1.0, 0.0]], 0.5),
        ([[0.0, 1.0], [8.0, -1.0]], 0.1),
        ([[0.0, 0.0], [1.0, 0.0]], 0.0),
        ([[0.0, 0.0], [0.0, 0.0]], None),
        ([[0.0, -1.0], [1.0, 0.0]], None),
    ],
)
def test_the_theoretical_threshold(matrix: list[list[float]], anchor: float | None) -> None:
    assert theoretical(np.array(matrix)) == anchor


@given(rows_of_two, st.floats(0.01, 1))
def test_recall_is_reached_and_by_no_higher_probability(
    rows: list[tuple[float, float]], share: float
) -> None:
    target, probability = (np.array(part) for part in zip(*rows, strict=True))
    threshold = choose_threshold(Policy("recall", share), target, probability)
    positive = probability[target == 1]
    if not len(positive):
        assert threshold == 0.5
        return
    assert np.mean(positive >= threshold) >= share - 1e-9
    assert np.sum(positive > threshold) < share * (len(positive) + 1)


@given(rows_of_two, st.floats(0.01, 1))
def test_a_budget_is_kept_and_used(rows: list[tuple[float, float]], share: float) -> None:
    target, probability = (np.array(part) for part in zip(*rows, strict=True))
    threshold = choose_threshold(Policy("budget", share), target, probability)
    called, rows = np.sum(probability >= threshold), len(probability)
    if share < 1:
        assert not called or called + 1 <= share * (rows + 1) + 1e-9
    lower = np.max(probability, where=probability < threshold, initial=-1)
    if lower >= 0:
        assert np.sum(probability >= lower) + 1 > share * (rows + 1) - 1e-9


def test_new_positives_are_found_as_often_as_asked_and_a_budget_is_not_passed() -> None:
    rng = np.random.default_rng(0)
    found, called = [], []
    for _ in range(2_000):
        target, probability = (rng.random(200) < 0.5).astype(float), rng.random(200)
        found.append(1 - choose_threshold(Policy("recall", 0.8), target, probability))
        called.append(1 - choose_threshold(Policy("budget", 0.1), target, probability))
    assert 0.8 <= np.mean(found) < 0.82  # of uniform probabilities 1 - t lie above t
    assert 0.092 < np.mean(called) < 0.097
    assert np.mean(np.array(called) > 0.1) < 0.42  # without the allowance 0.47


def test_where_nothing_is_known_calling_all_alike_is_not_undercut_by_an_accident() -> None:
    matrix = np.array([[0.0, 1.0], [20.0, 0.0]])
    to_all, judged, searched = 0.0, 0.0, 0.0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        target, probability = (rng.random(160) < 0.23).astype(float), rng.uniform(0.1, 0.4, 160)
        to_all += cost(target, probability, 0.0, matrix)
        by_row = cross_thresholds(Policy("cost"), target, probability, matrix, seed=0)
        judged += float(matrix[target.astype(int), (probability >= by_row).astype(int)].sum())
        for part in tenths_of(160, 0, target):
            limit = cheapest(target[~part], probability[~part], matrix).threshold
            searched += cost(target[part], probability[part], limit, matrix)
    assert judged < 1.05 * to_all
    assert searched > 1.08 * to_all


def test_a_search_that_finds_what_the_ratio_misses_is_taken() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(2_000)
    target = (rng.random(2_000) < truth).astype(float)
    probability = truth**4  # far too low: the ratio of the costs is out of place
    found = least_cost(target, probability, COSTS)
    assert found == cheapest(target, probability, COSTS)
    assert cost(target, probability, found.threshold) < cost(target, probability, 1 / 6)


def test_to_call_none_is_a_choice_even_of_probabilities_of_one() -> None:
    target, probability = np.zeros(30), np.linspace(0, 1, 30)
    found = least_cost(target, probability, COSTS)
    assert found.threshold == ABOVE_ONE
    assert found.always == 0
    assert not (probability >= found.threshold).any()


def test_no_rows_leave_the_threshold_in_the_middle() -> None:
    none = np.empty(0)
    for policy in (Policy("recall", 0.9), Policy("budget", 0.1)):
        assert choose_threshold(policy, none, none) == 0.5
    assert choose_threshold(Policy("cost"), none, none, COSTS) == theoretical(COSTS)


def test_each_row_has_the_threshold_of_the_other_tenths() -> None:
    target, probability = drawn(100)
    by_row = cross_thresholds(Policy("recall", 0.8), target, probability, None, seed=1)
    for part in tenths_of(100, 1, target):
        others = choose_threshold(Policy("recall", 0.8), target[~part], probability[~part])
        assert set(by_row[part].tolist()) == {others}


def test_the_curve_counts_as_scikit_learn_does() -> None:
    target, probability = drawn(300)
    curve = curve_of(target, np.round(probability, 2), COSTS)
    assert [point.threshold for point in curve] == [i / 100 for i in range(101)]
    for point in curve[::10]:
        called = np.round(probability, 2) >= point.threshold
        (tn, fp), (fn, tp) = confusion_matrix(target, called, labels=[0, 1]).tolist()
        assert (point.true_negative, point.false_positive) == (tn, fp)
        assert (point.false_negative, point.true_positive) == (fn, tp)
        assert point.cost == pytest.approx(1_000 * (fp + 5 * fn) / 300)
    assert curve_of(target, probability, None)[0].cost is None
