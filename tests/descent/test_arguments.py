"""Arguments of a descent, of rules and of rates: taken as meant, or refused in one sentence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from steepest.arguments import as_float, flag, real, shown, texts, whole
from steepest.descent.adaptive_rules import AdaGrad, Adam, RMSProp
from steepest.descent.descend import descend
from steepest.descent.rates import Constant, Cosine, ExponentialDecay, StepDecay
from steepest.descent.recorder import Row
from steepest.descent.rules import RULES, GradientDescent, Momentum, Nesterov, rule_given
from steepest.errors import InputError
from steepest.objective.function import objective_from
from steepest.objective.least_squares import LeastSquares

BOWL = objective_from(lambda w: float(w @ w), lambda w: 2 * w, names=("a", "b"))
LINE = LeastSquares(np.arange(8.0).reshape(8, 1), np.arange(8.0) ** 2)
HUGE = 10**400


def one_sentence(refused: pytest.ExceptionInfo[InputError]) -> str:
    said = str(refused.value)
    assert "\n" not in said
    assert len(said) < 300
    return said


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("steps", ["a", None, 1.5, math.nan, math.inf, True, -1, [1], 1j, np.array([1, 2])]),
        ("batch", [2.5, "full", True, 0, -1, [1], math.nan]),
        ("tolerance", ["x", None, True, math.nan, 1.0, -1e-9, 1j, [0.1], HUGE]),
        ("seed", [-1, "a", None, 1.5, True, [1]]),
        ("start", ["ones", ["a", "b"], [[1], [1, 2]], [1j, 2], object(), [None, 1]]),
        ("start", [{"c": 1}, {3: 1}, {"a": "x"}, [math.nan, 1], [HUGE, 1], 3, [], np.eye(2) * 1j]),
        (
            "learning_rate",
            [[1], True, HUGE, 1j, None, "fast", np.array([0.1]), np.nan, 0, Constant],
        ),
        ("rule", [3, GradientDescent, Momentum, "", "momntum", object(), [Adam()]]),
        ("full_loss_every", [1.5, 0, "a", True]),
        ("average", ["yes", None, 2]),
        ("curvature", ["no", None]),
        ("on_step", [3, "print"]),
    ],
)
def test_what_cannot_be_used_is_named_in_one_sentence(argument: str, values: list[Any]) -> None:
    for value in values:
        arguments: dict[str, Any] = {"start": [1.0, 1.0], "steps": 3, argument: value}
        with pytest.raises(InputError) as refused:
            descend(BOWL, **arguments)
        assert argument.replace("_", " ") in one_sentence(refused).replace("_", " "), value


@pytest.mark.parametrize(
    "objective", [3, None, "x", LeastSquares, lambda w: 0.0, np.zeros(2), object()]
)
def test_what_is_no_objective(objective: Any) -> None:
    with pytest.raises(InputError, match=r"the objective is .* objective_from"):
        descend(objective, [1.0])


@pytest.mark.parametrize(
    "rate", [np.float32(0.125), np.float64(0.125), np.array(0.125), np.float16(0.125)]
)
def test_a_number_of_numpy_is_a_learning_rate(rate: Any) -> None:
    ours = descend(BOWL, [1.0, 2.0], learning_rate=rate, steps=5, tolerance=0)
    plain = descend(BOWL, [1.0, 2.0], learning_rate=0.125, steps=5, tolerance=0)
    assert ours.loss.tolist() == plain.loss.tolist()
    assert ours.learning_rate.dtype == np.float64


def test_whole_numbers_come_as_ints_whatever_they_came_as() -> None:
    trace = descend(
        LINE, learning_rate=np.float64(1e-3), steps=np.int64(4), batch=np.float32(2.0), seed=3.0
    )
    again = descend(LINE, learning_rate=1e-3, steps=4, batch=2, seed=3)
    assert trace.loss.tolist() == again.loss.tolist()
    assert descend(BOWL, [1.0, 1.0], learning_rate=np.int64(1), steps=1).learning_rate[0] == 1.0


@pytest.mark.parametrize("rate", [1e200, 1e308])
def test_a_rate_beyond_all_sense_ends_it_and_is_no_error(rate: float) -> None:
    for objective, curvature in ((BOWL, False), (LINE, True)):
        trace = descend(
            objective, [1.0, 1.0], learning_rate=rate, steps=9, tolerance=0, curvature=curvature
        )
        assert trace.stop.reason == "non_finite"


def test_a_start_by_word_and_by_name() -> None:
    def first(start: Any, seed: int = 0) -> list[float]:
        trace = descend(BOWL, start, steps=1, seed=seed)
        assert trace.params is not None
        return trace.params[0].tolist()

    assert first("zeros") == first(None) == [0.0, 0.0]
    assert first({"b": 2}) == first("b=2") == first([0, np.float32(2)]) == [0.0, 2.0]
    assert first("random", 1) == first("random", 1) != first("random", 2)


@pytest.mark.parametrize("kind", [Momentum, Nesterov, AdaGrad, RMSProp, Adam])
@pytest.mark.parametrize("value", ["x", None, True, -0.1, math.nan, 1j, HUGE, [0.5]])
def test_numbers_of_rules(kind: Any, value: Any) -> None:
    with pytest.raises(InputError, match="expected a number from 0") as refused:
        kind(value)
    one_sentence(refused)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Constant, {"rate": 0.1}),
        (StepDecay, {"rate": 0.1, "every": 2, "factor": 0.5}),
        (ExponentialDecay, {"rate": 0.1, "factor": 0.5}),
        (Cosine, {"rate": 0.1, "steps": 5, "least": 0.01}),
    ],
)
@pytest.mark.parametrize("value", ["x", None, True, -0.1, math.nan, 1j, HUGE, [0.5]])
def test_numbers_of_rates(kind: Any, fields: dict[str, Any], value: Any) -> None:
    kind(**fields)
    for name in fields:
        with pytest.raises(InputError, match="expected a number") as refused:
            kind(**{**fields, name: value})
        assert name in one_sentence(refused)


def test_rules_and_rates_hold_plain_floats() -> None:
    assert Momentum(np.float32(0.5)) == Momentum(0.5)
    assert repr(Constant(np.int64(2))) == "Constant(rate=2.0)"
    assert Constant(np.float32(0.5)).at(np.arange(2)).dtype == np.float64


def test_a_rule_is_meant_by_itself_by_its_name_or_by_none() -> None:
    assert rule_given(None) == rule_given("gradient_descent") == GradientDescent()
    for rule in RULES:
        assert rule_given(rule) is rule


@pytest.mark.parametrize("objective", [BOWL, LINE], ids=["walked", "in closed form"])
@pytest.mark.parametrize("rule", [GradientDescent(), Adam(), "lbfgs"])
def test_what_on_step_gets_cannot_be_written_into(objective: Any, rule: Any) -> None:
    refused: list[int] = []

    def scribble(row: Row) -> None:
        for array in (row.params, row.gradient):
            try:
                array[:] = 1e9
            except ValueError:
                refused.append(row.step)

    plain = descend(objective, [1.0, 1.0], rule=rule, steps=9, tolerance=0)
    looked = descend(objective, [1.0, 1.0], rule=rule, steps=9, tolerance=0, on_step=scribble)
    assert len(refused) == 2 * len(looked)
    assert looked.loss.tolist() == plain.loss.tolist()
    assert looked.last_params.flags.writeable == plain.last_params.flags.writeable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (np.float64(0.1), "0.1"),
        (np.array(3), "3"),
        ("a\nb", r"'a\nb'"),
        (Adam, "the class Adam"),
        (np.zeros((2, 2)), "array([[0., 0.], [0., 0.]])"),
    ],
)
def test_values_as_sentences_show_them(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_number_that_python_does_not_write_out_is_refused_like_any_other() -> None:
    with pytest.raises(InputError, match="tolerance is a number of thousands of digits"):
        descend(BOWL, [1.0, 1.0], tolerance=10**5000)


def test_the_checks_themselves() -> None:
    assert real("x", np.float32(0.5)) == 0.5
    assert whole("x", np.int8(3), 0, 5) == 3
    assert flag("x", np.True_) is True
    assert flag("x", 0) is False
    assert texts("x", np.array(["a", "b"])) == ("a", "b")
    assert math.isnan(as_float("1"))
    with pytest.raises(InputError, match="x is 7; expected a whole number from 0 to 5"):
        whole("x", 7, 0, 5)
    with pytest.raises(InputError, match="x is nan; expected a finite number"):
        real("x", math.nan)
    with pytest.raises(InputError, match="x holds 'a' twice"):
        texts("x", ["a", "a"])
