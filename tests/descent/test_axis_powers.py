"""Powers of the map of one step, against mpmath at 50 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from steepest.descent.axis_powers import axis_powers, reach
from steepest.descent.rule import Recurrence
from steepest.descent.rules import GradientDescent, Momentum, Nesterov

RATE = 0.37
STEPS = [0, 1, 2, 3, 10, 137, 1000, 10**6, 10**9]
RULES = [
    GradientDescent(),
    Momentum(0.0),
    Momentum(0.5),
    Momentum(0.9),
    Momentum(0.99),
    Nesterov(0.0),
    Nesterov(0.5),
    Nesterov(0.9),
    Nesterov(0.99),
]
SHARES = [0.0, 1e-12, 1e-9, 1e-6, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95]
RUNNING = pytest.mark.parametrize("rule", RULES, ids=repr)


def fifty_digits(recurrence: Recurrence, curvature: float, rate: float, steps: int):
    """(c, ψ, pace): what is left, how far it moved, and the velocity, by powers of one step.

    The state is (ψ, v/g₀, 1); a step is v := βv + g, ψ := ψ + α (a g + b v_before), with the
    gradient g = 1 - λψ relative to the first.
    """
    mp = mpmath.mpf
    beta, a, b = mp(recurrence.memory), mp(recurrence.on_gradient), mp(recurrence.on_velocity)
    lam, alpha = mp(curvature), mp(rate)
    step = mpmath.matrix(
        [[1 - alpha * a * lam, alpha * b, alpha * a], [-lam, beta, 1], [0, 0, 1]],
    )
    moved, velocity = (step**steps)[0, 2], (step**steps)[1, 2]
    return 1 - lam * moved, moved, alpha * lam * velocity


def double_roots(rule: Momentum | Nesterov) -> list[float]:
    """αλ where both roots of the recurrence are the same."""
    beta = rule.beta
    if isinstance(rule, Nesterov):
        return [1.0 - 4.0 * beta / (1.0 + beta) ** 2]
    return [(1.0 - np.sqrt(beta)) ** 2, (1.0 + np.sqrt(beta)) ** 2]


@RUNNING
def test_equal_to_fifty_digits_up_to_a_billion_steps(rule: GradientDescent | Momentum) -> None:
    recurrence = rule.recurrence
    room = 1e-13 / (1.0 - recurrence.memory)  # what is kept adds up over 1/(1-β) steps
    curvatures = np.array(SHARES) * recurrence.stability / RATE
    powers = axis_powers(recurrence, curvatures, RATE, np.array(STEPS))
    with mpmath.workdps(50):
        for i, steps in enumerate(STEPS):
            for j, curvature in enumerate(curvatures.tolist()):
                left, moved, pace = fifty_digits(recurrence, curvature, RATE, steps)
                assert abs(powers.left[i, j] - left) <= room * max(1, abs(left))
                assert abs(powers.moved[i, j] - moved) <= 2 * room * abs(moved)
                if recurrence.memory > 0:
                    assert abs(powers.pace[i, j] - pace) <= room * max(1, abs(pace))


@pytest.mark.parametrize("rule", [Momentum(0.5), Momentum(0.9), Nesterov(0.5), Nesterov(0.9)])
def test_a_double_root_costs_no_digits(rule: Momentum | Nesterov) -> None:
    curvatures = np.array(double_roots(rule)) / RATE
    near = np.concatenate([curvatures * (1 + shift) for shift in (0.0, 1e-15, -1e-12, 1e-8)])
    steps = [1, 7, 30, 100, 10**5, 10**9]
    powers = axis_powers(rule.recurrence, near, RATE, np.array(steps))
    with mpmath.workdps(50):
        for i, step in enumerate(steps):
            for j, curvature in enumerate(near.tolist()):
                left, moved, _ = fifty_digits(rule.recurrence, curvature, RATE, step)
                assert abs(powers.left[i, j] - left) <= 1e-11 * max(1, abs(left))
                assert abs(powers.moved[i, j] - moved) <= 1e-11 * (RATE + abs(moved))


@RUNNING
def test_at_the_stability_limit_it_neither_falls_nor_grows(rule: Momentum) -> None:
    """A root is -1: what rounding does to it adds up over the steps, and no faster."""
    recurrence = rule.recurrence
    curvature = recurrence.stability / RATE
    steps = np.array([1, 2, 999, 1000, 10**6, 10**6 + 1])
    powers = axis_powers(recurrence, np.array([curvature]), RATE, steps)
    with mpmath.workdps(50):
        for i, step in enumerate(steps.tolist()):
            left, moved, _ = fifty_digits(recurrence, curvature, RATE, step)
            room = 1e-13 + 3e-15 * step / (1.0 - recurrence.memory) ** 2
            assert abs(powers.left[i, 0] - left) <= room * max(1, abs(left))
            assert abs(powers.moved[i, 0] - moved) <= room * (RATE + abs(moved))
    assert np.all(np.abs(powers.left) < 10 / (1 - recurrence.memory))


@RUNNING
def test_beyond_the_limit_it_grows_as_the_steps_do(rule: Momentum) -> None:
    recurrence = rule.recurrence
    curvatures = np.array([1.01, 1.5]) * recurrence.stability / RATE
    steps = np.array([1, 2, 50, 51, 200])
    powers = axis_powers(recurrence, curvatures, RATE, steps)
    with mpmath.workdps(50):
        for i, step in enumerate(steps.tolist()):
            for j, curvature in enumerate(curvatures.tolist()):
                left, moved, _ = fifty_digits(recurrence, curvature, RATE, step)
                assert abs(powers.left[i, j] - left) <= 1e-11 * max(1, abs(left))
                assert abs(powers.moved[i, j] - moved) <= 1e-11 * abs(moved)
    assert np.all(np.abs(powers.left[-1]) > 1.0)


@RUNNING
def test_a_flat_axis_moves_on_for_ever(rule: Momentum) -> None:
    """ψ grows by α (a + b/(1-β)) a step once the velocity is steady."""
    recurrence = rule.recurrence
    pair = axis_powers(recurrence, np.array([0.0]), RATE, np.array([10**8, 10**8 + 1000]))
    assert pair.left.tolist() == [[1.0], [1.0]]
    pace = recurrence.on_gradient + recurrence.on_velocity / (1.0 - recurrence.memory)
    assert np.diff(pair.moved[:, 0])[0] == pytest.approx(1000 * RATE * pace, rel=1e-5)


@RUNNING
def test_the_order_of_the_steps_does_not_matter(rule: Momentum) -> None:
    curvatures = np.array([0.0, 0.1, 1.0])
    steps = np.array([5, 0, 1000, 5, 17])
    shuffled = axis_powers(rule.recurrence, curvatures, RATE, steps)
    rising = axis_powers(rule.recurrence, curvatures, RATE, np.sort(steps))
    np.testing.assert_array_equal(shuffled.left[np.argsort(steps, kind="stable")], rising.left)
    assert steps.tolist() == [5, 0, 1000, 5, 17]


def answers(recurrence: Recurrence, speed: float, steps: int) -> np.ndarray:
    """The answers to one push, by walking: what a unit of gradient at step 0 moves later."""
    beta, a, b = recurrence.memory, recurrence.on_gradient, recurrence.on_velocity
    place, velocity, moved = a, 1.0, []
    for _ in range(steps):
        moved.append(place)
        place, velocity = place - a * speed * place + b * velocity, beta * velocity - speed * place
    return np.array(moved)


SPEEDS = np.concatenate(
    [[0.0, 1e-12, 1e-6, 1e-3], np.linspace(0.01, 0.999, 80), [0.9999, 1.0, 1.01, 1.1]]
)


def room_above(recurrence: Recurrence, steps: int) -> np.ndarray:
    """The bound over the sum of the answers' sizes, at many speeds up to 1.1 of the limit."""
    speeds = SPEEDS * recurrence.stability
    summed = np.array([np.abs(answers(recurrence, x, steps)).sum() for x in speeds.tolist()])
    return bound(recurrence, speeds, steps) / summed


