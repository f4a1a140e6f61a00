"""A factor: 2, 1/2, m and 1/m, in all coordinates or some, with few digits in the log."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.finding import Finding
from steepest.trace import Trace

Walk = Callable[..., Trace]
Cost = Callable[..., Callable[[np.ndarray], tuple[float, np.ndarray]]]
START = np.array([3.0, -2.0, 4.0, 1.5])


def top(trace: Trace) -> Finding:
    return diagnose(trace).findings[0]


ROWS = 64  # of the table: a sum instead of a mean, or a mean taken twice
DIGITS = [({}, 1e-6), ({"digits": 6}, 1e-3), ({"digits": 4}, 0.05)]


@pytest.mark.parametrize(("how", "off"), DIGITS, ids=str)
@pytest.mark.parametrize("factor", [2.0, 0.5, float(ROWS), 1.0 / ROWS])
def test_in_all_coordinates(
    walk: Walk, bowl: Cost, factor: float, how: dict[str, object], off: float
) -> None:
    cost = bowl(1, 4, 5.0)
    finding = top(walk(cost, START, 0.3 / factor, 60, bug=lambda _, g: factor * g, **how))
    assert (finding.code, finding.severity) == ("gradient_scale", "error")
    assert finding.evidence["factor"] == pytest.approx(factor, rel=off)
    assert "every coordinate" in finding.because


@pytest.mark.parametrize(("how", "off"), DIGITS[:2], ids=str)
@pytest.mark.parametrize("factor", [2.0, 0.5, float(ROWS), 1.0 / ROWS])
@pytest.mark.parametrize(
    ("which", "named"), [([2], "w_2"), ([0, 1, 2], "every coordinate but w_3")]
)
def test_in_some_coordinates(
    walk: Walk,
    bowl: Cost,
    which: list[int],
    named: str,
    factor: float,
    how: dict[str, object],
    off: float,
) -> None:
    factors = np.ones(4)
    factors[which] = factor
    cost, rate = bowl(1, 4, 5.0), 0.5 / max(factor, 1.0)
    finding = top(walk(cost, START, rate, 60, bug=lambda _, g: factors * g, **how))
    assert finding.code == "gradient_scale"
    assert finding.evidence["factor"] == pytest.approx(factor, rel=off)
    assert f"gradient of {named} is" in finding.because


@pytest.mark.parametrize(
    ("factor", "hint"),
    [
        (2.0, "has a ½"),
        (0.5, "2 of the square is missing"),
        (64.0, "that of a sum over 64 rows, and the loss a mean"),
        (1 / 64, "that of a mean over 64 rows, and the loss a sum"),
        (1.37, ""),
    ],
)
def test_what_usually_makes_it(walk: Walk, bowl: Cost, factor: float, hint: str) -> None:
    cost = bowl(1, 4, 5.0)
    finding = top(walk(cost, START, 0.3 / factor, 60, bug=lambda _, g: factor * g))
    sentence = finding.remedies[0].sentence
    assert sentence.startswith("divide the gradient of every coordinate by ")
    assert hint in sentence
    assert ("(" in sentence) is bool(hint)


def test_logistic_regression_summed(walk: Walk, logistic: Cost) -> None:
    cost, start = logistic(0, 80, 2), [2.0, -1.0, 1.0]
    finding = top(walk(cost, start, 0.2 / 80, 120, bug=lambda _, g: 80 * g))
    assert finding.code == "gradient_scale"
    assert finding.evidence["factor"] == pytest.approx(80.0, rel=1e-2)


def test_dividing_by_it_mends_it(walk: Walk, bowl: Cost) -> None:
    cost = bowl(1, 4, 5.0)
    factor = top(walk(cost, START, 0.3, 60, bug=lambda _, g: 2 * g)).evidence["factor"]
    mended = diagnose(walk(cost, START, 0.3, 200, bug=lambda _, g: 2 * g / factor))
    assert mended.verdict == "converged"
