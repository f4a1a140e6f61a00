"""What a log does not say, held against the descent that wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.descent.descend import descend
from steepest.diagnosis.record.inferred import FROM_THE_RECORD, inferred
from steepest.objective.function import objective_from
from steepest.trace import Stop, Trace

Walk = Callable[..., Trace]
Cost = Callable[..., object]
CURVATURES = np.array([0.1, 0.4, 1.0])
BOTTOM = np.array([1.0, -2.0, 0.5])


def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
    away = place.astype(np.float64) - BOTTOM
    return 3.0 + 0.5 * float(away @ (CURVATURES * away)), CURVATURES * away


def test_the_bowl_is_read_off_the_path(walk: Walk) -> None:
    trace = inferred(walk(cost, [4.0, 4.0, 4.0], 0.9, 80))
    assert trace.rule == "gradient_descent"
    assert trace.loss_of == "full"
    np.testing.assert_allclose(trace.learning_rate, 0.9, rtol=1e-6)
    assert trace.number("sharpness") == pytest.approx(1.0, rel=1e-6)
    assert trace.number("smallest_eigenvalue") == pytest.approx(0.1, rel=1e-6)
    assert trace.number("condition_number") == pytest.approx(10.0, rel=1e-6)
    assert trace.number("minimum_loss") == pytest.approx(3.0, rel=1e-9)
    np.testing.assert_allclose(trace.facts["hessian"].array, np.diag(CURVATURES), atol=1e-6)
    np.testing.assert_allclose(trace.facts["minimum"].array, BOTTOM, atol=1e-5)
    assert all(
        fact.how.startswith(FROM_THE_RECORD[0]) or fact.how in FROM_THE_RECORD
        for fact in trace.facts.values()
    )


@settings(max_examples=30, deadline=None)
@given(st.floats(0.001, 1.9), st.integers(0, 2**32 - 1))
def test_the_rate_is_that_of_the_moves(rate: float, seed: int) -> None:
    start = BOTTOM + np.random.default_rng(seed).choice([-3.0, 3.0], 3)
    place, rows = start, []
    for _ in range(40):
        loss, slope = cost(place)
        rows.append(np.r_[loss, place, slope])
        place = place - rate * slope
    table = np.array(rows)
    bare = Trace(
        np.arange(40),
        table[:, 0],
        np.full(40, np.nan),
        "unknown",
        ("a", "b", "c"),
        Stop("budget", "the log ends"),
        loss_of="unknown",
        params=table[:, 1:4],
        gradient=table[:, 4:],
    )
    np.testing.assert_allclose(inferred(bare).learning_rate, rate, rtol=2e-3)


@pytest.mark.parametrize(
    ("how", "off"),
    [({"digits": 6}, 1e-3), ({"digits": 4}, 0.02), ({"kind": np.float32}, 1e-3)],
    ids=str,
)
def test_few_digits_still_show_rate_and_bottom(walk: Walk, how: dict, off: float) -> None:  # type: ignore[type-arg]
    trace = inferred(walk(cost, [4.0, 4.0, 4.0], 0.9, 80, **how))
    assert trace.rule == "gradient_descent"
    np.testing.assert_allclose(trace.learning_rate, 0.9, rtol=off)
    assert trace.number("sharpness") == pytest.approx(1.0, rel=10 * off)


def test_a_thinned_log_shows_its_rate(walk: Walk) -> None:
    trace = inferred(walk(cost, [4.0, 4.0, 4.0], 0.01, 800, every=5))
    assert trace.rule == "gradient_descent"
    np.testing.assert_allclose(trace.learning_rate, 0.01, rtol=0.03)


def test_what_the_log_says_is_left_alone(walk: Walk) -> None:
    trace = walk(cost, [4.0, 4.0, 4.0], 0.9, 80)
    said = inferred(replace(trace, learning_rate=np.full(80, 0.8)))
    np.testing.assert_array_equal(said.learning_rate, 0.8)
    named = replace(trace, rule="momentum")
    assert inferred(named) is named
    alone = replace(trace, params=None, gradient=None)
    assert inferred(alone) is alone


def test_our_own_descents_are_left_alone() -> None:
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    trace = descend(bowl, [10.0], learning_rate=0.1, steps=20, tolerance=0)
    assert inferred(trace) is trace


def test_rates_that_decay_are_those_of_each_move() -> None:
    rates, place, rows = 0.9 * 0.97 ** np.arange(40.0), np.array([4.0, 4.0, 4.0]), []
    for rate in rates.tolist():
        loss, slope = cost(place)
        rows.append(np.r_[loss, place, slope])
        place = place - rate * slope
    table = np.array(rows)
    stop = Stop("budget", "the log ends")
    names = ("a", "b", "c")
    bare = Trace(np.arange(40), table[:, 0], np.full(40, np.nan), "unknown", names, stop)
    trace = inferred(replace(bare, params=table[:, 1:4], gradient=table[:, 4:]))
    np.testing.assert_allclose(trace.learning_rate[:-1], rates[:-1], rtol=1e-9)
    assert trace.learning_rate[-1] == trace.learning_rate[-2]  # no move left from the last row


def test_momentum_stays_unknown() -> None:
    place, total, rows = np.array([4.0, 4.0, 4.0]), np.zeros(3), []
    for _ in range(60):
        loss, slope = cost(place)
        rows.append(np.r_[loss, place, slope])
        total = 0.9 * total + slope
        place = place - 0.05 * total
    table = np.array(rows)
    stop, unknown = Stop("budget", "the log ends"), np.full(60, np.nan)
    bare = Trace(np.arange(60), table[:, 0], unknown, "unknown", ("a", "b", "c"), stop)
    trace = inferred(replace(bare, params=table[:, 1:4], gradient=table[:, 4:]))
    assert trace.rule == "unknown"
    assert np.all(np.isnan(trace.learning_rate))
    assert trace.number("sharpness") == pytest.approx(1.0, rel=1e-6)  # the gradients still show it


def test_losses_of_samples_are_of_batches(walk: Walk) -> None:
    rng = np.random.default_rng(0)
    X, place, rows = rng.normal(size=(200, 3)), np.zeros(3), []
    y = X @ [1.0, 2.0, 3.0] + rng.normal(size=200)
    for _ in range(300):
        some = rng.integers(0, 200, 5)
        rows.append(np.r_[0.5 * np.mean((X @ place - y) ** 2), place])
        slope = X[some].T @ (X[some] @ place - y[some]) / 5
        rows[-1] = np.r_[rows[-1], slope]
        place = place - 0.05 * slope
    table = np.array(rows)
    stop, unknown = Stop("budget", "the log ends"), np.full(300, np.nan)
    bare = Trace(np.arange(300), table[:, 0], unknown, "unknown", ("a", "b", "c"), stop)
    bare = replace(bare, loss_of="unknown", params=table[:, 1:4], gradient=table[:, 4:])
    trace = inferred(bare)
    assert trace.loss_of == "batch"
    np.testing.assert_array_equal(trace.measures["full_loss"], bare.loss)
    assert "minimum" not in trace.facts


def test_a_changing_curvature_is_only_met(walk: Walk, logistic: Cost) -> None:
    trace = inferred(walk(logistic(0, 80, 3), [4.0, -4.0, 4.0, 2.0], 2.0, 60))
    assert trace.rule == "gradient_descent"
    assert "minimum" not in trace.facts
    assert trace.facts["sharpness"].how == FROM_THE_RECORD[1]
