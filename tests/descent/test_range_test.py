"""The learning-rate range test: what it suggests, beside the true limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steepest.descent.descend import descend
from steepest.descent.range_test import GROWTH, find_learning_rate
from steepest.errors import InputError
from steepest.objective.function import objective_from
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.objective.objective import Objective


def table(scales: list[float], rows: int = 120) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(rows, len(scales))) * scales
    return X, X @ np.ones(len(scales)) + rng.normal(size=rows)


def scaled() -> LeastSquares:
    return LeastSquares(*table([1.0, 1.0, 1.0]))


def raw() -> LeastSquares:
    X, y = table([1.0, 800.0, 0.01])
    return LeastSquares(X + np.array([5.0, 2000.0, 0.3]), y)


def ill_conditioned() -> LeastSquares:
    return LeastSquares(*table([1.0, 1e-2, 1e-4, 1e-6]))


def logistic(**options: Any) -> GeneralizedLinear:
    X, y = table([1.0, 4.0])
    return GeneralizedLinear(X, (y > 0).astype(float), **options)


def softmax() -> GeneralizedLinear:
    X, y = table([1.0, 4.0])
    return GeneralizedLinear(X, np.digitize(y, [-2.0, 2.0]).astype(float), loss="softmax")


COSTS = [scaled, raw, ill_conditioned, logistic, softmax]


@pytest.mark.parametrize("cost", [scaled, raw, ill_conditioned], ids=lambda cost: cost.__name__)
@pytest.mark.parametrize("rule", ["gradient_descent", "momentum", "nesterov"])
def test_the_suggestion_is_below_the_known_limit(cost: Any, rule: str) -> None:
    found = find_learning_rate(cost(), rule=rule)
    assert found.limit is not None
    assert found.share_of_limit == found.suggestion / found.limit
    assert found.suggestion < found.limit


@pytest.mark.parametrize("cost", COSTS, ids=lambda cost: cost.__name__)
def test_a_descent_with_the_suggestion_goes_down(cost: Any) -> None:
    objective = cost()
    found = find_learning_rate(objective)
    trace = descend(objective, learning_rate=found.suggestion, steps=50, tolerance=0)
    assert trace.last_loss < trace.loss[0]


@pytest.mark.parametrize("rule", ["gradient_descent", "momentum", "nesterov"])
def test_the_limit_of_a_bowl_is_the_rules_own(rule: str) -> None:
    objective = scaled()
    found = find_learning_rate(objective, rule=rule)
    trace = descend(objective, rule=rule, steps=1)
    assert found.limit == trace.number("largest_stable_learning_rate")
    assert "exact" in found.limit_how


def test_the_limit_of_another_cost_is_that_at_the_start() -> None:
    objective = logistic()
    found = find_learning_rate(objective, [0.1, 0.2, 0.3])
    sharpness = np.linalg.eigvalsh(objective.hessian(np.array([0.1, 0.2, 0.3])))[-1]
    assert found.limit == pytest.approx(2.0 / sharpness, rel=1e-6)
    assert "at the start" in found.limit_how


@pytest.mark.parametrize("rule", ["fista", "adam", "rmsprop", "adagrad"])
def test_of_other_rules_no_limit_is_known(rule: str) -> None:
    found = find_learning_rate(scaled(), rule=rule)
    assert found.limit is None
    assert found.share_of_limit is None
    assert rule in found.limit_how
    assert found.suggestion > 0


def test_the_steps_are_those_of_the_rule() -> None:
    objective = scaled()
    found = find_learning_rate(objective)
    np.testing.assert_allclose(found.rates[1:] / found.rates[:-1], GROWTH, rtol=1e-12)
    params = np.zeros(4)
    for rate, loss in zip(found.rates, found.losses, strict=True):
        value, gradient = objective.value_and_gradient(params)
        assert loss == pytest.approx(value, rel=1e-9)
        params = params - rate * gradient


def test_the_suggestion_is_a_tenth_of_the_rate_that_led_to_the_lowest_loss() -> None:
    found = find_learning_rate(scaled())
    assert found.lowest_at == found.rates[np.argmin(found.losses) - 1]
    assert found.suggestion == found.lowest_at / 10


def test_it_ends_where_the_loss_breaks() -> None:
    found = find_learning_rate(scaled())
    assert len(found.rates) < 500
    assert found.losses[-1] > 3 * found.losses[0]
    assert np.all(found.losses[:-1] <= 6 * found.losses[0])


@pytest.mark.parametrize("batch", [1, 7, 120])
@pytest.mark.parametrize("cost", [scaled, logistic], ids=lambda cost: cost.__name__)
def test_batches_are_seeded_and_their_losses_those_of_all_rows(cost: Any, batch: int) -> None:
    objective: Objective = cost()
    found = find_learning_rate(objective, batch=batch, seed=3)
    again = find_learning_rate(objective, batch=batch, seed=3)
    np.testing.assert_array_equal(found.losses, again.losses)
    np.testing.assert_array_equal(found.rates, again.rates)
    begin = objective.value_and_gradient(np.zeros(len(objective.names)))[0]
    assert found.losses[0] == pytest.approx(begin, rel=1e-12)
    assert 0 < found.suggestion < (found.limit if cost is scaled else np.inf)
    if batch < 120:
        other = find_learning_rate(objective, batch=batch, seed=4)
        assert not np.array_equal(found.rates, other.rates) or not np.array_equal(
            found.losses, other.losses
        )


def test_a_batch_of_all_rows_is_no_batch() -> None:
    objective = scaled()
    whole, batch = find_learning_rate(objective), find_learning_rate(objective, batch=120)
    assert len(whole.rates) == len(batch.rates)
    np.testing.assert_allclose(whole.losses[:150], batch.losses[:150], rtol=1e-8)


@pytest.mark.parametrize("rule", ["gradient_descent", "fista"])
def test_around_kinks_the_losses_are_the_whole_cost(rule: str) -> None:
    objective = logistic(l1=0.1)
    found = find_learning_rate(objective, [1.0, 1.0, 0.0], rule=rule)
    assert found.losses[0] == pytest.approx(
        objective.value_and_gradient(np.array([1.0, 1.0, 0.0]))[0], rel=1e-12
    )
    trace = descend(objective, learning_rate=found.suggestion, rule=rule, steps=50, tolerance=0)
    assert trace.last_loss < trace.loss[0]


def test_far_from_the_origin_the_first_rate_is_small_beside_the_params() -> None:
    found = find_learning_rate(scaled(), np.full(4, 1e6))
    assert found.suggestion < found.limit
    assert np.isfinite(found.losses[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rule": "lbfgs"}, "lbfgs sets its own steps"),
        ({"rule": "conjugate_gradients"}, "sets its own steps"),
        ({"rule": "barzilai_borwein"}, "barzilai_borwein sets its own steps"),
        ({"rule": "adm"}, "no update rule 'adm'"),
        ({"start": [1.0]}, "start has 1 numbers; expected 4"),
        ({"start": [np.nan, 0, 0, 0]}, "start holds nan"),
    ],
)
def test_what_makes_no_sense(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        find_learning_rate(scaled(), **arguments)


@pytest.mark.parametrize("batch", [0, -3, 121])
def test_batches_that_make_no_sense(batch: int) -> None:
    with pytest.raises(InputError, match="batch is"):
        find_learning_rate(scaled(), batch=batch)


def test_kinks_need_a_rule_that_steps_around_them() -> None:
    with pytest.raises(InputError, match="kinks"):
        find_learning_rate(logistic(l1=0.1), rule="momentum")


def test_a_function_has_no_rows_to_take_batches_of() -> None:
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    with pytest.raises(InputError, match="no rows"):
        find_learning_rate(bowl, [1.0], batch=5)


def test_where_the_gradient_is_zero_no_rate_can_be_tried() -> None:
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    with pytest.raises(InputError, match="start somewhere else"):
        find_learning_rate(bowl, [0.0])


def test_where_the_loss_is_no_number_no_rate_can_be_tried() -> None:
    broken = objective_from(lambda w: float("nan"), lambda w: 2 * w)
    with pytest.raises(InputError, match="start"):
        find_learning_rate(broken, [1.0])


def test_a_cost_that_is_not_curved_upwards_has_no_limit() -> None:
    hill = objective_from(lambda w: -float(w @ w), lambda w: -2 * w)
    found = find_learning_rate(hill, [1.0])
    assert found.limit is None
    assert "not curved upwards" in found.limit_how