def bound(recurrence: Recurrence, speeds: np.ndarray, steps: int) -> np.ndarray:
    """s R: all answers together."""
    summed, peak = reach(recurrence, speeds, steps)
    return summed * peak


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 300])
@RUNNING
def test_reach_bounds_the_sum_of_the_answers_to_one_push(rule: Momentum, steps: int) -> None:
    assert np.all(room_above(rule.recurrence, steps) >= 1.0 - 1e-9)


def test_reach_holds_where_the_first_answer_is_all_and_where_it_is_not() -> None:
    """At αλ = 1 plain descent arrives at once, and Nesterov's momentum has still to stop."""
    plain, nesterov = GradientDescent().recurrence, Nesterov(0.9).recurrence
    assert answers(plain, 1.0, 5).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert bound(plain, np.array([1.0]), 5)[0] == 1.0
    np.testing.assert_allclose(answers(nesterov, 1.0, 4), [1.9, -0.9, 0.0, 0.0], atol=1e-15)
    assert bound(nesterov, np.array([1.0]), 4)[0] >= 2.8


@RUNNING
def test_reach_is_no_wilder_than_the_descent(rule: Momentum) -> None:
    """At a stable rate it is finite for any number of steps."""
    recurrence = rule.recurrence
    assert np.all(np.isfinite(bound(recurrence, SPEEDS[:-2] * recurrence.stability, 10**9)))
    slow = np.abs(answers(recurrence, 1e-4, 10**5)).sum()
    assert bound(recurrence, np.array([1e-4]), 10**5)[0] <= 10 * slow
