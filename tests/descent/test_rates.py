"""Learning rates against torch's and optax's schedules, and against what they promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from steepest.descent.adaptive import Adaptive
from steepest.descent.backtracking import Backtracking
from steepest.descent.descend import descend
from steepest.descent.rate import Here, Planned, Rate
from steepest.descent.rates import (
    RATES,
    Constant,
    Cosine,
    ExponentialDecay,
    StepDecay,
    rate_named,
)
from steepest.errors import InputError
from steepest.objective.function import objective_from
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.trace import Trace

STEPS = np.arange(120)


def logistic(rows: int = 80, l1: float = 0.0) -> GeneralizedLinear:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(rows, 2)) * [1.0, 3.0]
    y = (X[:, 0] + rng.normal(size=rows) > 0).astype(float)
    return GeneralizedLinear(X, y, l1=l1)


def walked(rate: Rate, steps: int) -> list[float]:
    """What the rate says step by step, where it needs to know the step alone."""
    nothing = np.zeros(1)
    state, said = rate.start(), []
    for step in range(steps):
        here = Here(step, nothing, 0.0, nothing, lambda r: nothing, lambda p: 0.0)
        value, state = rate.next(here, state)
        said.append(value)
    return said


TORCH: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("step:0.3,every=7,factor=0.25", lambda s, o: s.StepLR(o, step_size=7, gamma=0.25)),
    ("step:0.3,every=1,factor=0.9", lambda s, o: s.StepLR(o, step_size=1, gamma=0.9)),
    ("exponential:0.3,factor=0.97", lambda s, o: s.ExponentialLR(o, gamma=0.97)),
    ("cosine:0.3,steps=119", lambda s, o: s.CosineAnnealingLR(o, T_max=119)),
    (
        "cosine:0.3,steps=119,least=0.05",
        lambda s, o: s.CosineAnnealingLR(o, T_max=119, eta_min=0.05),
    ),
]


@pytest.mark.parametrize(("text", "make"), TORCH, ids=[text for text, _ in TORCH])
def test_equal_to_torch(text: str, make: Callable[[Any, Any], Any]) -> None:
    torch = pytest.importorskip("torch")
    w = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.3)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    theirs = []
    for _ in STEPS:
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    rate = rate_named(text)
    assert isinstance(rate, Planned)
    np.testing.assert_allclose(rate.at(STEPS), theirs, rtol=1e-12, atol=1e-15)


OPTAX: list[tuple[str, Callable[[Any], Any]]] = [
    ("0.3", lambda o: o.constant_schedule(0.3)),
    ("step:0.3,every=7,factor=0.25", lambda o: o.exponential_decay(0.3, 7, 0.25, staircase=True)),
    ("exponential:0.3,factor=0.97", lambda o: o.exponential_decay(0.3, 1, 0.97)),
    ("cosine:0.3,steps=50", lambda o: o.cosine_decay_schedule(0.3, 50)),
    ("cosine:0.3,steps=50,least=0.03", lambda o: o.cosine_decay_schedule(0.3, 50, alpha=0.1)),
]


@pytest.mark.parametrize(("text", "make"), OPTAX, ids=[text for text, _ in OPTAX])
def test_equal_to_optax(text: str, make: Callable[[Any], Any]) -> None:
    """Beyond the end of a cosine, too: there both stay at the least."""
    jax, optax = pytest.importorskip("jax"), pytest.importorskip("optax")
    rate = rate_named(text)
    assert isinstance(rate, Planned)
    with jax.enable_x64(True):
        schedule = make(optax)
        theirs = np.array([float(schedule(jax.numpy.asarray(step))) for step in STEPS])
    np.testing.assert_allclose(rate.at(STEPS), theirs, rtol=1e-12, atol=1e-15)


PLANNED = ["0.2", "step:0.2,every=3", "exponential:0.2", "cosine:0.2,steps=20"]


@pytest.mark.parametrize("text", PLANNED)
def test_a_plan_says_the_same_all_at_once_and_step_by_step(text: str) -> None:
    rate = rate_named(text)
    assert isinstance(rate, Planned)
    assert walked(rate, 50) == rate.at(np.arange(50)).tolist()


@pytest.mark.parametrize("text", PLANNED)
def test_far_out_a_plan_is_still_a_number_from_zero_up(text: str) -> None:
    rate = rate_named(text)
    assert isinstance(rate, Planned)
    said = rate.at(np.array([10**6, 10**9, 10**12]))
    assert np.all((said >= 0.0) & (said <= 0.2))


@pytest.mark.parametrize("text", PLANNED)
def test_the_record_holds_the_numbers_of_the_plan(text: str) -> None:
    rate = rate_named(text)
    assert isinstance(rate, Planned)
    trace = descend(logistic(), learning_rate=text, steps=40, tolerance=0, curvature=False)
    assert trace.learning_rate.tolist() == rate.at(trace.step).tolist()
    steps = np.diff(trace.params, axis=0)
    np.testing.assert_allclose(
        steps, -trace.learning_rate[:-1, None] * trace.gradient[:-1], rtol=1e-9, atol=1e-15
    )


@pytest.mark.parametrize("rule", ["gradient_descent", "nesterov", "adam"])
@pytest.mark.parametrize("text", PLANNED)
def test_of_mini_batches_the_rest_of_an_epoch_takes_its_share(text: str, rule: str) -> None:
    """80 rows by 32: the third batch of an epoch has 16 rows, and takes half a step."""
    rate = rate_named(text)
    assert isinstance(rate, Planned)
    trace = descend(
        logistic(), learning_rate=text, rule=rule, batch=32, steps=31, tolerance=0, curvature=False
    )
    share = np.where(np.arange(32) % 3 == 2, 0.5, 1.0)
    np.testing.assert_allclose(trace.learning_rate, rate.at(trace.step) * share, rtol=1e-15)


def test_a_schedule_on_a_bowl_is_walked_and_not_computed_at_a_constant_rate() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(50, 2)), rng.normal(size=50)
    trace = descend(LeastSquares(X, y), learning_rate="step:0.5,every=5", steps=20, tolerance=0)
    assert "step by step" in str(trace.facts["path"].value)
    params, design = np.zeros(3), np.column_stack([X, np.ones(50)])
    for step in range(21):
        np.testing.assert_allclose(trace.params[step], params, atol=1e-12)
        params = params - 0.5 * 0.5 ** (step // 5) * design.T @ (design @ params - y) / 50


def named(name: str) -> str:
    return f"{name}:0.2" if name in ("constant", "step", "exponential", "cosine") else name


@pytest.mark.parametrize("name", RATES)
def test_every_rate_goes_down_on_a_logistic_cost(name: str) -> None:
    trace = descend(logistic(), learning_rate=named(name), steps=300, tolerance=1e-6)
    assert trace.last_loss < trace.loss[0] - 0.1
    assert np.all(np.isfinite(trace.learning_rate))
    assert np.all(trace.learning_rate > 0)


@pytest.mark.parametrize("name", RATES)
def test_every_rate_goes_down_around_kinks(name: str) -> None:
    trace = descend(logistic(l1=0.05), learning_rate=named(name), steps=300, tolerance=1e-6)
    assert trace.last_loss < trace.loss[0] - 0.09


@pytest.mark.parametrize("name", [name for name in RATES if named(name) != name])
def test_every_plan_goes_down_over_mini_batches(name: str) -> None:
    trace = descend(logistic(), learning_rate=named(name), batch=20, steps=300, tolerance=0)
    assert trace.last_loss < trace.measures["full_loss"][0] - 0.1


def surplus(trace: Trace) -> np.ndarray:
    """(k - 1,) how far each step stayed below its promise, relative to the loss it left from."""
    way = np.diff(trace.params, axis=0)
    rise = np.sum(trace.gradient[:-1] * way, axis=1)
    rise += np.sum(way**2, axis=1) / (2.0 * trace.learning_rate[:-1])
    return (trace.loss[:-1] + rise - trace.loss[1:]) / np.abs(trace.loss[:-1])


@pytest.mark.parametrize("first", [1e-6, 1.0, 1e6])
def test_backtracking_keeps_its_promise_at_every_step(first: float) -> None:
    trace = descend(
        logistic(), learning_rate=Backtracking(first), steps=60, tolerance=0, curvature=False
    )
    assert np.all(surplus(trace) >= -1e-11)
    assert np.all(np.diff(trace.loss) <= 1e-11 * trace.loss[0])


def test_backtracking_shrinks_and_grows() -> None:
    """On w⁴ the curvature falls on the way, so that a rate too long at first becomes too short."""
    quartic = objective_from(lambda w: float(w @ w) ** 2, lambda w: 4 * float(w @ w) * w)
    trace = descend(
        quartic, [10.0], learning_rate="backtracking:1.0", steps=30, tolerance=0, curvature=False
    )
    rates = trace.learning_rate
    assert rates[0] < 0.01
    assert rates[-1] > 10 * rates[0]
    assert np.all(surplus(trace) >= -1e-11)
    ratios = np.log2(rates[1:] / rates[:-1])
    np.testing.assert_array_equal(ratios, np.round(ratios))
    assert np.all(ratios <= 1.0)


def test_backtracking_with_its_own_numbers() -> None:
    quartic = objective_from(lambda w: float(w @ w) ** 2, lambda w: 4 * float(w @ w) * w)
    trace = descend(
        quartic,
        [10.0],
        learning_rate=Backtracking(1.0, shrink=0.3, grow=1.0),
        steps=30,
        tolerance=0,
        curvature=False,
    )
    assert np.all(np.diff(trace.learning_rate) <= 0)  # grow = 1: what is lost is not got back
    powers = np.log(trace.learning_rate) / np.log(0.3)
    np.testing.assert_allclose(powers, np.round(powers), atol=1e-9)


def test_backtracking_does_not_take_a_step_to_where_the_cost_is_no_number() -> None:
    def value(w: np.ndarray) -> float:
        return float(w[0] - np.log(w[0])) if w[0] > 0 else float("nan")

    barrier = objective_from(value, lambda w: 1 - 1 / w)
    trace = descend(
        barrier, [5.0], learning_rate="backtracking:100", steps=200, tolerance=1e-9, curvature=False
    )
    assert trace.stop.reason == "converged"
    assert trace.last_params[0] == pytest.approx(1.0, rel=1e-6)


def test_backtracking_at_the_bottom_stays_there() -> None:
    """Where the gradient is exactly zero every rate keeps its promise; it must not run away."""
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    trace = descend(
        bowl, [8.0], learning_rate="backtracking:0.5", steps=2000, tolerance=0, curvature=False
    )
    assert trace.params[1, 0] == 0.0
    assert np.all(np.isfinite(trace.learning_rate))
    assert trace.last_params[0] == 0.0


def test_adaptive_is_the_formula_of_its_authors() -> None:
    objective = logistic()
    trace = descend(
        objective, [2.0, -1.0, 0.5], learning_rate="adaptive", steps=50, tolerance=0,
        curvature=False,
    )  # fmt: skip
    moved = np.linalg.norm(np.diff(trace.params, axis=0), axis=1)
    turned = np.linalg.norm(np.diff(trace.gradient, axis=0), axis=1)
    rates = trace.learning_rate
    np.testing.assert_array_less(rates[0] * np.linalg.norm(trace.gradient[0]), 1e-5)
    assert rates[1] == pytest.approx(moved[0] / (2 * turned[0]), rel=1e-12)
    for k in range(2, 51):
        growing = np.sqrt(1 + rates[k - 1] / rates[k - 2]) * rates[k - 1]
        wanted = min(growing, moved[k - 1] / (2 * turned[k - 1]))
        assert rates[k] == pytest.approx(wanted, rel=1e-12)


def test_adaptive_does_not_leap_where_the_cost_is_flat_at_first() -> None:
    """Far out Huber's loss is straight: all curvature that is felt there is rounding."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=40)
    truth = 300 + 80 * x + rng.normal(size=40)
    objective = GeneralizedLinear(x[:, None], truth, loss="huber(50)", l2=0.01)
    trace = descend(objective, learning_rate="adaptive", steps=300, curvature=False)
    assert trace.stop.reason == "converged"
    assert np.abs(trace.params).max() < 1_000
    first = trace.learning_rate[1] * np.linalg.norm(trace.gradient[1])
    assert first == pytest.approx(1.0, rel=1e-3)


