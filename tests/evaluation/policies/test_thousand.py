from __future__ import annotations

import numpy as np
import pytest

from steepest.evaluation.policies.costs import Costs, costs_from
from steepest.evaluation.policies.thousand import thousand_decisions, thousand_numbers
from steepest.evaluation.scoring.intervals import share_of


def test_too_high_and_too_low_each_with_its_own_cost() -> None:
    error = np.array([4.0, -1.0, 0.0, -3.0])
    day = thousand_numbers("y", error, np.full(4, -10.0), Costs("EUR", over=2.0, under=5.0))
    assert day is not None
    over, under = day.kinds
    assert (over.name, over.count, over.amount, over.cost) == ("over", 250, 1_000, 2_000)
    assert (under.name, under.count, under.amount, under.cost) == ("under", 500, 1_000, 5_000)
    assert (day.cost, day.low, day.baseline_cost, day.currency) == (7_000, None, 50_000, "EUR")


def test_a_cost_of_one_side_alone_and_of_none() -> None:
    error = np.random.default_rng(0).normal(size=200)
    day = thousand_numbers("y", error, error, Costs(under=3.0))
    assert day is not None
    assert day.kinds[0].cost is None
    assert day.cost == pytest.approx(day.kinds[1].cost)
    assert day.low is not None
    assert day.high is not None
    assert day.low < (day.cost or 0) < day.high
    free = thousand_numbers("y", error, error, None)
    assert free is not None
    assert (free.cost, free.baseline_cost, free.kinds[0].cost) == (None, None, None)
    assert free.kinds[0].amount == pytest.approx(1_000 * np.maximum(error, 0).mean())
    assert thousand_numbers("y", np.array([np.nan]), np.zeros(1), None) is None


def test_two_classes_by_name_and_by_case_cost_the_same() -> None:
    rng = np.random.default_rng(0)
    target, decided = rng.integers(2, size=300), rng.integers(2, size=300)
    cases = costs_from("false_positive=1,false_negative=20,currency=EUR")
    pairs = costs_from("no->yes=1,yes->no=20,currency=EUR")
    always = np.zeros(300, dtype=int)
    one, other = (
        thousand_decisions(target, decided, always, ("no", "yes"), costs)
        for costs in (cases, pairs)
    )
    assert one == other
    wrong = {(0, 1): 1, (1, 0): 20}
    by_hand = sum(
        wrong.get(pair, 0) for pair in zip(target.tolist(), decided.tolist(), strict=True)
    )
    assert one.cost == pytest.approx(1_000 * by_hand / 300)
    assert one.baseline_cost == pytest.approx(1_000 * 20 * target.sum() / 300)
    assert [kind.name for kind in one.kinds] == ["false_positive", "false_negative"]
    assert sum(kind.cost or 0 for kind in one.kinds) == pytest.approx(one.cost)
    false = int(np.sum((target == 0) & (decided == 1)))
    assert one.kinds[0].low == pytest.approx(1_000 * (share_of(false, 300)[1] or 0))


def test_a_gain_is_counted_and_named() -> None:
    target, decided = np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])
    costs = Costs(false_negative=10.0, true_positive=-3.0)
    day = thousand_decisions(target, decided, np.ones(4), ("well", "ill"), costs)
    assert [(kind.name, kind.words) for kind in day.kinds] == [
        ("false_positive", "called ill, in truth well"),
        ("false_negative", "called well, in truth ill"),
        ("true_positive", "called ill, rightly"),
    ]
    assert day.cost == pytest.approx((10 - 6) * 250)
    assert day.baseline_cost == pytest.approx(-9 * 250)


def test_many_classes_name_what_came_and_what_costs() -> None:
    target, decided = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0])
    costs = costs_from("a->c=7,a->b=2")
    day = thousand_decisions(target, decided, np.zeros(4), ("a", "b", "c"), costs)
    assert {kind.name: (kind.count, kind.cost) for kind in day.kinds} == {
        "a->b": (250, 500),
        "a->c": (0, 0),
        "c->a": (250, 0),
    }
    assert (day.cost, day.baseline_cost) == (500, 0)
    free = thousand_decisions(target, decided, np.zeros(4), ("a", "b", "c"), None)
    assert [kind.name for kind in free.kinds] == ["a->b", "c->a"]
    assert free.kinds[0].cost is None
