"""Least squares against scikit-learn, mpmath, repeated rows, and a plain loop over the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import ElasticNet, Lasso, Ridge

from steepest.descent.descend import descend
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares


def table(rows: int = 200, columns: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, columns)) * (rng.random((rows, columns)) < 0.7)
    return X, X @ np.linspace(-1.0, 2.0, columns) + 3.0 + rng.normal(size=rows)


def path(objective: LeastSquares) -> str:
    return str(objective.powers().facts["reduction"].value)


def test_the_way_taken_and_why_is_in_the_trace() -> None:
    X, y = table()
    summed = descend(LeastSquares(X, y), steps=1).facts["reduction"]
    assert str(summed.value).startswith("statistics: one pass")
    assert "condition number" in str(summed.value)
    near = np.column_stack([X, X[:, 0] + 1e-6 * np.random.default_rng(1).normal(size=200)])
    reduced = descend(LeastSquares(near, y), steps=1).facts["reduction"]
    assert str(reduced.value).startswith("QR of the rows")


@pytest.mark.parametrize("form", [np.asfortranarray, sparse.csr_array, np.float32])
@pytest.mark.parametrize("options", [{}, {"l2": 0.3}, {"l1": 0.1}, {"intercept": False}])
def test_any_form_of_the_same_numbers_is_the_same_cost(form: Callable, options: dict) -> None:
    X, y = table()
    X = X.astype(np.float32).astype(np.float64)
    weight = np.random.default_rng(2).random(200)
    one = LeastSquares(X, y, weight=weight, **options)
    other = LeastSquares(form(X), y, weight=weight, **options)
    params = np.linspace(-1, 1, len(one.names))
    for cost in (one.value_and_gradient, one.on_rows):
        wanted = cost(params)
        found = (other.value_and_gradient if cost == one.value_and_gradient else other.on_rows)(
            params
        )
        assert found[0] == pytest.approx(wanted[0], rel=1e-12)
        np.testing.assert_allclose(found[1], wanted[1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"l2": 0.3}, {"intercept": False}])
def test_weights_are_repeated_rows(options: dict) -> None:
    X, y = table()
    times = np.random.default_rng(3).integers(0, 4, 200)
    weighed = LeastSquares(X, y, weight=times, **options)
    repeated = LeastSquares(np.repeat(X, times, axis=0), np.repeat(y, times), **options)
    np.testing.assert_allclose(weighed.bowl.hessian, repeated.bowl.hessian, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(weighed.bowl.minimum, repeated.bowl.minimum, rtol=1e-10)
    assert weighed.bowl.minimum_loss == pytest.approx(repeated.bowl.minimum_loss, rel=1e-11)
    params = np.linspace(-1, 1, len(weighed.names))
    np.testing.assert_allclose(
        weighed.on_rows(params)[1], repeated.on_rows(params)[1], rtol=1e-11, atol=1e-12
    )


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("shape", [(200, 4), (30, 60)])
@pytest.mark.parametrize("l2", [1e-6, 0.1, 10.0])
def test_l2_is_scikit_learns_ridge(l2: float, shape: tuple[int, int], intercept: bool) -> None:
    X, y = table(*shape)
    peer = Ridge(alpha=shape[0] * l2, fit_intercept=intercept, solver="svd").fit(X, y)
    found = LeastSquares(X, y, l2=l2, intercept=intercept).bowl.minimum
    wanted = np.append(peer.coef_, peer.intercept_) if intercept else peer.coef_
    np.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-9)


def test_a_weighted_ridge_is_scikit_learns() -> None:
    X, y = table()
    weight = np.random.default_rng(5).random(200)
    peer = Ridge(alpha=weight.sum() * 0.2, solver="cholesky").fit(X, y, sample_weight=weight)
    found = LeastSquares(X, y, l2=0.2, weight=weight).bowl.minimum
    np.testing.assert_allclose(found, np.append(peer.coef_, peer.intercept_), rtol=1e-9)


@pytest.mark.parametrize("l2", [0.0, 0.2])
def test_l1_is_scikit_learns_lasso_and_elastic_net(l2: float) -> None:
    X, y = table(150, 8)
    peer: Any = Lasso(alpha=0.2, tol=1e-14, max_iter=100_000)
    if l2:
        share = 0.2 / (0.2 + l2)
        peer = ElasticNet(alpha=0.2 + l2, l1_ratio=share, tol=1e-14, max_iter=100_000)
    peer.fit(X, y)
    wanted = np.append(peer.coef_, peer.intercept_)
    for objective in (
        LeastSquares(X, y, l1=0.2, l2=l2),
        GeneralizedLinear(X, y, loss="squared", l1=0.2, l2=l2),
    ):
        trace = descend(objective, rule="fista", steps=20_000, tolerance=1e-12, curvature=False)
        np.testing.assert_allclose(trace.last_params, wanted, rtol=1e-7, atol=1e-8)
        np.testing.assert_array_equal(trace.last_params == 0, wanted == 0)


def exact(X: np.ndarray, y: np.ndarray, weight: np.ndarray, l2: float) -> list[Any]:
    """The minimum by normal equations at 60 digits, of the numbers as they are."""
    rows, columns = X.shape
    A = [[*map(mpmath.mpf, row), mpmath.mpf(1)] for row in X.tolist()]
    w, t = [mpmath.mpf(v) for v in weight.tolist()], [mpmath.mpf(v) for v in y.tolist()]
    size, total = columns + 1, sum(w)
    H, g = mpmath.matrix(size, size), mpmath.matrix(size, 1)
    for i in range(size):
        g[i] = mpmath.fsum(w[r] * A[r][i] * t[r] for r in range(rows)) / total
        for j in range(size):
            H[i, j] = mpmath.fsum(w[r] * A[r][i] * A[r][j] for r in range(rows)) / total
        H[i, i] += mpmath.mpf(l2) if i < columns else 0
    return list(mpmath.lu_solve(H, g))


def alike(X: np.ndarray) -> np.ndarray:
    X[:, 1] = X[:, 0] + 1e-5 * X[:, 1]
    return X


HARD: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "plain": lambda X: X,
    "far from zero": lambda X: 1e6 + X,
    "tiny and huge": lambda X: X * [1e-8, 1.0, 1e8],
    "nearly alike": alike,
    "far and alike": lambda X: 100.0 + alike(X),
    "sparse": lambda X: X * (np.abs(X) > 0.7),
}


@pytest.mark.parametrize("l2", [0.0, 1e-3])
@pytest.mark.parametrize("kind", HARD)
def test_the_bound_on_the_error_of_the_minimum_holds(kind: str, l2: float) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        X, weight = HARD[kind](rng.normal(size=(40, 3))), rng.random(40) + 0.1
        y = X @ [1.0, -2.0, 0.5] + 4.0 + 0.1 * rng.normal(size=40)
        held = sparse.csr_array(X) if kind == "sparse" else X
        bowl = LeastSquares(held, y, weight=weight, l2=l2).bowl
        with mpmath.workdps(60):
            truth = exact(X, y, weight, l2)
            off = mpmath.norm([f - t for f, t in zip(bowl.minimum.tolist(), truth, strict=True)])
            error = float(off / mpmath.norm(truth))
        assert error <= bowl.minimum_error
        assert bowl.minimum_error < 1e-3 or kind in ("far from zero", "tiny and huge")


@pytest.mark.parametrize("kind", ["constant", "twice", "zeros", "wide"])
def test_what_is_not_determined_is_flat(kind: str) -> None:
    X, y = table(*((10, 30) if kind == "wide" else (200, 4)))
    column = {"constant": X[:, 0] * 0 + 2.0, "twice": X[:, 0], "zeros": X[:, 0] * 0}
    if kind != "wide":
        X = np.column_stack([X, column[kind]])
    objective = LeastSquares(X, y)
    assert path(objective).startswith("QR")
    assert np.count_nonzero(objective.bowl.sloped) == (10 if kind == "wide" else 5)
    A = np.column_stack([X, np.ones(len(y))])
    wanted = np.linalg.lstsq(A, y, rcond=None)[0]  # the shortest of them, too
    np.testing.assert_allclose(objective.bowl.minimum, wanted, atol=1e-9)
    assert np.all(np.isfinite(descend(objective, steps=100, tolerance=0).params))


@pytest.mark.parametrize("columns", [3, 60])
def test_the_same_to_the_bit_for_any_number_of_threads(columns: int) -> None:
    X, y = table(20_000, columns)
    first = LeastSquares(X, y, l2=0.1, threads=1)
    params = np.linspace(-1, 1, columns + 1)
    value, gradient = first.on_rows(params)
    for threads in (2, 3, 4):
        again = LeastSquares(X, y, l2=0.1, threads=threads)
        assert again.bowl.minimum.tobytes() == first.bowl.minimum.tobytes()
        assert again.bowl.roots.tobytes() == first.bowl.roots.tobytes()
        found = again.on_rows(params)
        assert found[0] == value
        assert found[1].tobytes() == gradient.tobytes()


@pytest.mark.parametrize("columns", [5, 50])
def test_a_thousand_steps_are_those_of_a_plain_loop(columns: int) -> None:
    rng = np.random.default_rng(8)
    X = rng.normal(size=(20_000, columns)) * np.linspace(0.3, 3.0, columns) + 1.0
    y = X @ rng.normal(size=columns) + 2.0 + rng.normal(size=20_000)
    objective = LeastSquares(X, y)
    assert path(objective).startswith("statistics")
    rate = 1.5 / objective.bowl.sharpness
    trace = descend(objective, learning_rate=rate, steps=1000, tolerance=0)
    design = np.column_stack([X, np.ones(20_000)])
    params = np.zeros(columns + 1)
    for step in range(1001):
        residual = design @ params - y
        assert np.max(np.abs(trace.params[step] - params)) <= 1e-9 * max(1, np.abs(params).max())
        if step % 100 == 0:
            loss = 0.5 * float(residual @ residual) / 20_000
            assert trace.loss[step] == pytest.approx(loss, rel=1e-9)
        params = params - rate / 20_000 * (design.T @ residual)
    assert trace.number("replay") < 1e-10
