"""What is called converged, and with which bound."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from steepest.descent.descend import descend
from steepest.objective.function import objective_from
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares


def test_a_zero_gradient_proves_no_distance() -> None:
    """Of scores so large that the logistic loss is flat, and on top of a hill."""
    flat = GeneralizedLinear([[-1000.0], [1000.0]], [0.0, 1.0])
    assert descend(flat, learning_rate=1.0).stop.reason == "unbounded"
    hill = objective_from(lambda w: -float(w @ w), lambda w: -2 * w)
    assert descend(hill, [0.0]).stop.bound is None


def test_separable_rows_are_seen_before_the_gradient_vanishes() -> None:
    X = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    objective = GeneralizedLinear(X, np.array([0.0, 0.0, 1.0, 1.0]))
    stop = descend(objective, learning_rate=50.0, tolerance=1e-2, steps=100).stop
    assert stop.reason == "unbounded"


@pytest.mark.parametrize("rate", np.geomspace(0.02, 0.1, 25).tolist())
def test_passing_through_the_minimum_is_not_having_arrived(rate: float) -> None:
    """A ball that is at the bottom for one step, at full speed."""
    objective = LeastSquares([[1.0], [-1.0]], [3.0, -3.0], intercept=False)
    schedule = f"step:{rate},every=1000000"
    trace = descend(objective, learning_rate=schedule, rule="momentum", tolerance=1e-2, steps=500)
    assert trace.stop.reason == "converged"
    after = descend(
        objective, learning_rate=rate, rule="momentum", tolerance=0, steps=int(trace.step[-1]) + 5
    )
    assert np.all(np.abs(after.params[-5:] / 3.0 - 1.0) < 0.1)


def test_a_solver_that_gave_up_is_not_converged() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 2)) + 1e5
    y = X @ [1.0, -2.0] + rng.normal(size=20)
    objective = LeastSquares(X, y)
    trace = descend(objective, rule="lbfgs")
    away = np.linalg.norm(trace.last_params - objective.bowl.minimum)
    near = away <= 1e-3 * np.linalg.norm(objective.bowl.minimum)
    assert near == (trace.stop.reason == "converged")


@pytest.mark.parametrize("rule", ["gradient_descent", "momentum", "fista", "adam", "lbfgs"])
@pytest.mark.parametrize("offset", [0.0, 100.0])
def test_the_bound_holds_from_the_minimum_itself(rule: str, offset: float) -> None:
    """Started where it should end, what rounding holds back is all that is left."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 2)) * [1.0, 0.1] + offset
    y = X @ [2.0, -1.0] + 3.0 + 0.1 * rng.normal(size=40)
    objective = LeastSquares(X, y)
    trace = descend(objective, objective.bowl.minimum, rule=rule, steps=50)
    truth = forty_digits(np.column_stack([X, np.ones(40)]), y)
    error = np.linalg.norm(trace.last_params - truth) / np.linalg.norm(truth)
    assert trace.stop.bound is None or error <= trace.stop.bound


def forty_digits(design: np.ndarray, y: np.ndarray) -> np.ndarray:
    with mpmath.workdps(40):
        A, b = mpmath.matrix(design.tolist()), mpmath.matrix(y.tolist())
        return np.array([float(value) for value in mpmath.lu_solve(A.T * A, A.T * b)])


def test_a_fit_without_an_error_is_no_trouble() -> None:
    """y = Xw + b exactly, where squares leave a misfit of nothing but rounding."""
    rng = np.random.default_rng(2)
    for _ in range(300):
        m, d = int(rng.integers(2, 8)), int(rng.integers(1, 3))
        X = rng.integers(-9, 10, size=(m, d)).astype(float)
        y = X @ rng.integers(-5, 6, size=d) + float(rng.integers(-5, 6))
        objective = LeastSquares(X, y)
        assert objective.bowl.minimum_loss < 1e-14 * max(1.0, float(y @ y))
