"""A long valley: the condition number, the steps still needed, and what is no such valley."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.trace import Trace

Walk = Callable[..., Trace]
Cost = Callable[..., Callable[[np.ndarray], tuple[float, np.ndarray]]]


def valley(kappa: float) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    curvature = np.array([1.0, 1.0 / kappa])

    def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
        away = place.astype(np.float64) - [1.0, 2.0]
        return 0.5 * float(away @ (curvature * away)), curvature * away

    return cost


@pytest.mark.parametrize("how", [{}, {"digits": 9}], ids=str)
@pytest.mark.parametrize("kappa", [2e3, 1e4, 1e6])
def test_its_condition_number(walk: Walk, kappa: float, how: dict[str, object]) -> None:
    finding = diagnose(walk(valley(kappa), [3.0, 300.0], 0.9, 200, **how)).findings[0]
    assert (finding.code, finding.severity) == ("ill_conditioned", "warning")
    assert finding.evidence["condition_number"] == pytest.approx(kappa, rel=0.01)
    assert finding.evidence["learning_rate_times_sharpness"] == pytest.approx(0.9, rel=1e-3)


def test_the_steps_that_it_gives_are_enough(walk: Walk) -> None:
    """They end where the distance is 1e-8 of the minimum: ln(1e8 · 133)·κ/0.9, about."""
    cost = valley(2e3)
    needed = diagnose(walk(cost, [3.0, 300.0], 0.9, 200)).findings[0].evidence["steps_needed"]
    start = walk(cost, [3.0, 300.0], 0.9, 200).params
    assert start is not None
    left = (1 - 0.9 / 2e3) ** needed * (start[-1, 1] - 2.0)
    size = float(np.hypot(1.0, 2.0))
    assert left <= 1e-8 * size * (1 + 1e-6)
    assert left >= 1e-8 * size * 0.99


def test_a_round_bowl_is_clear(walk: Walk) -> None:
    assert "ill_conditioned" in diagnose(walk(valley(20.0), [3.0, 30.0], 0.9, 30)).clear


def test_a_rate_far_below_the_limit_is_the_cause_instead(walk: Walk) -> None:
    diagnosis = diagnose(walk(valley(30.0), [300.0, 3.0], 1e-4, 200))
    assert diagnosis.verdict == "crawling"
    assert "ill_conditioned" in diagnosis.clear


def test_its_rate_is_no_gradient_fault(walk: Walk) -> None:
    """A condition of 1e8, and not one digit of disagreement."""
    diagnosis = diagnose(walk(valley(1e8), [3.0, 300.0], 1.7, 400))
    assert diagnosis.verdict == "ill_conditioned"
    assert {"gradient_sign", "gradient_scale", "gradient_missing_term"} <= set(diagnosis.clear)
