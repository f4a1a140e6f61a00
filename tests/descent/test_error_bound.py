"""Steps in closed form against 60 digits on the rows themselves, and the printed bound."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from steepest.descent.closed_form import ExactDescent
from steepest.descent.error_bound import error_bound
from steepest.descent.rule import Recurrence
from steepest.objective.least_squares import LeastSquares

PLAIN = Recurrence(0.0, 1.0, 0.0)
HEAVY = Recurrence(0.9, 1.0, 0.9)
NESTEROV = Recurrence(0.9, 1.9, 0.81)


def exact_step(
    X: np.ndarray, y: np.ndarray, start: np.ndarray, rate: float, rule: Recurrence, step: int
) -> np.ndarray:
    """θ_step by 60-digit arithmetic on the given numbers: powers of the map of one step."""
    with mpmath.workdps(60):
        A = mpmath.matrix(np.column_stack([X, np.ones(len(y))]).tolist())
        m, p = len(y), X.shape[1] + 1
        H, b = A.T * A / m, A.T * mpmath.matrix(y.tolist()) / m
        alpha = mpmath.mpf(rate)
        beta, a, c = (mpmath.mpf(x) for x in (rule.memory, rule.on_gradient, rule.on_velocity))
        step_map: Any = mpmath.zeros(2 * p + 1)
        for i in range(p):
            for j in range(p):
                step_map[i, j] = (1 if i == j else 0) - alpha * a * H[i, j]
                step_map[p + i, j] = H[i, j]
            step_map[i, p + i] = -alpha * c
            step_map[p + i, p + i] = beta
            step_map[i, 2 * p], step_map[p + i, 2 * p] = alpha * a * b[i], -b[i]
        step_map[2 * p, 2 * p] = 1
        state = mpmath.matrix([*start.tolist(), *([0] * p), 1])
        result = step_map**step * state
        return np.array([result[i] for i in range(p)], dtype=object)


def relative_error(ours: np.ndarray, truth: np.ndarray) -> float:
    off = mpmath.sqrt(
        sum((mpmath.mpf(float(o)) - t) ** 2 for o, t in zip(ours, truth, strict=True))
    )
    return float(off / mpmath.sqrt(sum(t**2 for t in truth)))


def problem(kappa: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows whose Hessian has about this condition number, along slanted axes."""
    rng = np.random.default_rng(seed)
    m, d = 24, 3
    left, _ = np.linalg.qr(rng.normal(size=(m, d)))
    right, _ = np.linalg.qr(rng.normal(size=(d, d)))
    X = np.sqrt(m) * left @ np.diag(np.geomspace(1.0, 1.0 / np.sqrt(kappa), d)) @ right.T
    return X + 0.3, X @ rng.normal(size=d) + 0.1 * rng.normal(size=m), rng.normal(size=d + 1)


@pytest.mark.parametrize("kappa", [1e1, 1e4, 1e8, 1e12])
@pytest.mark.parametrize("share", [0.5, 1.0, 1.9])
@pytest.mark.parametrize("rule", [PLAIN, HEAVY, NESTEROV], ids=["plain", "heavy", "nesterov"])
def test_any_step_below_the_limit(kappa: float, share: float, rule: Recurrence) -> None:
    X, y, start = problem(kappa, seed=int(np.log10(kappa)))
    objective = LeastSquares(X, y)
    rate = share * rule.stability / 2.0 / objective.bowl.sharpness
    exact = ExactDescent(objective.bowl, start, rate, rule)
    for step in (1, 2, 3, 10, 1000, 10**6, 10**9, 10**12):
        ours = exact.rows(np.array([step])).params[0]
        error = relative_error(ours, exact_step(X, y, start, rate, rule, step))
        bound = error_bound(exact, step)
        assert error < 1e-9, f"step {step}"
        assert error <= bound, f"step {step}: off by {error:.2g}, bound {bound:.2g}"


