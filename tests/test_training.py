"""What training sets up: the minimum beside the descent, and what the model keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.objective.usual_delta import usual_delta
from steepest.ready import make_ready
from steepest.run import Request
from steepest.stopwatch import Stopwatch
from steepest.training import Training, minimum_of, most_steps, threads_of

ROWS = 90


def frame() -> pl.DataFrame:
    rng = np.random.default_rng(9)
    a, b = rng.normal(5.0, 2.0, ROWS), rng.normal(size=ROWS) * 1e-3
    y = 3.0 + 0.5 * a - 700.0 * b + rng.normal(size=ROWS)
    return pl.DataFrame({"a": a, "b": b, "y": y, "heft": rng.integers(1, 6, ROWS)})


def ready(**asked: Any) -> tuple[Training, pl.DataFrame, np.ndarray]:
    asked = {"features": ("a", "b"), "holdout": 0.0, **asked}
    rows, training = make_ready(frame(), Request("rows", "y", **asked), "zeros", Stopwatch())
    return (training, *rows.part(rows.split.train))


def solved(weight: np.ndarray, l2: float, *, scaled: bool, intercept: bool) -> np.ndarray:
    """a, b and the intercept by weighted normal equations, l2 on the descended coordinates."""
    X, y = frame().select("a", "b").to_numpy(), frame()["y"].to_numpy()
    spread = X.std(axis=0) if scaled else np.ones(2)
    shrink = ROWS * l2 * (weight.sum() / ROWS) * np.diag(np.append(spread**2, 0.0))
    A = np.column_stack([X, np.ones(ROWS)])
    if not intercept:
        A, shrink = A[:, :2], shrink[:2, :2]
    return np.linalg.solve(A.T @ (A * weight[:, None]) + shrink, A.T @ (weight * y))


@pytest.mark.parametrize("scale", ["standard", "none"])
@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_minimum_is_that_of_weighted_and_penalised_rows(
    weighted: bool, l2: float, scale: str
) -> None:
    training, rows, truth = ready(weight="heft" if weighted else None, l2=l2, scale=scale)
    found = minimum_of(training, rows, truth)
    assert found is not None
    weight = frame()["heft"].to_numpy() if weighted else np.ones(ROWS)
    wanted = solved(weight, l2, scaled=scale == "standard", intercept=True)
    values = np.array([found.coefficients["a"], found.coefficients["b"], found.intercept])
    np.testing.assert_allclose(values, wanted, rtol=1e-8)
    assert found.digits >= 8
    descended = training.model(training.descend(curvature=False))
    if scale == "standard":
        np.testing.assert_allclose(list(descended.coefficients.values()), wanted[:2], rtol=1e-6)


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_a_minimum_through_the_origin(l2: float) -> None:
    training, rows, truth = ready(l2=l2, scale="none", intercept=False)
    found = minimum_of(training, rows, truth)
    assert found is not None
    assert found.intercept is None
    wanted = solved(np.ones(ROWS), l2, scaled=False, intercept=False)
    np.testing.assert_allclose(list(found.coefficients.values()), wanted, rtol=1e-8)


def test_how_it_was_computed_is_said() -> None:
    plain = minimum_of(*ready())
    weighed = minimum_of(*ready(weight="heft"))
    assert plain is not None
    assert weighed is not None
    assert "120 decimal digits" in plain.method
    assert "singular values" in weighed.method


@pytest.mark.parametrize(
    "asked", [{"l1": 0.1}, {"l1": 0.1, "l2": 0.1}, {"loss": "huber"}, {"loss": "poisson"}]
)
def test_other_costs_have_no_minimum_in_closed_form(asked: dict[str, Any]) -> None:
    if asked.get("loss") == "poisson":
        asked = {**asked, "features": ("a", "b")}
        counts = frame().with_columns(pl.col("heft").alias("y")).drop("heft")
        request = Request("rows", "y", holdout=0.0, **asked)
        rows, training = make_ready(counts, request, "zeros", Stopwatch())
        assert minimum_of(training, *rows.part(rows.split.train)) is None
    else:
        assert minimum_of(*ready(**asked)) is None


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_the_model_keeps_the_mean_of_the_iterates(loss: str) -> None:
    training, _, _ = ready(batch=8, average=True, steps=60, loss=loss)
    trace = training.descend(curvature=False)
    mean = trace.params[30:].mean(axis=0)  # of the second half
    np.testing.assert_allclose(training.model(trace).params, mean, rtol=1e-12)
    assert not np.allclose(trace.last_params, mean, rtol=1e-6)


def test_without_the_wish_it_keeps_the_last_iterate() -> None:
    training, _, _ = ready(batch=8, steps=60)
    trace = training.descend(curvature=False)
    assert training.model(trace).params == tuple(trace.last_params.tolist())


def test_usual_delta_is_a_robust_standard_deviation() -> None:
    normal = np.random.default_rng(0).normal(7.0, 3.0, 20_001)
    assert usual_delta(normal) == pytest.approx(1.345 * 3.0, rel=0.02)
    spoilt = normal.copy()
    spoilt[:1000] = 1e9
    assert usual_delta(spoilt) == pytest.approx(1.345 * 3.0, rel=0.1)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_usual_delta_is_in_the_targets_units(unit: float) -> None:
    target = np.array([1.0, 2.0, 3.0, 4.0, 100.0])
    assert usual_delta(unit * target + 5.0 * unit) == pytest.approx(1.345 * 1.4826 * unit)


def test_where_most_are_equal_delta_is_one() -> None:
    assert usual_delta(np.array([2.0, 2.0, 2.0, 9.0])) == 1.0


def test_the_delta_that_was_taken_is_in_the_request() -> None:
    training, _, truth = ready(loss="huber")
    assert training.request.huber_delta == usual_delta(truth)
    assert ready(loss="huber", huber_delta=0.7)[0].request.huber_delta == 0.7


def test_how_many_steps_and_threads() -> None:
    assert most_steps(Request("rows", "y"), 90) == 10**6
    assert most_steps(Request("rows", "y", batch=8), 90) == 1200
    assert most_steps(Request("rows", "y", batch=1), 10**6) == 10**6
    assert most_steps(Request("rows", "y", batch=8, steps=3), 90) == 3
    assert threads_of(Request("rows", "y", threads="all")) == "all"
    assert threads_of(Request("rows", "y", threads=3)) == 3
