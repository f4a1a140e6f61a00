"""Terms that only the loss has, and coordinates that have no slope."""

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


@pytest.mark.parametrize("strength", [0.1, 0.5])
def test_a_ridge_penalty(walk: Walk, bowl: Cost, strength: float) -> None:
    finding = top(walk(bowl(1, 4, 5.0), START, 0.1, 80, bug=lambda p, g: g - strength * p))
    assert finding.code == "gradient_missing_term"
    assert finding.evidence["strength"] == pytest.approx(strength, rel=1e-6)
    assert "ridge (l2) penalty" in finding.remedies[0].sentence


def test_a_penalty_that_spares_the_intercept(walk: Walk, bowl: Cost) -> None:
    spared = np.array([1.0, 1.0, 1.0, 0.0])
    finding = top(walk(bowl(1, 4, 5.0), START, 0.1, 80, bug=lambda p, g: g - 0.3 * spared * p))
    assert finding.code == "gradient_missing_term"
    assert "every coordinate but w_3" in finding.because
    assert finding.evidence["strength"] == pytest.approx(0.3, rel=1e-6)


def test_a_lasso_penalty(walk: Walk, bowl: Cost) -> None:
    finding = top(walk(bowl(1, 4, 5.0), START, 0.02, 80, bug=lambda p, g: g - 0.2 * np.sign(p)))
    assert finding.code == "gradient_missing_term"
    assert finding.evidence["strength"] == pytest.approx(0.2, rel=0.05)


@pytest.mark.parametrize("how", [{}, {"digits": 6}, {"digits": 4}, {"every": 10}], ids=str)
def test_a_coordinate(walk: Walk, bowl: Cost, how: dict[str, object]) -> None:
    trace = walk(bowl(1, 4, 5.0), START, 0.3, 80, bug=lambda _, g: g * [1, 0, 1, 1], **how)
    finding = top(trace)
    assert finding.code == "gradient_missing_term"
    assert "the gradient of w_1 is exactly 0" in finding.because
    assert finding.evidence["rows"] == len(trace)


def test_a_constant_in_one_coordinate(walk: Walk, bowl: Cost) -> None:
    finding = top(walk(bowl(1, 4, 5.0), START, 0.3, 80, bug=lambda _, g: g - [0, 0, 0.4, 0]))
    assert finding.code == "gradient_missing_term"
    assert finding.evidence["strength"] == pytest.approx(0.4, rel=1e-6)
    assert "w_2" in finding.because


def test_a_whole_gradient_is_clear(walk: Walk, bowl: Cost) -> None:
    assert "gradient_missing_term" in diagnose(walk(bowl(1, 4, 5.0), START, 0.3, 80)).clear
