"""Least squares and generalised linear models: values, gradients, and bounds."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from steepest.data.blocks import InMemory
from steepest.descent.descend import descend
from steepest.errors import InputError
from steepest.objective.function import central_gradient
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.objective.rows import RowBatches


@pytest.fixture
def table() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    return rng.normal(size=(120, 3)) * [1, 4, 0.5], rng.normal(size=120)


@pytest.mark.parametrize("intercept", [True, False])
def test_least_squares_is_the_mean_of_half_squares(table, intercept: bool) -> None:
    X, y = table
    objective = LeastSquares(X, y, intercept=intercept)
    params = np.arange(1.0, 4.0 + intercept)
    scores = X @ params[:3] + (params[3] if intercept else 0)
    value, gradient = objective.value_and_gradient(params)
    assert value == pytest.approx(0.5 * np.mean((scores - y) ** 2), rel=1e-13)
    wanted = central_gradient(lambda p: objective.value_and_gradient(p)[0], params)
    np.testing.assert_allclose(gradient, wanted, rtol=1e-7)


def test_blocks_of_any_size_give_the_same_bowl(table) -> None:
    X, y = table
    whole = LeastSquares(X, y).bowl
    for rows in (1, 7, 50):
        pieces = LeastSquares.from_blocks(InMemory(X, y, rows=rows)).bowl
        np.testing.assert_allclose(pieces.curvatures, whole.curvatures, rtol=1e-12)
        np.testing.assert_allclose(pieces.minimum, whole.minimum, rtol=1e-10, atol=1e-12)
        assert pieces.minimum_loss == pytest.approx(whole.minimum_loss, rel=1e-12)


def test_the_condition_number_after_standardising_is_known_before(table) -> None:
    X, y = table
    known = LeastSquares(X * [1, 1000, 1] + 5, y).powers().facts["condition_number_standardised"]
    scaled = (X - X.mean(axis=0)) / X.std(axis=0)
    bowl = LeastSquares(scaled, y).bowl
    assert known.number == pytest.approx(bowl.curvatures[0] / bowl.curvatures[-1], rel=1e-8)


@pytest.mark.parametrize("intercept", [True, False])
def test_logistic_gradient_is_the_slope(table, intercept: bool) -> None:
    X, y = table
    objective = GeneralizedLinear(X, (y > 0).astype(float), intercept=intercept)
    params = np.linspace(-1, 1, 3 + intercept)
    wanted = central_gradient(lambda p: objective.value_and_gradient(p)[0], params)
    np.testing.assert_allclose(objective.value_and_gradient(params)[1], wanted, atol=1e-9)


def test_logistic_hessian_is_the_slope_of_the_gradient(table) -> None:
    X, y = table
    objective = GeneralizedLinear(X, (y > 0).astype(float))
    params = np.array([0.3, -0.2, 0.1, 0.5])
    columns = [
        central_gradient(lambda p, j=j: objective.value_and_gradient(p)[1][j], params)
        for j in range(4)
    ]
    np.testing.assert_allclose(objective.hessian(params), np.array(columns), atol=1e-8)


def test_squared_loss_as_a_generalised_linear_model_is_least_squares(table) -> None:
    X, y = table
    params = np.array([1.0, 2.0, 3.0, 4.0])
    value, gradient = GeneralizedLinear(X, y, loss="squared").value_and_gradient(params)
    wanted_value, wanted_gradient = LeastSquares(X, y).value_and_gradient(params)
    assert value == pytest.approx(wanted_value, rel=1e-12)
    np.testing.assert_allclose(gradient, wanted_gradient, rtol=1e-10)


def test_the_bound_on_the_distance_holds_all_along_the_way(table) -> None:
    X, y = table
    target = (X[:, 0] + 2 * y > 0).astype(float)
    objective = GeneralizedLinear(X, target)
    minimum = descend(objective, steps=20_000, tolerance=1e-12).last_params
    trace = descend(objective, steps=400, tolerance=0)
    assert trace.params is not None
    assert trace.gradient is not None
    bounds = [
        objective.distance_bound(params, gradient)
        for params, gradient in zip(trace.params, trace.gradient, strict=True)
    ]
    known = [(i, bound) for i, bound in enumerate(bounds) if bound is not None]
    assert len(known) > 20
    for i, bound in known:
        distance = float(np.linalg.norm(trace.params[i] - minimum))
        assert distance <= bound * (1 + 1e-6) + 1e-11
    assert known[-1][1] < 1e-3


def test_logistic_descent_ends_where_scikit_learn_does(table) -> None:
    X, y = table
    target = (X[:, 0] + 2 * y > 0).astype(float)
    trace = descend(GeneralizedLinear(X, target), steps=20_000)
    assert trace.stop.reason == "converged"
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(X, target)
    wanted = np.append(peer.coef_[0], peer.intercept_)
    np.testing.assert_allclose(trace.last_params, wanted, rtol=1e-6, atol=1e-7)


def test_separable_classes_are_proven_separable() -> None:
    X = np.array([[-2.0], [-1.0], [1.0], [3.0]])
    trace = descend(GeneralizedLinear(X, np.array([0.0, 0.0, 1.0, 1.0])), steps=100_000)
    assert trace.stop.reason == "unbounded"
    assert trace.step[-1] < 1000


def test_batches_over_all_rows_are_the_whole(table) -> None:
    X, y = table
    objective = LeastSquares(X, y)
    batches = objective.powers().batches
    assert batches is not None
    params = np.array([1.0, -1.0, 2.0, 0.5])
    value, gradient = batches().value_and_gradient_on(params, np.arange(120))
    wanted_value, wanted_gradient = objective.value_and_gradient(params)
    assert value == pytest.approx(wanted_value, rel=1e-12)
    np.testing.assert_allclose(gradient, wanted_gradient, rtol=1e-10)


def test_expected_smoothness_at_both_ends(table) -> None:
    X, y = table
    objective = LeastSquares(X, y)
    make = objective.powers().batches
    assert make is not None
    batches = make()
    assert isinstance(batches, RowBatches)
    assert batches.expected_smoothness(120) == pytest.approx(objective.bowl.sharpness, rel=1e-10)
    largest = np.max(np.sum(X**2, axis=1) + 1)
    assert batches.expected_smoothness(1) == pytest.approx(largest, rel=1e-12)


def test_targets_that_are_no_classes_are_refused(table) -> None:
    X, y = table
    with pytest.raises(InputError, match="0 or 1"):
        GeneralizedLinear(X, y)


@pytest.mark.parametrize(("low", "high"), [(4e-7, 7e-7), (1e8, 2e8)])
def test_units_do_not_decide_what_is_flat(low: float, high: float) -> None:
    """A raw column of tiny or huge numbers is hard to descend on, not flat."""
    rng = np.random.default_rng(0)
    x = rng.uniform(low, high, 200)
    objective = LeastSquares(x[:, None], 1 + x / low + 0.01 * rng.normal(size=200))
    assert objective.bowl.sloped.all()
    trace = descend(objective, steps=1000)
    assert trace.stop.reason == "budget"
    assert "one minimum" in str(trace.facts["one_minimum"].value)


def test_columns_that_say_the_same_are_flat_in_any_units() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=100)
    objective = LeastSquares(np.column_stack([x, 1e9 * x]), x)
    assert np.count_nonzero(objective.bowl.sloped) == 2
    assert "say the same" in str(descend(objective, steps=10).facts["one_minimum"].value)


@pytest.mark.parametrize("size", [1e150, 1e-150])
def test_numbers_whose_squares_are_none_are_refused(table, size: float) -> None:
    X, y = table
    with pytest.raises(InputError, match="other units"):
        LeastSquares(X, y * size)


def test_a_level_with_one_class_goes_to_infinity_and_is_named() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=300)
    level = (np.arange(300) < 4).astype(float)
    y = np.where(level == 1, 1.0, (x + rng.logistic(size=300) > 0).astype(float))
    objective = GeneralizedLinear(np.column_stack([x, level]), y, names=("x", "place=island"))
    trace = descend(objective, steps=100_000)
    assert trace.stop.reason == "unbounded"
    assert "place=island" in trace.stop.because
    rest = descend(GeneralizedLinear(x[4:, None], y[4:]), steps=10_000).last_params
    np.testing.assert_allclose(trace.last_params[[0, 2]], rest, rtol=1e-3)


def test_collinear_classes_converge_without_a_bound() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 2))
    y = (X[:, 0] + rng.logistic(size=200) > 0).astype(float)
    trace = descend(GeneralizedLinear(np.column_stack([X, X.sum(axis=1)]), y), steps=5_000)
    assert trace.stop.reason == "converged"
    assert "no bound" in trace.stop.because