@pytest.mark.parametrize("share", [2.0, 2.0001, 2.2])
@pytest.mark.parametrize("rule", [PLAIN, HEAVY, NESTEROV], ids=["plain", "heavy", "nesterov"])
def test_at_and_beyond_the_limit_within_the_bound(share: float, rule: Recurrence) -> None:
    X, y, start = problem(1e4, seed=4)
    objective = LeastSquares(X, y)
    rate = share * rule.stability / 2.0 / objective.bowl.sharpness
    exact = ExactDescent(objective.bowl, start, rate, rule)
    for step in (1, 10, 100, 1000, 10**6):
        ours = exact.rows(np.array([step])).params[0]
        if not np.all(np.isfinite(ours)):
            assert share > 2.0
            continue
        error = relative_error(ours, exact_step(X, y, start, rate, rule, step))
        assert error <= error_bound(exact, step), f"step {step}: off by {error:.2g}"


def test_the_bound_is_of_use() -> None:
    """Not so large that it says nothing: below 1e-9 wherever columns are well scaled."""
    X, y, start = problem(1e2, seed=1)
    objective = LeastSquares(X, y)
    exact = ExactDescent(objective.bowl, start, 1.0 / objective.bowl.sharpness)
    assert all(error_bound(exact, step) < 1e-10 for step in (1, 10, 1000, 10**9))


def test_far_beyond_float64_the_bound_says_so() -> None:
    X, y, start = problem(1e2, seed=2)
    objective = LeastSquares(X, y)
    exact = ExactDescent(objective.bowl, start, 3.0 / objective.bowl.sharpness)
    assert error_bound(exact, 10**6) == np.inf


def test_the_digits_that_statistics_cost_are_in_the_bound() -> None:
    """Columns near dependence, but not so near that QR is taken: the squares lose digits."""
    rng = np.random.default_rng(5)
    common = rng.normal(size=400)
    X = np.column_stack([common, common + 0.05 * rng.normal(size=400)]) + 1000.0
    y = X @ [1.0, 2.0] + rng.normal(size=400)
    objective, start = LeastSquares(X, y), np.array([0.3, -0.2, 5.0])
    assert "statistics" in str(objective.powers().facts["reduction"].value)
    rate = 1.0 / objective.bowl.sharpness
    exact = ExactDescent(objective.bowl, start, rate)
    for step in (1, 10, 10**4, 10**7):
        ours = exact.rows(np.array([step])).params[0]
        error = relative_error(ours, exact_step(X, y, start, rate, PLAIN, step))
        assert error <= error_bound(exact, step)


@pytest.mark.parametrize("rule", [PLAIN, HEAVY, NESTEROV], ids=["plain", "heavy", "nesterov"])
@pytest.mark.parametrize("far", [1e6, 1e10])
def test_a_far_start_leaves_no_rounding_behind(rule: Recurrence, far: float) -> None:
    X, y, start = problem(1e2, seed=7)
    objective = LeastSquares(X, y)
    rate = rule.stability / 4.0 / objective.bowl.sharpness
    exact = ExactDescent(objective.bowl, far * start, rate, rule)
    for step in (1, 100, 10**4, 10**6):
        ours = exact.rows(np.array([step])).params[0]
        error = relative_error(ours, exact_step(X, y, far * start, rate, rule, step))
        assert error < 1e-9, f"step {step}"
        assert error <= error_bound(exact, step), f"step {step}"


@pytest.mark.parametrize("l2", [1e-3, 1e2, 1e6, 1e9])
def test_the_penalty_is_in_the_bound(l2: float) -> None:
    """A penalty is as many further rows, √(m l2) in one column each; 60 digits on those."""
    X, y, _ = problem(1e2, seed=8)
    m = len(y)
    objective = LeastSquares(X - X.mean(axis=0), y - y.mean(), l2=l2, intercept=False)
    rate = 0.1 / objective.bowl.sharpness
    exact = ExactDescent(objective.bowl, np.zeros(3), rate)
    centred, target = X - X.mean(axis=0), y - y.mean()
    with mpmath.workdps(60):
        A, b = mpmath.matrix(centred.tolist()), mpmath.matrix(target.tolist())
        H = A.T * A / m + mpmath.mpf(l2) * mpmath.eye(3)
        gradient, params = A.T * b / m, mpmath.zeros(3, 1)
        for _ in range(5):
            params = params - mpmath.mpf(rate) * (H * params - gradient)
    error = relative_error(
        exact.rows(np.array([5])).params[0], np.array(list(params), dtype=object)
    )
    assert error <= error_bound(exact, 5)
    assert error_bound(exact, 5) < 1e-9
