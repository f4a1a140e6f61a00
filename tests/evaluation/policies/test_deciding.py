from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from steepest.evaluation.policies.costs import Costs
from steepest.evaluation.policies.deciding import Decided, decide
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.policies.thresholds import choose_threshold, cross_thresholds
from steepest.evaluation.scoring.intervals import share_of
from steepest.trace import Array

COSTS = Costs("EUR", false_positive=1.0, false_negative=20.0)


def drawn(rows: int, seed: int = 0) -> tuple[Array, Array, pl.DataFrame]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    probability = 1 / (1 + np.exp(1 - 2 * x))
    frame = pl.DataFrame({"x": x, "t": rng.choice(["a", "b"], rows)})
    return (rng.random(rows) < probability).astype(float), probability, frame


def decided(policy: Policy, rows: int = 400, costs: Costs | None = COSTS) -> Decided:
    target, probability, frame = drawn(rows)
    return decide(policy, target, probability, frame, classes=("no", "yes"), costs=costs)


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        (Policy("fixed", 0.5), ["0.5", "cost", "recall=0.9", "budget=0.1"]),
        (Policy("fixed", 0.3), ["0.3", "0.5", "cost", "recall=0.9", "budget=0.1"]),
        (Policy("cost"), ["cost", "0.5", "recall=0.9", "budget=0.1"]),
        (Policy("recall", 0.8), ["recall=0.8", "0.5", "cost", "recall=0.9", "budget=0.1"]),
    ],
)
def test_the_asked_policy_is_chosen_and_others_stand_beside_it(
    policy: Policy, shown: list[str]
) -> None:
    outcomes = decided(policy).decisions.policies
    assert [outcome.policy for outcome in outcomes] == shown
    assert [outcome.chosen for outcome in outcomes] == [True] + [False] * (len(shown) - 1)


@pytest.mark.parametrize("kind", ["0.5", "cost", "recall=0.9", "budget=0.1"])
def test_a_policy_is_counted_as_scikit_learn_counts_it(kind: str) -> None:
    target, probability, _ = drawn(400)
    (found,) = [o for o in decided(Policy("cost")).decisions.policies if o.policy == kind]
    policy = {
        "0.5": Policy("fixed", 0.5),
        "cost": Policy("cost"),
        "recall=0.9": Policy("recall", 0.9),
        "budget=0.1": Policy("budget", 0.1),
    }[kind]
    matrix = np.array([[0.0, 1.0], [20.0, 0.0]])
    by_row = probability >= cross_thresholds(policy, target, probability, matrix, seed=0)
    (tn, fp), (fn, tp) = confusion_matrix(target, by_row).tolist()
    counts = found.confusion
    assert (counts.true_negative, counts.false_positive) == (tn, fp)
    assert (counts.false_negative, counts.true_positive) == (fn, tp)
    assert counts.threshold == found.threshold
    assert found.threshold == choose_threshold(policy, target, probability, matrix)
    assert found.recall == pytest.approx(recall_score(target, by_row))
    assert found.precision == pytest.approx(precision_score(target, by_row))
    assert found.called == by_row.mean()
    assert found.cost == pytest.approx(1_000 * (fp + 20 * fn) / 400)
    assert found.cost_low is not None
    assert found.cost_high is not None
    assert found.cost_low < found.cost < found.cost_high


def test_the_policy_of_cost_says_where_else_it_costs_as_little_and_what_the_ratio_says() -> None:
    cost = decided(Policy("cost")).decisions.policies[0]
    assert cost.theoretical == pytest.approx(1 / 21)
    assert cost.ties is not None
    low, high = cost.ties
    assert low <= cost.threshold <= high
    assert "by the ratio of the costs alone, were the probabilities true, 0.048" in cost.words
    fixed = decided(Policy("cost")).decisions.policies[1]
    assert (fixed.ties, fixed.theoretical) == (None, None)


def test_without_costs_there_is_none_to_be_least() -> None:
    decisions = decided(Policy("fixed", 0.5), costs=None).decisions
    assert [outcome.policy for outcome in decisions.policies] == ["0.5", "recall=0.9", "budget=0.1"]
    assert {outcome.cost for outcome in decisions.policies} == {None}
    assert {point.cost for point in decisions.curve} == {None}
    assert len(decisions.curve) == 101


def test_the_parts_hold_the_decisions_of_their_rows() -> None:
    target, _, frame = drawn(400)
    found = decided(Policy("recall", 0.9))
    assert len(found.decisions.slices) == 6  # quarters of x, levels of t
    for part in found.decisions.slices:
        if part.where == "t is a":
            rows = frame["t"].to_numpy() == "a"
            assert part.rows == rows.sum()
            assert part.confusion.false_negative == np.sum(rows & (target == 1) & ~found.positive)
    shares = [
        (part.confusion.false_negative + part.confusion.false_positive) / part.rows
        for part in found.decisions.slices
    ]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("rows", range(1, 21))
@pytest.mark.parametrize("one_class", [None, 0.0, 1.0])
def test_tiny_tables_and_one_class_alone_are_decided(rows: int, one_class: float | None) -> None:
    target, probability, frame = drawn(rows)
    if one_class is not None:
        target = np.full(rows, one_class)
    for policy in (Policy("cost"), Policy("recall", 0.9), Policy("budget", 0.1)):
        found = decide(policy, target, probability, frame, classes=("no", "yes"), costs=COSTS)
        for outcome in found.decisions.policies:
            assert 0 <= outcome.threshold <= np.nextafter(1, 2)
            assert (outcome.recall is None) == (target.sum() == 0)


def test_the_range_of_the_thresholds_that_the_rows_were_judged_by() -> None:
    target, probability, _ = drawn(400)
    for outcome in decided(Policy("recall", 0.9)).decisions.policies:
        if outcome.policy == "0.5":
            assert outcome.chosen_range is None
        if outcome.policy == "recall=0.9":
            limits = cross_thresholds(Policy("recall", 0.9), target, probability, None, seed=0)
            assert outcome.chosen_range == (limits.min(), limits.max())
            assert limits.min() < limits.max()


def test_shares_have_intervals_where_the_rows_suffice() -> None:
    chosen = decided(Policy("budget", 0.1)).decisions.policies[0]
    counts = chosen.confusion
    called = counts.true_positive + counts.false_positive
    actual = counts.true_positive + counts.false_negative
    assert chosen.called_interval == share_of(called, 400)[1:]
    assert chosen.recall_interval == share_of(counts.true_positive, actual)[1:]
    assert chosen.precision_interval == share_of(counts.true_positive, called)[1:]
    few = decided(Policy("fixed", 0.5), rows=9).decisions.policies[0]
    assert (few.called_interval, few.recall_interval, few.precision_interval) == (None,) * 3


def test_where_every_row_is_decided_alike_the_policy_says_so() -> None:
    rng = np.random.default_rng(0)
    target, probability = (rng.random(160) < 0.2).astype(float), rng.uniform(0.1, 0.3, 160)
    frame = pl.DataFrame({"x": rng.normal(size=160)})
    for costs, said in (
        (COSTS, "every one of these rows is called yes; by the ratio"),
        (Costs(false_positive=20.0, false_negative=1.0), "rows is called no; by the ratio"),
        (Costs(false_positive=1.0, true_negative=2.0), "calling every row yes"),
    ):
        found = decide(
            Policy("cost"), target, probability, frame, classes=("no", "yes"), costs=costs
        )
        chosen = found.decisions.policies[0]
        assert said in chosen.words
        assert chosen.called in (0, 1)
