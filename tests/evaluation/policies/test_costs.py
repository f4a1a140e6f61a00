from __future__ import annotations

from typing import Any

import pytest

from steepest.errors import InputError
from steepest.evaluation.policies.costs import (
    check_costs,
    cost_matrix,
    costs_from,
    deciding_costs,
)
from steepest.evaluation.policies.policy import Policy, check_policy

TWO, THREE = ("no", "yes"), ("cat", "dog", "horse")


@pytest.mark.parametrize(
    ("costs", "classes"),
    [
        ("", ()),
        ("over=1", ()),
        ("over=1,under=0,currency=EUR", ()),
        ("false_positive=0,false_negative=2", TWO),
        ("true_positive=-4", TWO),
        ("no->yes=1", TWO),
        ("cat->dog=1,dog->cat=2,cat->cat=-1", THREE),
    ],
)
def test_costs_that_fit(costs: str, classes: tuple[str, ...]) -> None:
    check_costs(costs_from(costs), classes)


@pytest.mark.parametrize(
    ("costs", "classes", "said"),
    [
        ("false_positive=1", (), "name false_positive, and the target is a number; name over"),
        ("cat->dog=1", (), "name cat->dog, and the target is a number"),
        ("currency=EUR", (), "name no cost; expected over or under"),
        ("currency=EUR", TWO, "name no cost; expected no->yes=1,yes->no=20, or the same as f"),
        ("over=1", TWO, "name over, and the target is one of the classes no, yes; name no->y"),
        ("under=1", THREE, "name under, and the target is one of the classes cat, dog, horse"),
        ("false_negative=1", THREE, "false_negative, and the target has 3 classes; name cat->h"),
        ("cat->dgo=1", THREE, "cat->dgo, and the target has no class 'dgo'; did you mean dog?"),
        ("zebra->dog=1", THREE, "no class 'zebra'; the classes are cat, dog, horse"),
        (
            "false_positive=1,no->yes=1",
            TWO,
            "both false_positive and no->yes; name one kind: no->yes=1,yes->no=20, or the same as "
            "false_positive=1,false_negative=20",
        ),
    ],
)
def test_costs_that_do_not_fit(costs: str, classes: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError) as refused:
        check_costs(costs_from(costs), classes)
    assert said in str(refused.value)


def test_the_matrix_is_truth_by_decision() -> None:
    cases = costs_from("false_positive=1,false_negative=20,true_positive=-2,true_negative=0.5")
    assert cases is not None
    assert cost_matrix(cases, TWO).tolist() == [[0.5, 1], [20, -2]]
    pairs = costs_from("cat->dog=3,horse->cat=1")
    assert pairs is not None
    assert cost_matrix(pairs, THREE).tolist() == [[0, 3, 0], [0, 0, 0], [1, 0, 0]]


def test_policies_that_fit_and_that_do_not() -> None:
    costs = costs_from("false_positive=1")
    check_policy(Policy("fixed", 0.5), None, ())
    check_policy(Policy("cost"), costs, TWO)
    check_policy(Policy("recall", 0.9), None, TWO)
    for policy, given, classes, said in (
        (Policy("cost"), None, TWO, "threshold is cost, and no costs are named"),
        (Policy("recall", 0.9), None, (), "threshold is recall=0.9, and the target is a number"),
        (Policy("fixed", 0.3), None, THREE, "threshold is 0.3, and the target has 3 classes"),
    ):
        with pytest.raises(InputError) as refused:
            check_policy(policy, given, classes)
        assert said in str(refused.value)


@pytest.mark.parametrize(
    ("costs", "classes", "decides"),
    [
        ("", THREE, False),
        ("cat->dog=5", THREE, False),  # never to decide for dog would cost nothing
        ("cat->dog=5,dog->cat=1", THREE, False),  # always to decide for horse
        ("cat->dog=5,dog->cat=1,dog->horse=1", THREE, True),
        ("cat->cat=-1,dog->dog=-1,horse->horse=-1", THREE, True),
        ("cat->dog=-5,dog->cat=1,dog->horse=1", THREE, False),
        ("false_positive=1,false_negative=2", TWO, True),
        ("false_positive=1", TWO, False),
    ],
)
def test_costs_decide_where_no_class_is_free_to_be_always_decided(
    costs: str, classes: tuple[str, ...], decides: bool
) -> None:
    matrix = deciding_costs(costs_from(costs), classes)
    assert bool(matrix) == decides
    if decides:
        assert len(matrix) == len(classes)


@pytest.mark.parametrize("given", ["over=-1,under=2", "under=-0.5", {"over": -1}])
def test_an_error_of_a_number_does_not_pay(given: Any) -> None:
    with pytest.raises(InputError, match="an error that pays would be sought"):
        costs_from(given)
