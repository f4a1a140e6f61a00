"""The sign of the gradient: in all coordinates, in one, in all but the intercept."""

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


@pytest.mark.parametrize("how", [{}, {"digits": 6}, {"digits": 4}], ids=str)
@pytest.mark.parametrize(
    ("which", "named"),
    [([0, 1, 2, 3], "every coordinate"), ([1], "w_1"), ([0, 1, 2], "every coordinate but w_3")],
)
def test_it_is_named(
    walk: Walk, bowl: Cost, which: list[int], named: str, how: dict[str, object]
) -> None:
    signs = np.ones(4)
    signs[which] = -1.0
    finding = top(walk(bowl(1, 4, 5.0), START, 0.2, 40, bug=lambda _, g: signs * g, **how))
    assert (finding.code, finding.severity) == ("gradient_sign", "error")
    assert finding.evidence["factor"] == pytest.approx(-1.0, rel=1e-2)
    assert f"gradient of {named} is" in finding.because
    assert finding.remedies[0].sentence == f"turn the sign of the gradient of {named}"


def test_logistic_regression_that_climbs(walk: Walk, logistic: Cost) -> None:
    """The loss rises, and yet the sign is the cause."""
    trace = walk(logistic(0, 80, 2), [0.3, -0.2, 0.1], 0.3, 60, bug=lambda _, g: -g)
    assert trace.loss[-1] > trace.loss[0]
    assert top(trace).code == "gradient_sign"


def test_turned_and_doubled_is_turned_first(walk: Walk, bowl: Cost) -> None:
    finding = top(walk(bowl(1, 4, 5.0), START, 0.2, 30, bug=lambda _, g: -2 * g))
    assert finding.code == "gradient_sign"
    assert finding.evidence["factor"] == pytest.approx(-2.0, rel=1e-6)


@pytest.mark.parametrize("rate", [0.2, 2.2])
def test_a_right_gradient_is_clear_even_where_it_diverges(
    walk: Walk, bowl: Cost, rate: float
) -> None:
    diagnosis = diagnose(walk(bowl(1, 4, 5.0), START, rate, 60))
    assert "gradient_sign" in diagnosis.clear
    assert (diagnosis.verdict == "diverging") is (rate > 2)
