"""A few steps of the closed form, walked on the rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from steepest.descent.closed_form import ExactDescent
from steepest.descent.descend import descend
from steepest.descent.replay import replayed
from steepest.descent.rules import GradientDescent, Momentum, Nesterov
from steepest.objective.least_squares import LeastSquares

RULES = [GradientDescent(), Momentum(0.9), Nesterov(0.9)]


def objective(**options) -> LeastSquares:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 3)) * [1.0, 5.0, 0.2] + [0.0, 3.0, 1.0]
    return LeastSquares(X, X @ [1.0, -2.0, 3.0] + rng.normal(size=60), **options)


def exact(cost: LeastSquares, rule: GradientDescent | Momentum, share: float = 0.4) -> ExactDescent:
    start = np.array([0.5, -1.0, 2.0, 0.1])
    return ExactDescent(cost.bowl, start, share / cost.bowl.sharpness, rule.recurrence)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("options", [{}, {"l2": 0.3}, {"weight": np.arange(60.0)}])
def test_honest_rows_agree(rule: GradientDescent | Momentum, options: dict) -> None:
    cost = objective(**options)
    found = replayed(exact(cost, rule), cost.on_rows, 1000)
    assert found is not None
    assert found.number <= 1e-12


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("part", ["axes", "roots", "offset"])
def test_a_bowl_that_was_tampered_with_is_shown(rule: GradientDescent, part: str) -> None:
    cost = objective()
    bowl, turn = cost.bowl, np.eye(4)
    turn[:2, :2] = [[np.cos(1e-2), -np.sin(1e-2)], [np.sin(1e-2), np.cos(1e-2)]]
    changes = {"axes": bowl.axes @ turn, "roots": bowl.roots * 1.01, "offset": bowl.offset * 1.01}
    wrong = replace(exact(cost, rule), bowl=replace(bowl, **{part: changes[part]}))
    found = replayed(wrong, cost.on_rows, 1000)
    assert found is not None
    assert found.number > 1e-4


def test_rows_that_were_tampered_with_are_shown() -> None:
    cost, other = objective(), objective(weight=np.linspace(1.0, 1.1, 60))
    found = replayed(exact(cost, GradientDescent()), other.on_rows, 1000)
    assert found is not None
    assert found.number > 1e-5


@pytest.mark.parametrize(
    ("rule", "last", "said"),
    [
        (GradientDescent(), 1, "step 1"),
        (GradientDescent(), 2, "steps 1 to 2"),
        (GradientDescent(), 3, "steps 1 to 3"),
        (GradientDescent(), 1234, "steps 1 to 3 and step 1,234"),
        (Momentum(0.9), 1234, "steps 1 to 3"),
    ],
)
def test_which_steps_were_walked_is_said(rule: Momentum, last: int, said: str) -> None:
    cost = objective()
    found = replayed(exact(cost, rule), cost.on_rows, last)
    assert found is not None
    assert found.how.startswith(said)


def test_without_a_step_there_is_nothing_to_replay() -> None:
    cost = objective()
    assert replayed(exact(cost, GradientDescent()), cost.on_rows, 0) is None
    assert "replay" not in descend(cost, steps=0).facts


def test_where_numbers_overflow_there_is_nothing_to_show() -> None:
    cost = objective()
    trace = descend(cost, learning_rate=1e200, steps=1000, tolerance=0)
    assert trace.stop.reason == "non_finite"
    assert "replay" not in trace.facts or np.isfinite(trace.number("replay"))


def test_a_descent_that_does_not_move_agrees() -> None:
    cost = LeastSquares(np.array([[1.0], [2.0]]), np.zeros(2))
    found = replayed(ExactDescent(cost.bowl, np.zeros(2), 0.1), cost.on_rows, 10)
    assert found is not None
    assert found.number == 0.0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_closed_form_comes_with_its_replay(rule: GradientDescent) -> None:
    trace = descend(objective(), rule=rule, steps=50, tolerance=0)
    assert trace.number("replay") <= 1e-12
