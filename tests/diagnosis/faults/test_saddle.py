"""Level and curved downward: at the end, or on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.trace import Trace

Walk = Callable[..., Trace]
Cost = Callable[..., Callable[[np.ndarray], tuple[float, np.ndarray]]]


def valley(place: np.ndarray) -> tuple[float, np.ndarray]:
    """x² - y² + y⁴/4: a saddle at the origin, minima at y = ±√2."""
    x, y = place.astype(np.float64).tolist()
    return 5 + x * x - y * y + y**4 / 4, np.array([2 * x, -2 * y + y**3])


def test_one_that_it_ends_on(walk: Walk) -> None:
    finding = diagnose(walk(valley, [1.0, 1e-9], 0.1, 50)).findings[0]
    assert (finding.code, finding.severity) == ("saddle", "warning")
    assert finding.evidence["smallest_curvature"] == pytest.approx(-2.0, rel=1e-3)
    assert finding.evidence["loss"] == pytest.approx(5.0, abs=1e-3)


def test_one_that_it_left(walk: Walk) -> None:
    """From 1e-6 along y at 1 + 2α = 1.2 a step: about 75 steps on level ground."""
    diagnosis = diagnose(walk(valley, [1.0, 1e-6], 0.1, 95))
    finding = {found.code: found for found in diagnosis.findings}["saddle"]
    assert finding.evidence["growth_of_gradient"] > 100
    assert 5 < finding.evidence["first_step"] < 45 < finding.evidence["last_step"] < 95


@pytest.mark.parametrize("start", [[1.0, 0.9], [0.3, -1.2]])
def test_a_descent_that_misses_it_is_clear(walk: Walk, start: list[float]) -> None:
    assert "saddle" in diagnose(walk(valley, start, 0.1, 80)).clear


@pytest.mark.parametrize("how", [{}, {"digits": 4}, {"kind": np.float32}], ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_convex_costs_have_none(
    walk: Walk, logistic: Cost, bowl: Cost, seed: int, how: dict[str, object]
) -> None:
    for cost, count in ((logistic(seed, 80, 2), 3), (bowl(seed, 3, 1e3), 3)):
        trace = walk(cost, np.full(count, 2.0), 0.7, 150, **how)
        assert "saddle" not in [finding.code for finding in diagnose(trace).findings]
