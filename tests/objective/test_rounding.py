"""Bounds on rounding, against sums in exact numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from steepest.objective.least_squares import LeastSquares
from steepest.objective.rounding import UNIT, Rounding


def test_the_unit_is_half_of_the_next_number_after_one() -> None:
    assert 1.0 + 1.01 * UNIT > 1.0
    assert 1.0 + UNIT == 1.0


def exact_hessian(A: np.ndarray) -> np.ndarray:
    """A'A/m as fractions."""
    rows = [[Fraction(v) for v in row] for row in A.tolist()]
    size = A.shape[1]
    return np.array(
        [
            [sum((r[i] * r[j] for r in rows), Fraction(0)) / len(rows) for j in range(size)]
            for i in range(size)
        ],
        dtype=object,
    )


def exact_gradient(A: np.ndarray, y: np.ndarray, params: np.ndarray) -> np.ndarray:
    rows = [[Fraction(v) for v in row] for row in A.tolist()]
    at, goal = [Fraction(v) for v in params.tolist()], [Fraction(v) for v in y.tolist()]
    left = [
        sum((a * p for a, p in zip(row, at, strict=True)), Fraction(0)) - t
        for row, t in zip(rows, goal, strict=True)
    ]
    return np.array(
        [
            sum((r[j] * e for r, e in zip(rows, left, strict=True)), Fraction(0)) / len(rows)
            for j in range(A.shape[1])
        ],
        dtype=object,
    )


def floats(values: np.ndarray) -> np.ndarray:
    return np.vectorize(float, otypes=[float])(values)


def fractions(values: np.ndarray) -> np.ndarray:
    return np.vectorize(Fraction, otypes=[object])(values)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(("far", "near"), [(0.0, 1.0), (1e4, 1.0), (0.0, 1e-6)])
def test_hessian_and_gradient_are_within_their_bounds(
    far: float, near: float, intercept: bool
) -> None:
    """By sums of squares, and by QR where columns are nearly alike."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(60, 3))
        X[:, 2] = X[:, 2] * near + (X[:, 0] if near < 1 else 0.0)
        X = X * [1.0, 50.0, 1.0] + far
        y = X @ [1.0, 0.1, -1.0] + rng.normal(size=60)
        bowl = LeastSquares(X, y, intercept=intercept).bowl
        assert bowl.rounding is not None
        A = np.column_stack([X, np.ones(60)]) if intercept else X
        # singular values are computed, too: as many units again as there are of them
        room = 2 * len(bowl.roots) * UNIT * bowl.roots[0] * np.add.outer(bowl.roots, bowl.roots)
        rooted = bowl.axes * bowl.roots
        off = floats(fractions(rooted) @ fractions(rooted.T) - exact_hessian(A))
        bound = bowl.rounding.of_hessian(bowl.axes, bowl.roots) + room
        assert np.linalg.norm(bowl.axes.T @ off @ bowl.axes) <= 3 * np.linalg.norm(bound)
        start = rng.normal(size=len(bowl.roots))
        slope = floats(exact_gradient(A, y, start)) - bowl.gradient(start)
        allowed = bowl.rounding.of_gradient(bowl.axes, bowl.roots, start, bowl.loss(start))
        computed = room @ np.abs(bowl.axes.T @ start) + room[:, 0]
        assert np.linalg.norm(slope) <= 3 * np.linalg.norm(allowed + computed)


def test_a_shift_is_taken_up_by_the_intercept() -> None:
    """w·x + b = w·(x - c) + (b + w·c): of the shifted columns, b + w·c is what counts."""
    rounding = Rounding(1e-15, np.array([2.0, 1.0, 3.0]), np.array([100.0, 0.0]), True, True)
    assert rounding.of_params(np.array([1.0, -100.0])) == 2.0 + 3.0
    assert rounding.of_params(np.array([1.0, 0.0])) == 2.0 + 100.0 + 3.0
    np.testing.assert_allclose(rounding.of_axes(np.eye(2)), [102.0, 1.0])


def test_without_an_intercept_nothing_takes_up_a_shift() -> None:
    rounding = Rounding(1e-15, np.array([2.0, 1.0, 3.0]), np.zeros(2), False, True)
    assert rounding.of_params(np.array([1.0, -4.0])) == 2.0 + 4.0 + 3.0


def test_qr_costs_the_root_of_what_squares_cost() -> None:
    """Along a gentle axis the squares are off by the steepest, QR by its own root."""
    roots, norms = np.array([1.0, 1e-6]), np.array([1.0, 1.0, 1.0])
    squares = Rounding(1e-16, norms, np.zeros(2), False, True).of_hessian(np.eye(2), roots)
    by_qr = Rounding(1e-16, norms, np.zeros(2), False, False).of_hessian(np.eye(2), roots)
    assert squares[1, 1] == pytest.approx(1e-16)
    assert by_qr[1, 1] == pytest.approx(2e-22)
    np.testing.assert_array_equal(by_qr, by_qr.T)
