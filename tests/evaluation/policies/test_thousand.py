from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.evaluation.policies.constant import cheapest_number, cheapest_numbers
from steepest.evaluation.policies.costs import Costs, costs_from
from steepest.evaluation.policies.tenths import tenths_of
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
    shares = np.tile([0.9, 0.1], (300, 1))  # 0.9 for calling every row yes, 2 for no
    one, other = (
        thousand_decisions(target, decided, shares, ("no", "yes"), costs)
        for costs in (cases, pairs)
    )
    assert one == other
    wrong = {(0, 1): 1, (1, 0): 20}
    by_hand = sum(
        wrong.get(pair, 0) for pair in zip(target.tolist(), decided.tolist(), strict=True)
    )
    assert one.cost == pytest.approx(1_000 * by_hand / 300)
    assert one.baseline_cost == pytest.approx(1_000 * (300 - target.sum()) / 300)
    assert one.constant == "calling a row yes"
    assert one.saved == pytest.approx((one.baseline_cost or 0) - (one.cost or 0))
    assert one.saved_low is not None
    assert one.saved_high is not None
    assert one.saved_low < one.saved < one.saved_high
    assert [kind.each for kind in one.kinds] == [1, 20]
    assert [kind.name for kind in one.kinds] == ["false_positive", "false_negative"]
    assert sum(kind.cost or 0 for kind in one.kinds) == pytest.approx(one.cost)
    false = int(np.sum((target == 0) & (decided == 1)))
    assert one.kinds[0].low == pytest.approx(1_000 * (share_of(false, 300)[1] or 0))


def test_a_gain_is_counted_and_named() -> None:
    target, decided = np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])
    costs = Costs(false_negative=10.0, true_positive=-3.0)
    day = thousand_decisions(target, decided, np.tile([0.25, 0.75], (4, 1)), ("well", "ill"), costs)
    assert [(kind.name, kind.words) for kind in day.kinds] == [
        ("false_positive", "called ill, in truth well (a false positive)"),
        ("false_negative", "called well, in truth ill (a false negative)"),
        ("true_positive", "called ill, rightly"),
    ]
    assert day.cost == pytest.approx((10 - 6) * 250)
    assert day.baseline_cost == pytest.approx(-9 * 250)


def test_many_classes_name_what_came_and_what_costs() -> None:
    target, decided = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0])
    costs, shares = costs_from("a->c=7,a->b=2"), np.tile([0.5, 0.25, 0.25], (4, 1))
    day = thousand_decisions(target, decided, shares, ("a", "b", "c"), costs)
    assert {kind.name: (kind.count, kind.cost) for kind in day.kinds} == {
        "a->b": (250, 500),
        "a->c": (0, 0),
        "c->a": (250, 0),
    }
    assert (day.cost, day.baseline_cost, day.constant) == (500, 0, "calling a row a")
    assert day.likeliest_cost is None
    free = thousand_decisions(target, decided, shares, ("a", "b", "c"), None)
    assert [kind.name for kind in free.kinds] == ["a->b", "c->a"]
    assert free.kinds[0].cost is None


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20),
    st.floats(0.01, 9),
    st.floats(0.01, 9),
)
def test_no_constant_number_costs_less(values: list[float], over: float, under: float) -> None:
    target, costs = np.array(values), Costs(over=over, under=under)

    def cost(constant: float) -> float:
        error = constant - target
        return float((over * np.maximum(error, 0) + under * np.maximum(-error, 0)).sum())

    # the cost is straight between two targets, so that one of them is best
    least = min(cost(value) for value in values)
    assert cost(cheapest_number(target, costs)) == pytest.approx(least)


def test_a_constant_number_where_a_side_is_free_or_gains() -> None:
    target = np.array([1.0, 2.0, 9.0])
    assert cheapest_number(target, Costs(under=3.0)) == 9
    assert cheapest_number(target, Costs(over=3.0)) == 1
    assert cheapest_number(target, Costs(over=-1.0, under=3.0)) == 4
    assert cheapest_number(target, Costs(over=0.0, under=0.0)) == 4


def test_a_constant_is_judged_on_rows_that_did_not_choose_it() -> None:
    target = np.arange(1.0, 31.0)
    constants = cheapest_numbers(target, Costs(over=1.0, under=9.0), seed=3)
    for part in tenths_of(30, 3):
        assert set(constants[part].tolist()) == {
            cheapest_number(target[~part], Costs(over=1.0, under=9.0))
        }
    assert cheapest_numbers(np.array([4.0]), Costs(over=1.0), 0).tolist() == [4.0]


def test_the_cheapest_constant_decision_is_that_of_the_training_shares() -> None:
    target = np.array([0, 0, 0, 1] * 10)
    costs, names = Costs(false_positive=1.0, false_negative=20.0), ("fit", "sick")
    shares = np.tile([0.75, 0.25], (40, 1))
    day = thousand_decisions(target, np.zeros(40, dtype=int), shares, names, costs)
    assert (day.constant, day.baseline_cost) == ("calling a row sick", 750)
    assert (day.cost, day.saved) == (5_000, -4_250)
    rare = thousand_decisions(target, target, np.tile([0.99, 0.01], (40, 1)), names, costs)
    assert (rare.constant, rare.baseline_cost, rare.saved) == ("calling a row fit", 5_000, 5_000)


def test_deciding_for_the_likeliest_is_priced_beside_deciding_by_cost() -> None:
    target, decided = np.array([0, 1, 2, 2]), np.array([0, 0, 2, 2])
    costs = costs_from("a->b=9,a->c=9,b->a=1,b->c=1,c->a=1,c->b=1")
    shares = np.full((4, 3), 1 / 3)
    likeliest = np.array([1, 1, 2, 2])
    day = thousand_decisions(target, decided, shares, ("a", "b", "c"), costs, likeliest=likeliest)
    assert (day.cost, day.likeliest_cost) == (250, 2_250)
