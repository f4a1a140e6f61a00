"""Update rules against torch.optim's and optax's numbers, and against what they promise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from steepest.descent.descend import descend
from steepest.descent.reference import Reference
from steepest.descent.rule import Recurrence
from steepest.descent.rules import RULES, GradientDescent, Momentum, Nesterov, rule_named
from steepest.errors import InputError
from steepest.objective.function import FunctionObjective, objective_from
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.objective.losses import huber

STEPS = 200
START = np.array([-1.1, 0.9, 0.4])


def rosenbrock() -> FunctionObjective:
    """Not convex, so that an error in a state would show."""

    def value(w: np.ndarray) -> float:
        return float(np.sum(100 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2))

    def gradient(w: np.ndarray) -> np.ndarray:
        slope = np.zeros_like(w)
        inner = w[1:] - w[:-1] ** 2
        slope[:-1] = -400 * w[:-1] * inner - 2 * (1 - w[:-1])
        slope[1:] += 200 * inner
        return slope

    return objective_from(value, gradient, names=3)


def ours(rule: str, rate: float) -> np.ndarray:
    trace = descend(
        rosenbrock(),
        START,
        rule=rule,
        learning_rate=rate,
        steps=STEPS,
        tolerance=0,
        curvature=False,
    )
    assert trace.params is not None
    return trace.params


def theirs_in_torch(make: Callable[[Any, list[Any]], Any]) -> np.ndarray:
    torch = pytest.importorskip("torch")
    objective = rosenbrock()
    w = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make(torch.optim, [w])
    path = [w.detach().numpy().copy()]
    for _ in range(STEPS):
        w.grad = torch.tensor(objective.value_and_gradient(path[-1])[1])
        optimizer.step()
        path.append(w.detach().numpy().copy())
    return np.array(path)


def theirs_in_optax(make: Callable[[Any], Any]) -> np.ndarray:
    jax, optax = pytest.importorskip("jax"), pytest.importorskip("optax")
    objective = rosenbrock()
    with jax.enable_x64(True):
        w = jax.numpy.array(START)
        rule = make(optax)
        state = rule.init(w)
        path = [np.asarray(w)]
        for _ in range(STEPS):
            gradient = jax.numpy.asarray(objective.value_and_gradient(path[-1])[1])
            updates, state = rule.update(gradient, state, w)
            w = optax.apply_updates(w, updates)
            path.append(np.asarray(w))
    return np.array(path)


TORCH: list[tuple[str, float, Callable[[Any, list[Any]], Any]]] = [
    ("gradient_descent", 1e-3, lambda o, w: o.SGD(w, lr=1e-3)),
    ("momentum", 1e-4, lambda o, w: o.SGD(w, lr=1e-4, momentum=0.9)),
    ("momentum:0.5", 1e-3, lambda o, w: o.SGD(w, lr=1e-3, momentum=0.5)),
    ("nesterov", 1e-4, lambda o, w: o.SGD(w, lr=1e-4, momentum=0.9, nesterov=True)),
    ("adagrad", 0.1, lambda o, w: o.Adagrad(w, lr=0.1)),
    ("adagrad:initial=0.1", 0.1, lambda o, w: o.Adagrad(w, lr=0.1, initial_accumulator_value=0.1)),
    ("rmsprop", 0.01, lambda o, w: o.RMSprop(w, lr=0.01)),
    ("rmsprop:rho=0.9", 1e-3, lambda o, w: o.RMSprop(w, lr=1e-3, alpha=0.9)),
    ("adam", 0.01, lambda o, w: o.Adam(w, lr=0.01)),
    ("adam:0.8,0.99,1e-6", 0.01, lambda o, w: o.Adam(w, lr=0.01, betas=(0.8, 0.99), eps=1e-6)),
]


@pytest.mark.parametrize(("rule", "rate", "make"), TORCH, ids=[name for name, _, _ in TORCH])
def test_equal_to_torch(rule: str, rate: float, make: Callable[[Any, list[Any]], Any]) -> None:
    np.testing.assert_allclose(ours(rule, rate), theirs_in_torch(make), rtol=1e-10, atol=1e-10)


OPTAX: list[tuple[str, float, Callable[[Any], Any]]] = [
    ("gradient_descent", 1e-3, lambda o: o.sgd(1e-3)),
    ("momentum", 1e-4, lambda o: o.sgd(1e-4, momentum=0.9)),
    ("nesterov", 1e-4, lambda o: o.sgd(1e-4, momentum=0.9, nesterov=True)),
    ("adagrad:eps=0,initial=0.1", 0.1, lambda o: o.adagrad(0.1, eps=0.0)),
    ("rmsprop:rho=0.9", 1e-3, lambda o: o.rmsprop(1e-3, decay=0.9, eps_in_sqrt=False)),
    ("adam", 0.01, lambda o: o.adam(0.01)),
]


@pytest.mark.parametrize(("rule", "rate", "make"), OPTAX, ids=[name for name, _, _ in OPTAX])
def test_equal_to_optax(rule: str, rate: float, make: Callable[[Any], Any]) -> None:
    np.testing.assert_allclose(ours(rule, rate), theirs_in_optax(make), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_finds_the_bottom_of_a_bowl(rule: Any) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3)) * [1.0, 2.0, 0.5]
    y = X @ [1.0, -2.0, 3.0] + 0.5 + rng.normal(size=60)
    objective = LeastSquares(X, y)
    rate = 0.05 if rule.name in ("adam", "rmsprop", "adagrad") else "auto"
    trace = descend(objective, rule=rule, learning_rate=rate, steps=20_000, tolerance=1e-6)
    near = 2e-2 if rule.name == "rmsprop" else 1e-3  # which circles at its rate
    np.testing.assert_allclose(trace.last_params, objective.bowl.minimum, rtol=near)
    assert trace.rule == rule.name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_goes_down_on_a_logistic_cost(rule: Any) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(80, 2))
    y = (X[:, 0] + rng.normal(size=80) > 0).astype(float)
    trace = descend(GeneralizedLinear(X, y), rule=rule, steps=300, tolerance=1e-6)
    assert trace.last_loss < trace.loss[0] - 0.01


@pytest.mark.parametrize("rule", [Momentum(0.9), Nesterov(0.9), Momentum(0.0), Nesterov(0.5)])
def test_the_closed_form_takes_the_steps_of_the_rule(rule: Momentum | Nesterov) -> None:
    """In closed form, and walked on the rows as the rule says."""
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(50, 4)) * [1, 3, 0.2, 1], rng.normal(size=50)
    objective, start = LeastSquares(X, y), rng.normal(size=5)
    rate = 0.9 * rule.recurrence.stability / objective.bowl.sharpness
    trace = descend(objective, start, rule=rule, learning_rate=rate, steps=300, tolerance=0)
    assert "closed form" in str(trace.facts["path"].value)
    params, state = start, rule.start(start)
    for step in range(301):
        np.testing.assert_allclose(
            trace.params[step], params, rtol=0, atol=1e-11 * np.abs(params).max()
        )
        loss, gradient = objective.on_rows(params)
        np.testing.assert_allclose(trace.loss[step], loss, rtol=1e-10)
        params, state = rule.step(params, gradient, rate, state, lambda p, r: p)


@pytest.mark.parametrize("rule", [GradientDescent(), Momentum(0.9), Nesterov(0.9)])
@pytest.mark.parametrize(("share", "goes_down"), [(0.98, True), (1.02, False)])
def test_the_largest_stable_rate_is_the_rules_own(
    rule: GradientDescent | Momentum, share: float, goes_down: bool
) -> None:
    rng = np.random.default_rng(3)
    objective = LeastSquares(rng.normal(size=(40, 2)), rng.normal(size=40))
    first = descend(objective, rule=rule, steps=1)
    limit = first.number("largest_stable_learning_rate")
    assert limit is not None
    trace = descend(objective, rule=rule, learning_rate=share * limit, steps=2000, tolerance=0)
    assert (trace.last_loss < trace.loss[0]) == goes_down


def test_stability_of_the_recurrences() -> None:
    assert Recurrence(0.0, 1.0, 0.0).stability == 2.0
    assert Momentum(0.9).recurrence.stability == pytest.approx(3.8)
    assert Nesterov(0.9).recurrence.stability == pytest.approx(3.8 / 2.8)


def test_fista_restarts_and_beats_plain_descent() -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(200, 5)) * np.logspace(0, -2, 5)
    y = X @ np.ones(5) + rng.normal(size=200)
    objective = LeastSquares(X, y)
    fast = descend(objective, rule="fista", steps=100_000, tolerance=1e-8)
    slow = descend(objective, steps=100_000, tolerance=1e-8)
    assert fast.stop.reason == "converged"
    assert fast.step[-1] * 10 < slow.step[-1]


def test_barzilai_borwein_needs_few_steps_and_records_its_rates() -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(100, 4)) * [1, 2, 5, 10]
    objective = LeastSquares(X, rng.normal(size=100))
    trace = descend(objective, rule="barzilai_borwein", steps=1000, tolerance=1e-9)
    assert trace.stop.reason == "converged"
    assert trace.step[-1] < 200
    curvatures = objective.bowl.curvatures
    inner = trace.learning_rate[2:-1]  # secant rates lie between 1/λ_max and 1/λ_min
    assert np.all(inner >= 0.999 / curvatures[0])
    assert np.all(inner <= 1.001 / curvatures[-1])


@pytest.mark.parametrize("off", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("l2", [1e-2, 1.0])
def test_barzilai_borwein_does_not_leap_where_the_cost_is_straight(off: float, l2: float) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5))
    X = (X - X.mean(axis=0)) / X.std(axis=0)  # no slope but that of the intercept, far out
    y = X @ [1.0, 2.0, 0.0, -1.0, 3.0] + rng.standard_t(2, size=200)
    near, far = (
        descend(
            GeneralizedLinear(X, y + to, loss=huber(4.0), l2=l2),
            rule="barzilai_borwein",
            steps=3_000,
        )
        for to in (0.0, off)
    )
    assert far.stop.reason == near.stop.reason == "converged"
    assert far.last_params == pytest.approx(
        np.add(near.last_params, [0, 0, 0, 0, 0, off]), rel=1e-5
    )


@pytest.mark.parametrize("rule", [rule for rule in RULES if isinstance(rule, Reference)])
def test_the_reference_solvers_are_recorded(rule: Reference) -> None:
    trace = descend(rosenbrock(), START, rule=rule, steps=500, tolerance=1e-6)
    np.testing.assert_allclose(trace.last_params, 1.0, rtol=1e-3)
    assert trace.stop.reason == "converged"
    assert np.all(np.isnan(trace.learning_rate))
    assert trace.consecutive
    np.testing.assert_array_equal(trace.params[0], START)


@pytest.mark.parametrize("rule", ["lbfgs", "conjugate_gradients"])
def test_the_reference_solvers_keep_to_the_steps(rule: str) -> None:
    trace = descend(rosenbrock(), START, rule=rule, steps=3, tolerance=0)
    assert trace.step.tolist() == [0, 1, 2, 3]
    assert trace.stop.reason == "budget"
    assert len(descend(rosenbrock(), START, rule=rule, steps=0)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("momntum", "did you mean 'momentum'"),
        ("momentum:1.5", "beta is 1.5"),
        ("momentum:0.5,0.5", "more numbers"),
        ("momentum:gamma=1", "sets 'gamma'"),
        ("momentum:beta=x", "where a number should be"),
        ("adam:beta2=1", "beta2 is 1"),
        ("adam:eps=nan", "finite number"),
        ("fista:1", "more numbers"),
    ],
)
def test_rules_that_make_no_sense(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        rule_named(text)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rule": "barzilai_borwein", "learning_rate": 0.1}, "sets its own learning rate"),
        ({"rule": "lbfgs", "learning_rate": 0.1}, "sets its own steps"),
        ({"rule": "lbfgs", "batch": 5}, "all rows at every step"),
        ({"rule": "barzilai_borwein", "batch": 5}, "mini-batches do not"),
        ({"learning_rate": "backtracking", "batch": 5}, "mini-batches do not"),
        ({"learning_rate": "backtracking", "rule": "momentum"}, "straight down"),
        ({"average": True}, "for mini-batches"),
        ({"full_loss_every": 3}, "for mini-batches"),
        ({"full_loss_every": 0, "batch": 5}, "from 1"),
    ],
)
def test_what_does_not_go_together(arguments: dict[str, Any], words: str) -> None:
    rng = np.random.default_rng(6)
    objective = LeastSquares(rng.normal(size=(20, 2)), rng.normal(size=20))
    with pytest.raises(InputError, match=words):
        descend(objective, **arguments)


def test_l1_needs_a_rule_that_steps_around_kinks() -> None:
    rng = np.random.default_rng(7)
    objective = GeneralizedLinear(
        rng.normal(size=(20, 2)), rng.normal(size=20), loss="squared", l1=0.1
    )
    for rule in RULES:
        if isinstance(rule, Reference) or not rule.traits.proximal:
            with pytest.raises(InputError, match=r"kinks|l1"):
                descend(objective, rule=rule)


def test_recorded_rates_are_finite_numbers() -> None:
    objective = rosenbrock()
    for rule in RULES:
        if not isinstance(rule, Reference):
            trace = descend(objective, START, rule=rule, steps=5, curvature=False)
            assert all(math.isfinite(rate) and rate > 0 for rate in trace.learning_rate)
