"""Mini-batch descent: the compiled loop and the general walk give the same record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from steepest.descent.batching import Batching
from steepest.descent.descend import descend
from steepest.descent.recorder import Row
from steepest.descent.rules import Momentum, Nesterov
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.objective.objective import Objective
from steepest.trace import Trace

ROWS = 50
RNG = np.random.default_rng(11)
X = RNG.normal(size=(ROWS, 3)) * [1.0, 2.0, 0.5]
Y = X @ [1.0, -1.0, 2.0] + RNG.normal(size=ROWS)
WEIGHT = RNG.random(ROWS) + 0.2


def squared(**options: Any) -> LeastSquares:
    return LeastSquares(X, Y, **options)


def logistic(**options: Any) -> GeneralizedLinear:
    return GeneralizedLinear(X, (Y > 0).astype(float), **options)


def poisson(**options: Any) -> GeneralizedLinear:
    return GeneralizedLinear(X, np.round(np.abs(Y)), loss="poisson", **options)


Ask = Callable[..., Trace]


@pytest.fixture
def general(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Descend by the general walk, whatever there is a compiled loop for."""

    def ask(*words: Any, **options: Any) -> Trace:
        with monkeypatch.context() as patched:
            patched.setattr(Batching, "compiled_cost", lambda self: None)
            trace = descend(*words, **options)
        assert "step by step" in str(trace.facts["path"].value)
        return trace

    return ask


def compiled(*words: Any, **options: Any) -> Trace:
    trace = descend(*words, **options)
    assert "compiled loop" in str(trace.facts["path"].value)
    return trace


def same(one: Trace, other: Trace) -> None:
    assert one.step.tolist() == other.step.tolist()
    assert one.stop.reason == other.stop.reason
    assert one.loss_of == other.loss_of == "batch"
    for name in ("loss", "params", "gradient", "learning_rate"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-12, err_msg=name
        )
    np.testing.assert_allclose(
        one.measures["full_loss"], other.measures["full_loss"], rtol=1e-12, atol=1e-12
    )


