"""Curvature where a descent ends and along its path, against whole Hessians."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from steepest.descent.curvature import bowl_facts, local_facts, sharpness_along, spread_rows
from steepest.objective.classic_functions import classic
from steepest.objective.function import FunctionObjective, objective_from
from steepest.objective.objective import Powers
from steepest.trace import Array

RNG = np.random.default_rng(4)


@pytest.fixture(autouse=True)
def _same_numbers_whatever_ran_before() -> None:
    globals()["RNG"] = np.random.default_rng(4)


class Logistic:
    """A small logistic regression, written plainly."""

    def __init__(self, count: int, rows: int = 400) -> None:
        self.X = RNG.normal(size=(rows, count)) * np.linspace(0.3, 2.0, count)
        self.y = (RNG.random(rows) < 0.5).astype(float)
        self.count = count

    def value(self, w: Array) -> float:
        z = self.X @ w
        return float(np.mean(np.logaddexp(0, z) - self.y * z))

    def gradient(self, w: Array) -> Array:
        return self.X.T @ (1 / (1 + np.exp(-self.X @ w)) - self.y) / len(self.y)

    def weights(self, w: Array) -> Array:
        p = 1 / (1 + np.exp(-self.X @ w))
        return p * (1 - p) / len(self.y)

    def hessian(self, w: Array) -> Array:
        return (self.X * self.weights(w)[:, None]).T @ self.X

    def hessian_vector(self, w: Array):
        weights = self.weights(w)
        return lambda v: self.X.T @ (weights * (self.X @ v))

    def objective(self) -> FunctionObjective:
        return objective_from(self.value, self.gradient, names=self.count)


WAYS = {
    "exact": lambda model: Powers(hessian_vector=model.hessian_vector),
    "differences": lambda model: Powers(),
}
ways = pytest.mark.parametrize("way", WAYS)


@ways
@pytest.mark.parametrize("count", [5, 40, 150])
def test_sharpness_of_logistic_regression_is_that_of_its_hessian(way: str, count: int) -> None:
    model = Logistic(count)
    w = 0.2 * RNG.normal(size=count)
    facts = local_facts(model.objective(), WAYS[way](model), w)
    truth = np.linalg.eigvalsh(model.hessian(w))
    assert facts["sharpness"].number == pytest.approx(truth[-1], rel=1e-7)
    assert facts["largest_stable_learning_rate"].number == pytest.approx(2 / truth[-1], rel=1e-7)
    if count <= 64:
        assert facts["smallest_eigenvalue"].number == pytest.approx(truth[0], rel=1e-5)
        assert facts["condition_number"].number == pytest.approx(truth[-1] / truth[0], rel=1e-5)
    else:
        assert "64 products" in facts["sharpness"].how
        bound = float(facts["smallest_eigenvalue"].how.rsplit(" ", 1)[1])
        near = np.abs(truth - facts["smallest_eigenvalue"].number).min()
        assert near <= 1.05 * bound


def test_a_given_hessian_is_used_as_it_is() -> None:
    model = Logistic(150)
    w = np.zeros(150)
    facts = local_facts(model.objective(), Powers(hessian=model.hessian), w)
    truth = np.linalg.eigvalsh(model.hessian(w))
    assert facts["condition_number"].number == pytest.approx(truth[-1] / truth[0], rel=1e-9)
    assert "eigenvalues of the Hessian" in facts["sharpness"].how
    assert "hessian" not in facts


def test_beyond_five_hundred_parameters_products_of_the_hessian_do() -> None:
    curvatures = np.linspace(0.5, 2.0, 501)
    objective = objective_from(
        lambda w: 0.5 * float(curvatures @ w**2), lambda w: curvatures * w, names=501
    )
    powers = Powers(hessian=lambda w: np.diag(curvatures))
    facts = local_facts(objective, powers, np.ones(501))
    assert facts["sharpness"].number == pytest.approx(2.0, abs=1e-4)
    fewer = local_facts(objective, powers, np.ones(501), products=10)
    assert "10 products" in fewer["sharpness"].how


@pytest.mark.parametrize(("stability", "rate"), [(2.0, 0.02), (3.8, 0.038), (None, None)])
def test_the_largest_stable_rate_is_the_rules(stability, rate) -> None:
    objective = objective_from(
        lambda w: 50 * float(w @ w), lambda w: 100 * w, names=2, hessian=lambda w: 100 * np.eye(2)
    )
    facts = local_facts(objective, objective.powers(), np.ones(2), stability=stability)
    bowl = bowl_facts(classic("bowl").bowl, ("x", "y"), stability=stability)
    if rate is None:
        assert "largest_stable_learning_rate" not in facts | bowl
    else:
        assert facts["largest_stable_learning_rate"].number == pytest.approx(rate, rel=1e-9)
        assert bowl["largest_stable_learning_rate"].number == pytest.approx(stability, rel=1e-12)


def test_curvature_of_a_kinked_cost_is_that_of_its_smooth_part() -> None:
    curvatures = np.linspace(1.0, 3.0, 4)
    smooth = SimpleNamespace(smooth=lambda w: (0.5 * float(curvatures @ w**2), curvatures * w))
    # the whole cost's subgradient jumps at 0: differences of it would be huge
    objective = objective_from(lambda w: 0.0, lambda w: curvatures * w + 5 * np.sign(w), names=4)
    facts = local_facts(objective, Powers(proximal=smooth), np.zeros(4))
    assert facts["sharpness"].number == pytest.approx(3.0, rel=1e-8)
    assert "smooth part" in facts["sharpness"].how


def test_nothing_is_said_where_nothing_is_finite() -> None:
    objective = objective_from(lambda w: np.nan, lambda w: w * np.nan, names=100)
    assert local_facts(objective, Powers(), np.ones(100)) == {}
    assert local_facts(objective, Powers(), np.full(100, np.inf)) == {}
    assert sharpness_along(objective, Powers(), np.ones((5, 100)), 100) == ({}, {})


def rosenbrock_path() -> tuple[Array, Array]:
    function = classic("rosenbrock")
    path = [function.suggested_start]
    for _ in range(2000):
        path.append(path[-1] - 1e-3 * function.gradient(path[-1]))
    truth = np.array([np.linalg.eigvalsh(function.hessian(w)) for w in path])
    return np.array(path), truth


@pytest.mark.parametrize("way", ["exact", "gradient", "nothing"])
def test_along_the_path_of_rosenbrock_it_is_that_of_the_hessian(way: str) -> None:
    function = classic("rosenbrock")
    objective = {
        "exact": function,
        "gradient": objective_from(function.value, function.gradient, names=2),
        "nothing": objective_from(function.value, names=2, autodiff="differences"),
    }[way]
    path, truth = rosenbrock_path()
    measures, facts = sharpness_along(objective, objective.powers(), path, 500)
    rows = np.flatnonzero(np.isfinite(measures["sharpness"]))
    within = {"exact": 1e-12, "gradient": 1e-8, "nothing": 1e-5}[way]
    assert 25 <= len(rows) <= 32
    assert {0, len(path) - 1} <= set(rows.tolist())
    np.testing.assert_allclose(measures["sharpness"][rows], truth[rows, 1], rtol=within)
    error = np.abs(measures["smallest_eigenvalue"][rows] - truth[rows, 0]) / truth[rows, 1]
    assert error.max() < within
    assert facts["sharpness_rows"].number == len(rows)
    assert f"{len(rows)} rows of {len(path):,}" in facts["sharpness_rows"].how


@ways
@pytest.mark.parametrize("budget", [0, 9, 14, 40, 150, 600])
def test_along_the_path_it_keeps_to_its_budget(way: str, budget: int) -> None:
    model = Logistic(100)
    calls = 0

    def gradient(w: Array) -> Array:
        nonlocal calls
        calls += 1
        return model.gradient(w)

    def hessian_vector(w: Array):
        product = model.hessian_vector(w)

        def counting(v: Array) -> Array:
            nonlocal calls
            calls += 2
            return product(v)

        return counting

    objective = objective_from(model.value, gradient, names=100)
    powers = Powers(hessian_vector=hessian_vector) if way == "exact" else Powers()
    path = np.linspace(np.zeros(100), 0.3 * RNG.normal(size=100), 200)
    measures, _ = sharpness_along(objective, powers, path, budget)
    assert calls <= 2 * budget
    if not measures:
        assert budget < 20
        return
    rows = np.flatnonzero(np.isfinite(measures["sharpness"]))
    truth = [np.linalg.eigvalsh(model.hessian(path[row]))[-1] for row in rows]
    # of 150 such costs, a few products a row gave at worst 0.08 off, 10 or more below 0.04
    np.testing.assert_allclose(measures["sharpness"][rows], truth, rtol=0.1)


def test_rows_that_overflowed_are_left_out() -> None:
    function = classic("rosenbrock")
    path = np.array([[-1.2, 1.0], [0.5, 0.5], [np.inf, 1.0], [np.nan, np.nan]])
    measures, _ = sharpness_along(function, function.powers(), path, 100)
    assert np.isfinite(measures["sharpness"]).tolist() == [True, True, False, False]


def test_a_bowl_is_the_same_everywhere_and_not_measured() -> None:
    function = classic("bowl")
    assert sharpness_along(function, function.powers(), np.ones((3, 2)), 100) == ({}, {})


def test_rows_are_spread_evenly_in_the_logarithm_of_the_step() -> None:
    rows = spread_rows(np.zeros((100_001, 1)), None, 11)
    assert (rows[0], rows[-1], len(rows)) == (0, 100_000, 11)
    gaps = np.diff(np.log10(np.array(rows) + 1.0))
    np.testing.assert_allclose(gaps, 0.5, atol=0.1)
    thinned = spread_rows(np.zeros((5, 1)), np.array([0, 1, 10, 100, 1000]), 4)
    assert thinned == [0, 2, 3, 4]
    assert spread_rows(np.zeros((50, 1)), None, 1) == [49]
