"""Back and forth: at the limit of a bowl, over a kink, in the log of another program."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.trace import Trace

Walk = Callable[..., Trace]
Cost = Callable[..., Callable[[np.ndarray], tuple[float, np.ndarray]]]


def parabola(place: np.ndarray) -> tuple[float, np.ndarray]:
    away = place.astype(np.float64) - 0.3
    return float(away @ away), 2 * away


@pytest.mark.parametrize("how", [{}, {"digits": 6}, {"digits": 4}, {"kind": np.float32}], ids=str)
def test_the_limit_of_a_bowl(walk: Walk, how: dict[str, object]) -> None:
    finding = diagnose(walk(parabola, [10.17], 1.0, 40, **how)).findings[0]
    assert (finding.code, finding.severity) == ("oscillating", "error")
    assert finding.evidence["jump"] == pytest.approx(2 * 9.87, rel=1e-3)
    assert finding.evidence["learning_rate"] == pytest.approx(1.0, rel=1e-3)
    mended = finding.remedies[0].set["learning_rate"]
    assert isinstance(mended, float)
    assert diagnose(walk(parabola, [10.17], 0.9 * mended, 40)).verdict == "converged"


def test_others_still_settle_while_the_steepest_cycles(walk: Walk) -> None:
    curvature = np.array([2.0, 0.3])

    def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
        return 1 + 0.5 * float(place @ (curvature * place)), curvature * place

    assert diagnose(walk(cost, [3.1, 2.3], 1.0, 60)).verdict == "oscillating"


@pytest.mark.parametrize(("rate", "verdict"), [(0.97, "overshooting"), (1.03, "diverging")])
def test_beside_the_limit_it_is_another_fault(walk: Walk, rate: float, verdict: str) -> None:
    diagnosis = diagnose(walk(parabola, [10.17], rate, 40))
    assert diagnosis.verdict == verdict
    assert "oscillating" in diagnosis.clear


def test_a_kink(walk: Walk) -> None:
    def kink(place: np.ndarray) -> tuple[float, np.ndarray]:
        return float(np.abs(place).sum()), np.sign(place)

    trace = walk(kink, [1.05], 0.1, 60)
    assert diagnose(trace).verdict == "oscillating"
    assert trace.loss[-1] == pytest.approx(trace.loss[-3])


def test_at_rest_it_does_not_cycle(walk: Walk) -> None:
    assert "oscillating" in diagnose(walk(parabola, [10.17], 0.4, 200)).clear
