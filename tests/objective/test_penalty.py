"""Penalties: the proximal step by brute force, and what is zero at a minimum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from steepest.descent.descend import descend
from steepest.errors import InputError
from steepest.objective.function import central_gradient
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.objective.penalty import Kinked, Penalty

ALL = np.array([True, True, True, True, False])
AT = np.array([3.0, -0.4, 0.0, -2.0, -0.1])


@pytest.mark.parametrize("rate", [1e-3, 0.5, 2.0, 100.0])
@pytest.mark.parametrize("l1", [0.0, 0.1, 0.7, 5.0])
def test_prox_is_the_minimum_it_says(l1: float, rate: float) -> None:
    """argmin of l1 |u| + (u - θ)²/(2·rate), looked for one number at a time."""
    found = Penalty(0.3, l1, ALL).prox(AT, rate)
    for j, there in enumerate(AT.tolist()):
        weight = l1 if ALL[j] else 0.0

        def cost(u: float, there: float = there, weight: float = weight) -> float:
            return weight * abs(u) + (u - there) ** 2 / (2.0 * rate)

        brute = minimize_scalar(cost, bounds=(-4.0, 4.0), method="bounded", options={"xatol": 1e-9})
        assert found[j] == pytest.approx(brute.x, abs=1e-6)
        assert cost(float(found[j])) <= min(brute.fun, cost(0.0), cost(there)) + 1e-15


def test_prox_gives_exact_zeros() -> None:
    found = Penalty(0.0, 0.1, np.ones(3, dtype=bool)).prox(np.array([0.3, -0.3, 0.1]), 3.0)
    assert found.tolist() == [0.0, 0.0, 0.0]


def test_without_l1_prox_leaves_all_as_it_is() -> None:
    assert Penalty(5.0, 0.0, ALL).prox(AT, 1.0).tolist() == AT.tolist()


@pytest.mark.parametrize("l2", [0.0, 0.7])
def test_the_smooth_part_and_its_gradient(l2: float) -> None:
    penalty = Penalty(l2, 0.4, ALL)
    value, gradient = penalty.smooth_value_and_gradient(AT)
    assert value == pytest.approx(0.5 * l2 * (9.0 + 0.16 + 4.0))
    wanted = central_gradient(lambda p: penalty.smooth_value_and_gradient(p)[0], AT)
    np.testing.assert_allclose(gradient, wanted, atol=1e-8)
    assert penalty.shrink.tolist() == [l2, l2, l2, l2, 0.0]
    assert penalty.value(AT) == pytest.approx(0.4 * 5.4)


@pytest.mark.parametrize("slope", [-2.0, -0.5, -0.3, 0.0, 0.3, 0.5, 2.0])
def test_the_subgradient_is_the_least_of_all(slope: float) -> None:
    """At 0 every slope + l1·s with s from -1 to 1 is one; off 0 there is one only."""
    penalty = Penalty(0.0, 0.5, np.array([True]))
    at_zero = penalty.subgradient(np.array([0.0]), np.array([slope]))[0]
    choices = slope + 0.5 * np.linspace(-1, 1, 2001)
    assert abs(at_zero) == pytest.approx(np.min(np.abs(choices)), abs=1e-12)
    assert at_zero * slope >= 0
    assert penalty.subgradient(np.array([1e-9]), np.array([slope]))[0] == slope + 0.5
    assert penalty.subgradient(np.array([-1e-9]), np.array([slope]))[0] == slope - 0.5


def test_the_subgradient_of_a_free_parameter_is_its_gradient() -> None:
    penalty = Penalty(0.0, 0.5, np.array([True, False]))
    for params in ([0.0, 0.0], [1.0, 1.0]):
        found = penalty.subgradient(np.array(params), np.array([0.2, 0.2]))
        assert found[1] == 0.2


def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(100, 6))
    return X, X @ [2.0, -1.0, 0.0, 0.0, 0.05, 0.0] + 3.0 + rng.normal(size=100)


@pytest.mark.parametrize("rule", ["gradient_descent", "fista"])
@pytest.mark.parametrize("kind", ["closed", "rows", "logistic"])
def test_at_the_minimum_the_subgradient_is_zero(kind: str, rule: str) -> None:
    X, y = rows()
    if kind == "closed":
        objective = LeastSquares(X, y, l1=0.2, l2=0.01)
    elif kind == "rows":
        objective = GeneralizedLinear(X, y, loss="squared", l1=0.2, l2=0.01)
    else:
        objective = GeneralizedLinear(X, (y > 3).astype(float), l1=0.05)
    trace = descend(objective, rule=rule, steps=20_000, tolerance=1e-12, curvature=False)
    assert trace.stop.reason == "converged"
    _, slope = objective.value_and_gradient(trace.last_params)
    assert np.max(np.abs(slope)) < 1e-10
    kept = trace.last_params != 0
    assert kept.tolist()[:2] == [True, True]
    assert 0 < np.count_nonzero(~kept) < 5
    assert kept[-1]  # the intercept is free


def test_the_whole_is_the_sum_of_its_parts() -> None:
    X, y = rows()
    objective = LeastSquares(X, y, l1=0.2, l2=0.01)
    parts = objective.powers().proximal
    assert isinstance(parts, Kinked)
    params = np.array([1.0, 0.0, -1.0, 0.0, 2.0, 0.0, 5.0])
    value, slope = objective.value_and_gradient(params)
    smooth, gradient = parts.smooth(params)
    assert value == pytest.approx(smooth + parts.value(params), rel=1e-15)
    np.testing.assert_array_equal(slope, parts.subgradient(params, gradient))
    np.testing.assert_array_equal(parts.prox(params, 0.5), parts.penalty.prox(params, 0.5))


@pytest.mark.parametrize("intercept", [True, False])
def test_the_intercept_is_never_penalised(intercept: bool) -> None:
    penalty = Penalty.on_weights(1.0, 1.0, 3, intercept)
    assert penalty.penalised.tolist() == [True, True, not intercept]


@pytest.mark.parametrize("name", ["l2", "l1"])
@pytest.mark.parametrize("value", [-1.0, -1e-300, float("nan"), float("inf")])
@pytest.mark.parametrize("kind", [LeastSquares, GeneralizedLinear])
def test_penalties_that_make_no_sense(kind: type, name: str, value: float) -> None:
    with pytest.raises(InputError, match=f"{name} is .*; expected a number from 0 up"):
        kind(np.array([[1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 0.0]), **{name: value})
