"""Every rule: a trace that must fire, one that must not, one that cannot tell."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from steepest.descent.descend import descend
from steepest.diagnosis import diagnose as home
from steepest.diagnosis.diagnose import RULES, diagnose
from steepest.objective.function import objective_from
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares
from steepest.trace import Stop, Trace

PARABOLA = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
SECTIONS = ("Sees", "Matters", "Decides", "When it is wrong", "Try", "Sources")


def parabola(rate: float, steps: int = 50) -> Trace:
    return descend(PARABOLA, [10.0], learning_rate=rate, steps=steps, tolerance=0)


def houses(per: float = 1.0) -> LeastSquares:
    """House sizes in square feet divided by `per`; price in thousands of dollars."""
    rng = np.random.default_rng(0)
    size = rng.uniform(800, 3500, 50)
    return LeastSquares(size[:, None] / per, 60 + 0.14 * size + 30 * rng.normal(size=50))


def classes() -> GeneralizedLinear:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 3))
    return GeneralizedLinear(X, (X @ [1, -2, 0.5] + rng.logistic(size=200) > 0).astype(float))


def loss_alone(trace: Trace) -> Trace:
    """What a plain log holds: the losses, and nothing known about the rest."""
    return replace(trace, params=None, gradient=None, rule="unknown", facts={}, measures={})


def broken() -> Trace:
    """A loss that breaks at once, without growing first."""
    trace = parabola(0.1, 20)
    loss = trace.loss.copy()
    loss[12:] = np.nan
    return replace(trace, loss=loss, stop=Stop("non_finite", "NaN"))


def separated() -> Trace:
    X = np.array([[-2.0], [-1.0], [1.0], [3.0]])
    return descend(GeneralizedLinear(X, np.array([0.0, 0.0, 1.0, 1.0])), steps=1000)


def noisy() -> Trace:
    return descend(classes(), batch=10, steps=2000, learning_rate=0.5, tolerance=0)


def flipped(*which: int) -> Trace:
    """A loop whose gradient has the wrong sign in some coordinates."""
    objective = houses(1000.0)
    signs = np.ones(2)
    signs[list(which)] = -1

    def wrong(params: np.ndarray) -> np.ndarray:
        return signs * objective.value_and_gradient(params)[1]

    bug = objective_from(lambda p: objective.value_and_gradient(p)[0], wrong, names=("w", "b"))
    return descend(bug, [-100.0, 900.0], learning_rate=0.05, steps=60)


FIRES: dict[str, Callable[[], Trace]] = {
    "gradient_sign": lambda: flipped(1),
    "diverging": lambda: parabola(1.05),
    "non_finite": broken,
    "oscillating": lambda: parabola(1.0),
    "separable": separated,
    "overshooting": lambda: parabola(0.9),
    "ill_conditioned": lambda: descend(houses(), [-0.1, 900], steps=1000),
    "crawling": lambda: parabola(0.001),
    "noise_floor": noisy,
    "converged": lambda: parabola(0.2),
    "unfinished": lambda: descend(houses(1000.0), [-100, 900], steps=100),
}
CLEAR: dict[str, Callable[[], Trace]] = dict.fromkeys(FIRES, lambda: parabola(0.4)) | {
    "converged": lambda: parabola(0.001),
}
CANNOT: dict[str, Callable[[], Trace] | None] = {
    "gradient_sign": noisy,
    "diverging": lambda: parabola(0.1, 1),
    "non_finite": None,  # a number is finite or not: it can always tell
    "oscillating": lambda: loss_alone(parabola(0.4)),
    "separable": None,  # it was proven or it was not
    "overshooting": noisy,
    "ill_conditioned": lambda: loss_alone(parabola(0.4)),
    "crawling": lambda: loss_alone(parabola(0.4)),
    "noise_floor": lambda: descend(classes(), batch=50, steps=10, tolerance=0),
    "converged": lambda: loss_alone(parabola(0.1, 2)),
    "unfinished": lambda: parabola(0.1, 0),
}
CODES = [rule.__name__ for rule in RULES]


@pytest.mark.parametrize("code", CODES)
def test_it_is_the_verdict_where_it_must_be(code: str) -> None:
    diagnosis = diagnose(FIRES[code]())
    assert diagnosis.verdict == code
    finding = diagnosis.findings[0]
    assert finding.evidence
    assert any(character.isdigit() for character in finding.because)


@pytest.mark.parametrize("code", CODES)
def test_it_is_clear_where_it_must_not_be(code: str) -> None:
    assert code in diagnose(CLEAR[code]()).clear


@pytest.mark.parametrize("code", [code for code in CODES if CANNOT[code] is not None])
def test_it_says_what_it_would_need(code: str) -> None:
    make = CANNOT[code]
    assert make is not None
    assert diagnose(make()).cannot_tell[code]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_its_docstring_is_its_page(rule: Callable[..., object]) -> None:
    page = inspect.getdoc(rule) or ""
    places = [page.find(f"\n{section}\n") for section in SECTIONS]
    assert all(place > 0 for place in places)
    assert places == sorted(places)


def test_every_file_is_a_rule_or_known() -> None:
    files = {path.stem for path in Path(home.__file__).parent.glob("*.py")}
    assert files - {"__init__", "diagnose", "finding", "forecast", "reading"} == set(CODES)


@pytest.mark.parametrize("code", ["diverging", "oscillating", "overshooting", "crawling"])
def test_the_rate_that_it_gives_mends_it(code: str) -> None:
    finding = diagnose(FIRES[code]()).findings[0]
    rate = finding.remedies[0].set["learning_rate"]
    assert isinstance(rate, float)
    assert rate == pytest.approx(0.5)
    assert diagnose(parabola(rate)).verdict == "converged"


def test_the_steps_that_it_gives_are_enough_and_no_more() -> None:
    objective = houses(1000.0)
    first = descend(objective, [-100, 900], steps=100)
    steps = diagnose(first).findings[0].remedies[0].set["steps"]
    assert isinstance(steps, int)
    assert descend(objective, [-100, 900], steps=steps).stop.reason == "converged"
    assert descend(objective, [-100, 900], steps=steps - 2).stop.reason == "budget"


def test_the_rate_from_the_growth_of_the_loss_alone() -> None:
    """αλ = 2.5 multiplies the loss by 1.5² a step; λ = 2 follows from that."""
    trace = replace(parabola(1.25, 30), params=None, gradient=None, facts={})
    finding = diagnose(trace).findings[0]
    assert finding.code == "diverging"
    assert finding.evidence["sharpness"] == pytest.approx(2.0, rel=1e-9)


def test_an_overflow_from_growth_is_diverging_first() -> None:
    codes = [finding.code for finding in diagnose(parabola(1.5, 3000)).findings]
    assert codes[:2] == ["diverging", "non_finite"]


def test_bouncing_on_a_cost_that_cannot_overflow_is_diverging() -> None:
    """A logistic loss has bounded slopes: too large a rate bounces for ever."""
    diagnosis = diagnose(descend(classes(), learning_rate=20.0, steps=300))
    assert diagnosis.verdict == "diverging"
    rate = diagnosis.findings[0].remedies[0].set["learning_rate"]
    assert diagnose(descend(classes(), learning_rate=rate, steps=3000)).verdict == "converged"


def test_scaling_is_advised_with_the_condition_number_that_it_gives() -> None:
    finding = diagnose(FIRES["ill_conditioned"]()).findings[0]
    assert finding.evidence["condition_number"] > 1e7
    assert finding.evidence["condition_number_standardised"] == pytest.approx(1.0)
    assert finding.remedies[0].set == {"scale": "standard"}


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_healthy_descents_get_no_warning(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(100, 4)) * rng.uniform(0.5, 2, 4)
    objective = LeastSquares(X, X @ rng.normal(size=4) + rng.normal(size=100))
    rate = share / objective.bowl.sharpness
    trace = descend(objective, learning_rate=rate, steps=2000)
    assert {finding.severity for finding in diagnose(trace).findings} == {"info"}


@pytest.mark.parametrize(("which", "named"), [((0,), "w"), ((1,), "b"), ((0, 1), "every")])
def test_a_flipped_gradient_is_named(which: tuple[int, ...], named: str) -> None:
    finding = diagnose(flipped(*which)).findings[0]
    assert finding.code == "gradient_sign"
    assert f"gradient of {named}" in finding.because
    factors = [value for key, value in finding.evidence.items() if key.startswith("factor_")]
    assert factors == pytest.approx([-1] * len(which))