def test_adaptive_at_the_bottom_stays_there() -> None:
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    trace = descend(bowl, [0.0], learning_rate="adaptive", steps=3000, tolerance=0, curvature=False)
    assert np.all(trace.params == 0.0)
    assert np.all(np.isfinite(trace.learning_rate))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("0.1", Constant(0.1)),
        (" 1e-7 ", Constant(1e-7)),
        ("constant:0.1", Constant(0.1)),
        ("step:0.1", StepDecay(0.1)),
        ("step:0.1,30,0.2", StepDecay(0.1, every=30, factor=0.2)),
        ("step : 0.1 , factor = 0.2", StepDecay(0.1, factor=0.2)),
        ("exponential:0.1,0.5", ExponentialDecay(0.1, factor=0.5)),
        ("exponential:rate=0.1", ExponentialDecay(0.1)),
        ("cosine:0.1,steps=500,least=0.01", Cosine(0.1, steps=500, least=0.01)),
        ("backtracking", Backtracking()),
        ("backtracking:2,shrink=0.9,grow=1.1", Backtracking(2.0, shrink=0.9, grow=1.1)),
        ("adaptive", Adaptive()),
    ],
)
def test_rates_as_people_write_them(text: str, rate: Rate) -> None:
    assert rate_named(text) == rate


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no learning rate ''"),
        ("fast", "known: 'auto', a number, constant"),
        ("cosin:0.1", "did you mean 'cosine'"),
        ("0", "above 0"),
        ("-0.1", "above 0"),
        ("nan", "above 0"),
        ("inf", "above 0"),
        ("step", "lacks rate; write it as step:rate=...,every=...,factor=..."),
        ("step:every=30", "lacks rate"),
        ("step:0", "the learning rate is 0"),
        ("step:0.1,every=0", "every is 0; expected a number from 1 up"),
        ("step:0.1,factor=0", "factor is 0; expected a number above 0 and at most 1"),
        ("step:0.1,factor=1.5", "factor is 1.5"),
        ("step:0.1,30,0.5,7", "more numbers"),
        ("step:0.1,evry=30", "sets 'evry'"),
        ("exponential:-1", "the learning rate is -1"),
        ("exponential:0.1,factor=nan", "finite number"),
        ("cosine:0.1,steps=0.5", "steps is 0.5"),
        ("cosine:0.1,least=0.2", "from 0 to the rate"),
        ("cosine:0.1,least=-1", "from 0 to the rate"),
        ("cosine:x", "where a number should be"),
        ("backtracking:0", "first rate to try is 0"),
        ("backtracking:shrink=1", "shrink is 1"),
        ("backtracking:shrink=0", "shrink is 0"),
        ("backtracking:grow=0.5", "grow is 0.5"),
        ("adaptive:0.1", "more numbers"),
    ],
)
def test_rates_that_make_no_sense(text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        descend(logistic(), learning_rate=text, steps=1)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
