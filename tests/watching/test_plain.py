"""Hand-written loops: what is logged, in which order, and what is logged wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import steepest
from steepest.watching.watching import Watching


def watched(**more: Any) -> Watching:
    return steepest.watch(store=False, quiet=True, **more)


def bowl(rate: float = 0.1, steps: int = 40) -> Iterator[tuple[float, np.ndarray, np.ndarray]]:
    """Loss, parameters and gradient of a descent on a bowl; the array is changed in place."""
    w = np.array([3.0, -2.0, 1.0])
    curved = np.array([1.0, 2.0, 5.0])
    for _ in range(steps):
        gradient = curved * w
        yield 0.5 * float(curved @ w**2), w, gradient
        w -= rate * gradient


def houses_line(rate: float) -> Iterator[tuple[float, tuple[float, float], tuple[float, float]]]:
    """The loop of examples/your_own_loop.py."""
    houses = steepest.datasets.load("houses")
    x = houses["size"].to_numpy().astype(float)
    y = houses["price"].to_numpy().astype(float)
    w, b = -0.1, 900.0
    for _ in range(200):
        error = w * x + b - y
        dw, db = float(np.mean(error * x)), float(np.mean(error))
        yield 0.5 * float(np.mean(error**2)), (w, b), (dw, db)
        w, b = w - rate * dw, b - rate * db


@pytest.mark.parametrize("rate", [1e-6, 1e-8])
def test_a_textbook_loop_gets_the_findings_of_its_record(rate: float) -> None:
    rows = list(houses_line(rate))
    with watched() as w:
        for loss, params, gradient in rows:
            names = ("w", "b")
            w.log(
                loss=loss,
                params=dict(zip(names, params, strict=True)),
                gradient=dict(zip(names, gradient, strict=True)),
                learning_rate=rate,
            )
    trace = steepest.Trace(
        step=np.arange(200),
        loss=np.array([row[0] for row in rows]),
        learning_rate=np.full(200, rate),
        rule="unknown",
        names=("w", "b"),
        stop=steepest.Stop("budget", "200 steps"),
        params=np.array([row[1] for row in rows]),
        gradient=np.array([row[2] for row in rows]),
        loss_of="unknown",
    )
    expected = steepest.diagnose(trace)
    assert w.diagnosis.verdict == expected.verdict
    found = {finding.code for finding in w.diagnosis.findings}
    assert {finding.code for finding in expected.findings} <= found
    assert w.trace.names == ("w", "b")
    assert w.trace.params is not None
    assert w.trace.gradient is not None
    assert trace.params is not None
    np.testing.assert_array_equal(w.trace.params, trace.params)
    np.testing.assert_array_equal(w.trace.loss, trace.loss)


def test_an_array_that_changes_in_place_is_copied() -> None:
    with watched() as w:
        for loss, params, gradient in bowl():
            w.log(loss=loss, params=params, gradient=gradient, learning_rate=0.1)
    expected = np.array([params.copy() for _, params, _ in bowl()])
    assert w.trace.params is not None
    np.testing.assert_array_equal(w.trace.params, expected)
    assert np.nanmax(w.trace.measures["curvature"]) <= 5.0 + 1e-9


@pytest.mark.parametrize("order", ["loss first", "loss last", "in three"])
def test_a_step_may_be_said_in_several_calls(order: str) -> None:
    with watched() as w:
        for loss, params, gradient in bowl():
            if order == "loss first":
                w.log(loss=loss)
                w.log(params=params, gradient=gradient)
            elif order == "loss last":
                w.log(params=params, gradient=gradient, learning_rate=0.1)
                w.log(loss=loss)
            else:
                w.log(loss=loss, params=params)
                w.log(gradient=gradient)
                w.log(accuracy=0.5)
    expected = np.array([params.copy() for _, params, _ in bowl()])
    assert len(w.trace) == 40
    assert w.trace.params is not None
    np.testing.assert_array_equal(w.trace.params, expected)
    assert w.trace.gradient is not None
    if order == "in three":
        np.testing.assert_array_equal(w.trace.measures["accuracy"], np.full(40, 0.5))


def test_parameters_without_gradient() -> None:
    with watched() as w:
        for loss, params, _ in bowl():
            w.log(loss=loss, params=params)
    assert w.trace.params is not None
    assert w.trace.gradient is None
    assert np.isfinite(w.trace.measures["update_norm"][:-1]).all()
    assert np.isnan(w.trace.measures["gradient_norm"]).all()
    assert "non_finite" not in {finding.code for finding in w.diagnosis.findings}


def test_gradient_without_parameters() -> None:
    with watched() as w:
        for loss, _, gradient in bowl():
            w.log(loss=loss, gradient=gradient)
    assert w.trace.params is None
    assert w.trace.gradient is not None
    assert np.isfinite(w.trace.measures["gradient_norm"]).all()
    assert "non_finite" not in {finding.code for finding in w.diagnosis.findings}


def test_a_loss_alone() -> None:
    with watched() as w:
        for step in range(30):
            w.log(loss=np.float32(2.0**-step))
    np.testing.assert_array_equal(w.trace.loss, 2.0 ** -np.arange(30))
    assert w.trace.params is None


def test_vectors_at_some_steps_only_stay_out_of_the_record() -> None:
    with watched() as w:
        for step, (loss, params, gradient) in enumerate(bowl()):
            if step % 5 < 2:
                w.log(loss=loss, params=params, gradient=gradient)
            else:
                w.log(loss=loss)
    assert w.trace.params is None
    assert np.isfinite(w.trace.measures["gradient_norm"]).sum() == 16
    assert not {f.code for f in w.diagnosis.findings} & {"non_finite", "gradient_sign"}


def test_the_loss_of_where_it_ended_takes_no_parameters_away() -> None:
    with watched() as w:
        for loss, params, gradient in bowl():
            w.log(loss=loss, params=params, gradient=gradient)
        w.log(loss=0.001)
    assert len(w.trace) == 40
    assert w.trace.params is not None


def test_a_mapping_a_list_and_one_flat_gradient() -> None:
    weights = {"first": np.ones((4, 3), np.float32), "second": np.ones(4, np.float32)}
    with watched() as w:
        for step in range(3):
            w.log(loss=1.0 / (step + 1), params=weights, gradient=np.arange(16.0))
    assert w.trace.gradient is not None
    np.testing.assert_array_equal(w.trace.gradient[0], np.arange(16.0))
    assert w.trace.names[0] == "first[0]"
    assert "gradient_norm/second" in w.trace.measures


def test_a_huge_model_is_sampled() -> None:
    big = np.ones(300_000, np.float32)
    with watched() as w:
        for _ in range(5):
            w.log(loss=1.0, params=[big, big[:10]], gradient=[big, big[:10]])
    assert w.trace.params is None
    np.testing.assert_allclose(w.trace.measures["weight_norm"][0], 300_010**0.5, rtol=1e-3)


def test_steps_that_begin_again_are_counted_on(capsys: pytest.CaptureFixture[str]) -> None:
    with watched() as w:
        for _epoch in range(3):
            for step in range(10):
                w.log(step, loss=1.0)
    np.testing.assert_array_equal(w.trace.step, np.arange(30))
    said = capsys.readouterr().err
    assert said.count("steps must be whole numbers that rise") == 1


@pytest.mark.parametrize("first", [0, 1, 7])
def test_steps_that_rise_by_ten_are_thinned_too(first: int) -> None:
    with watched() as w:
        for step in range(first, 100_000 + first, 10):
            w.log(step, loss=1.0, params=np.array([1.0]), gradient=np.array([1.0]))
    assert 256 < len(w.trace) <= 1024
    assert w.trace.step[0] == first
    assert w.failed is None


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"loss": "high"}, "the loss that was logged is a str; expected one number"),
        ({"loss": np.ones(3)}, "the loss that was logged is 3 numbers"),
        ({"loss": 1.0, "learning_rate": [1, 2]}, "the learning rate that was logged is 2 numbers"),
        ({"loss": 1.0, "params": np.ones(4), "gradient": np.ones(3)}, "came as w (4) where w (3)"),
        ({"loss": 1.0, "params": np.ones(3), "gradient": "up"}, "holds no real numbers"),
        ({"loss": 1.0, "accuracy": None, "f1": "good"}, "f1 that was logged is a str"),
        ({"loss": 1.0, "closure": lambda: 1.0}, "closure is of no use"),
    ],
)
def test_a_slip_is_said_once_and_the_loop_goes_on(
    call: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with watched() as w:
        w.log(loss=1.0, params=np.ones(3), gradient=np.ones(3), learning_rate=0.1)
        for _ in range(3):
            w.log(**call)
        w.log(loss=1.0, params=np.ones(3), gradient=np.ones(3), learning_rate=0.1)
    said = capsys.readouterr().err
    assert said.count(words) == 1
    assert w.failed is None
    assert len(w.trace) >= 2
    assert np.isfinite(w.trace.loss).all()


def test_measures_before_the_first_loss_are_those_of_the_first_step() -> None:
    with watched() as w:
        w.log(accuracy=0.25)
        w.log(loss=1.0)
        w.log(loss=0.5)
    np.testing.assert_array_equal(w.trace.measures["accuracy"], [0.25, np.nan])


@pytest.mark.parametrize(
    ("factor", "sign", "code"),
    [(1.0, -1.0, None), (200.0, -1.0, "gradient_scale"), (-1.0, -1.0, "gradient_sign"),
     (1.0, 1.0, "gradient_sign")],
)  # fmt: skip
def test_a_wrong_gradient_ends_the_loop_while_it_goes_on(
    factor: float, sign: float, code: str | None
) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = X @ [1.0, 2.0, 3.0] + rng.normal(size=200)
    params, rate = np.zeros(3), 0.02 / abs(factor)
    with watched(on_finding="stop") as w:
        for _ in range(300):
            error = X @ params - y
            gradient = factor * 2 / 200 * X.T @ error
            w.log(loss=np.mean(error**2), params=params, gradient=gradient, learning_rate=rate)
            params = params + sign * rate * gradient
    assert (None if w.stopped is None else w.stopped.code) == code
    assert len(w.trace) == 300 if code is None else len(w.trace) < 110