COSTS: list[tuple[Callable[..., Objective], dict[str, Any]]] = [
    (squared, {}),
    (squared, {"weight": WEIGHT, "l2": 0.1}),
    (squared, {"l1": 0.05, "intercept": False}),
    (logistic, {}),
    (logistic, {"weight": WEIGHT, "l2": 0.1, "l1": 0.02}),
    (poisson, {"l2": 0.01}),
]
WAYS: list[dict[str, Any]] = [
    {"batch": 1},
    {"batch": 8},
    {"batch": ROWS},
    {"batch": 8, "learning_rate": "step:0.02,every=10"},
    {"batch": 8, "full_loss_every": 5},
]


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize(
    ("cost", "options"), COSTS, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_both_ways_give_the_same_record(
    cost: Callable[..., Objective], options: dict[str, Any], way: dict[str, Any], general: Ask
) -> None:
    asked = {"learning_rate": 0.02, "steps": 40, "tolerance": 0, "curvature": False, **way}
    same(compiled(cost(**options), **asked), general(cost(**options), **asked))


@pytest.mark.parametrize("batch", [1, 8])
def test_momentum_is_the_same_in_both_ways(batch: int, general: Ask) -> None:
    asked = {"learning_rate": 0.005, "steps": 60, "batch": batch, "rule": Momentum(0.8)}
    same(compiled(logistic(), **asked), general(logistic(), **asked))


def test_another_rule_that_takes_the_same_steps_gives_the_same_record() -> None:
    """Nesterov without memory is plain descent, but has no compiled loop."""
    asked = {"learning_rate": 0.02, "steps": 60, "batch": 8}
    walked = descend(logistic(), rule=Nesterov(0.0), **asked)
    assert "step by step" in str(walked.facts["path"].value)
    same(compiled(logistic(), **asked), walked)


@pytest.mark.parametrize("way", ["compiled", "general"])
@pytest.mark.parametrize(("steps", "begin"), [(40, 20), (10, 5), (1, 0), (0, 0)])
def test_the_average_is_the_mean_of_the_second_half(
    way: str, steps: int, begin: int, general: Ask
) -> None:
    objective, ask = logistic(), {"compiled": compiled, "general": general}[way]
    trace = ask(objective, learning_rate=0.1, steps=steps, batch=8, average=True, tolerance=0)
    wanted = trace.params[begin:].mean(axis=0)
    np.testing.assert_allclose(trace.facts["average"].array, wanted, rtol=1e-12, atol=1e-14)
    assert trace.number("average_loss") == pytest.approx(
        objective.value_and_gradient(wanted)[0], rel=1e-12
    )
    assert f"from step {begin} to step {steps}" in trace.facts["average"].how


@pytest.mark.parametrize("way", ["compiled", "general"])
def test_averaging_does_not_change_the_steps(way: str, general: Ask) -> None:
    ask = {"compiled": compiled, "general": general}[way]
    asked = {"learning_rate": 0.1, "steps": 40, "batch": 8, "tolerance": 0}
    plain = ask(logistic(), **asked)
    same(ask(logistic(), average=True, **asked), plain)
    assert "average" not in plain.facts


def test_the_average_is_nearer_to_the_minimum_than_the_last_iterate() -> None:
    objective = squared()
    trace = descend(objective, learning_rate=0.05, steps=20_000, batch=1, average=True)
    minimum = objective.bowl.minimum
    assert np.linalg.norm(trace.facts["average"].array - minimum) < 0.3 * np.linalg.norm(
        np.median(np.abs(trace.params[1000:] - minimum), axis=0)
    )


@pytest.mark.parametrize("way", ["compiled", "general"])
@pytest.mark.parametrize(("every", "at"), [(None, 7), (5, 5), (1, 1), (100, 100)])
def test_the_full_loss_comes_at_its_cadence_and_is_never_the_batchs(
    way: str, every: int | None, at: int, general: Ask
) -> None:
    objective, ask = logistic(), {"compiled": compiled, "general": general}[way]
    trace = ask(objective, learning_rate=0.1, steps=38, batch=8, full_loss_every=every, tolerance=0)
    full = trace.measures["full_loss"]
    known = np.isfinite(full)
    np.testing.assert_array_equal(known, (trace.step % at == 0) | (trace.step == 38))
    wanted = [objective.value_and_gradient(params)[0] for params in trace.params[known]]
    np.testing.assert_allclose(full[known], wanted, rtol=1e-12)
    moved = known & (trace.step > 0)  # at zeros every row of a logistic cost has the same loss
    assert np.all(np.abs(full[moved] - trace.loss[moved]) > 1e-6)
    assert trace.last_loss == full[-1]


@pytest.mark.parametrize("way", ["compiled", "general"])
def test_the_loss_and_gradient_are_those_of_the_batch(way: str, general: Ask) -> None:
    ask = {"compiled": compiled, "general": general}[way]
    trace = ask(squared(), learning_rate=0.01, steps=20, batch=8, seed=4, tolerance=0)
    generator, design = np.random.default_rng(4), np.column_stack([X, np.ones(ROWS)])
    order = np.concatenate([generator.permutation(ROWS) for _ in range(3)]).reshape(3, ROWS)
    for step in range(21):
        epoch, place = divmod(step, 7)
        rows = order[epoch][8 * place : 8 * place + 8]
        residual = design[rows] @ trace.params[step] - Y[rows]
        assert trace.loss[step] == pytest.approx(0.5 * np.mean(residual**2), rel=1e-11)
        np.testing.assert_allclose(
            trace.gradient[step], design[rows].T @ residual / len(rows), rtol=1e-10, atol=1e-12
        )


@pytest.mark.parametrize("way", ["compiled", "general"])
@pytest.mark.parametrize("last", [0, 1, 13])
def test_an_interrupt_keeps_the_rows_up_to_there(way: str, last: int, general: Ask) -> None:
    def stop(row: Row) -> None:
        if row.step == last:
            raise KeyboardInterrupt

    objective, ask = logistic(), {"compiled": compiled, "general": general}[way]
    trace = ask(objective, learning_rate=0.1, steps=500, batch=8, on_step=stop)
    assert trace.step.tolist() == list(range(last + 1))
    assert trace.stop.reason == "interrupted"
    assert f"step {last}" in trace.stop.because
    assert trace.last_loss == pytest.approx(
        objective.value_and_gradient(trace.last_params)[0], rel=1e-12
    )


@pytest.mark.parametrize("way", ["compiled", "general"])
def test_every_row_is_shown_once_and_in_order(way: str, general: Ask) -> None:
    seen: list[int] = []
    ask = {"compiled": compiled, "general": general}[way]
    trace = ask(logistic(), steps=100, batch=8, on_step=lambda row: seen.append(row.step))
    assert seen == trace.step.tolist() == list(range(101))


@pytest.mark.parametrize("way", ["compiled", "general"])
@pytest.mark.parametrize("cost", [squared, poisson], ids=lambda cost: cost.__name__)
def test_what_diverges_ends_where_it_is_no_number_any_more(
    cost: Callable[..., Objective], way: str, general: Ask
) -> None:
    ask = {"compiled": compiled, "general": general}[way]
    trace = ask(cost(), learning_rate=50.0, steps=5000, batch=8, average=True, curvature=False)
    assert trace.stop.reason == "non_finite"
    assert trace.step[-1] < 5000
    assert np.all(np.isfinite(trace.loss[:-1]))
    assert not (np.isfinite(trace.loss[-1]) and np.all(np.isfinite(trace.gradient[-1])))
    assert trace.consecutive


def test_what_diverges_is_the_same_in_both_ways(general: Ask) -> None:
    asked = {"learning_rate": 50.0, "steps": 5000, "batch": 8, "curvature": False}
    one, other = compiled(squared(), **asked), general(squared(), **asked)
    assert one.step[-1] == other.step[-1]
    assert one.stop == other.stop


@pytest.mark.parametrize("way", ["compiled", "general"])
def test_a_seed_says_it_all(way: str, general: Ask) -> None:
    ask = {"compiled": compiled, "general": general}[way]
    asked = {"learning_rate": 0.1, "steps": 30, "batch": 8}
    one, again = (ask(logistic(), seed=1, **asked) for _ in range(2))
    np.testing.assert_array_equal(one.params, again.params)
    other = ask(logistic(), seed=2, **asked)
    assert not np.array_equal(one.params, other.params)


def test_softmax_has_no_compiled_loop_and_walks() -> None:
    objective = GeneralizedLinear(X, np.digitize(Y, [-1.0, 1.0]).astype(float), loss="softmax")
    trace = descend(objective, steps=40, batch=8, average=True, tolerance=0)
    assert "step by step" in str(trace.facts["path"].value)
    np.testing.assert_allclose(
        trace.facts["average"].array, trace.params[20:].mean(axis=0), rtol=1e-12, atol=1e-14
    )
