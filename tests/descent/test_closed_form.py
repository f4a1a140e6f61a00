"""The closed form against a plain loop, and against 60 digits of mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from steepest.descent.closed_form import ExactDescent
from steepest.descent.descend import descend
from steepest.objective.bowl import Bowl
from steepest.objective.least_squares import LeastSquares


def plain_loop(X: np.ndarray, y: np.ndarray, start: np.ndarray, rate: float, steps: int):
    """Gradient descent as a textbook writes it, over the data."""
    design = np.column_stack([X, np.ones(len(y))])
    params, rows, losses = start.copy(), [], []
    for _ in range(steps + 1):
        residual = design @ params - y
        rows.append(params.copy())
        losses.append(0.5 * np.mean(residual**2))
        params = params - rate * design.T @ residual / len(y)
    return np.array(rows), np.array(losses)


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0, 1.9, 2.0, 2.1])
def test_agrees_with_a_loop_over_the_data(share: float) -> None:
    rng = np.random.default_rng(1)
    X, start = rng.normal(size=(300, 4)) * [1, 2, 5, 0.3], rng.normal(size=5)
    y = X @ [1.0, -2.0, 0.5, 3.0] + 4 + rng.normal(size=300)
    objective = LeastSquares(X, y)
    rate = share / objective.bowl.sharpness
    trace = descend(objective, start, learning_rate=rate, steps=300, tolerance=0)
    params, losses = plain_loop(X, y, start, rate, 300)
    assert trace.params is not None
    scale = np.abs(params).max()
    assert np.max(np.abs(trace.params - params)) < 1e-11 * scale
    np.testing.assert_allclose(trace.loss, losses, rtol=1e-11)


def test_gradients_are_those_of_the_data() -> None:
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(50, 2)), rng.normal(size=50)
    trace = descend(LeastSquares(X, y), steps=20, tolerance=0)
    assert trace.params is not None
    assert trace.gradient is not None
    design = np.column_stack([X, np.ones(50)])
    wanted = (trace.params @ design.T - y) @ design / 50
    np.testing.assert_allclose(trace.gradient, wanted, atol=1e-12)


@pytest.mark.parametrize("kappa", [1e2, 1e6, 1e12])
@pytest.mark.parametrize("share", [0.5, 1.0, 1.9])
def test_agrees_with_sixty_digits_far_out(kappa: float, share: float) -> None:
    curvatures = np.array([3.0, 3.0 / np.sqrt(kappa), 3.0 / kappa])
    axes, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    bowl = Bowl(axes, np.sqrt(curvatures), np.array([1.0, -0.5, 1e-4]), 0.25, 1)
    start = np.array([0.3, -0.7, 1.1])
    rate = share / bowl.sharpness
    steps = np.array([1, 10, 1000, 10**6, 10**9])
    found = ExactDescent(bowl, start, rate).rows(steps)
    with mpmath.workdps(60):
        for i, k in enumerate(steps):
            loss, params = sixty_digits(bowl, start, rate, int(k))
            assert abs(found.loss[i] - float(loss)) <= 1e-9 * float(loss)
            error = max(abs(found.params[i, j] - float(params[j])) for j in range(3))
            assert error <= 1e-9 * max(abs(float(p)) for p in params)


def sixty_digits(bowl: Bowl, start: np.ndarray, rate: float, k: int):
    """The same bowl, descended on with 60 digits, axis by axis."""
    mp = mpmath.mpf
    loss, moved = mp(bowl.floor), [mp(value) for value in start.tolist()]
    for i in range(3):
        root, offset = mp(float(bowl.roots[i])), mp(float(bowl.offset[i]))
        axis = [mp(float(bowl.axes[j, i])) for j in range(3)]
        residual = root * sum(a * mp(float(s)) for a, s in zip(axis, start, strict=True)) - offset
        q = 1 - mp(rate) * root**2
        loss += (q**k * residual) ** 2 / 2
        phi = (1 - q**k) / root**2
        for j in range(3):
            moved[j] -= axis[j] * phi * root * residual
    return loss, moved


def test_the_last_step_is_the_first_within_tolerance() -> None:
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(80, 3)) * [1, 10, 1], rng.normal(size=80)
    objective = LeastSquares(X, y)
    trace = descend(objective, tolerance=1e-6, steps=10**6)
    assert trace.stop.reason == "converged"
    distance = np.linalg.norm(trace.params - objective.bowl.minimum, axis=1)
    distance /= np.linalg.norm(objective.bowl.minimum)
    assert distance[-1] <= 1e-6 < distance[-2]


def test_a_trillion_steps_are_one_step() -> None:
    objective = LeastSquares(np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 3.5]))
    trace = descend(objective, learning_rate=1e-9, steps=10**12, tolerance=1e-9)
    assert trace.stop.reason == "converged"
    assert trace.step[-1] > 10**9
    assert len(trace) < 200_000


def test_flat_directions_do_not_move() -> None:
    X = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    objective = LeastSquares(X, np.array([1.0, 2.0, 3.0]), intercept=False)
    trace = descend(objective, [1.0, 1.0], steps=1000, tolerance=0)
    assert trace.params is not None
    along = trace.params @ np.array([2.0, -1.0])
    np.testing.assert_allclose(along, along[0], atol=1e-12)
    assert "flat along" in str(trace.facts["one_minimum"].value)


def test_overflow_is_found_where_a_loop_meets_it() -> None:
    objective = LeastSquares(np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 0.0, 2.0]))
    rate = 3.0 / objective.bowl.sharpness
    trace = descend(objective, learning_rate=rate, steps=10**6)
    assert trace.stop.reason == "non_finite"
    assert np.all(np.isfinite(trace.loss[:-1]))
    assert not np.isfinite(trace.loss[-1])


def test_wide_tables_have_a_minimum_of_zero_loss() -> None:
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(5, 9)), rng.normal(size=5)
    trace = descend(LeastSquares(X, y), steps=10**6)
    assert trace.stop.reason == "converged"
    assert trace.loss[-1] < 1e-12
