"""Classes that can be told apart: the loss goes to zero, and the parameters to infinity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.trace import Trace

Walk = Callable[..., Trace]
Cost = Callable[..., Callable[[np.ndarray], tuple[float, np.ndarray]]]


def classes(overlap: bool) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """A gap around zero; with overlap one row lies on the other side."""
    x = np.r_[np.linspace(-3, -1, 10), np.linspace(1, 3, 10)]
    side = np.sign(x)
    if overlap:
        side[0] = 1.0
    X = np.column_stack([x, np.ones(20)])

    def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
        margin = side * (X @ place.astype(np.float64))
        share = 1.0 / (1.0 + np.exp(margin))
        return float(np.mean(np.logaddexp(0, -margin))), -X.T @ (side * share) / 20

    return cost


@pytest.mark.parametrize("how", [{}, {"digits": 6}, {"digits": 4}, {"every": 10}], ids=str)
def test_the_tail_of_a_log(walk: Walk, how: dict[str, object]) -> None:
    finding = diagnose(walk(classes(overlap=False), [0.0, 0.0], 1.0, 400, **how)).findings[0]
    assert (finding.code, finding.severity) == ("separable", "warning")
    assert 0.9 < finding.evidence["power"] < 1.5
    assert finding.remedies[1].set == {"l2": 0.001}


def test_classes_that_overlap_are_clear(walk: Walk) -> None:
    assert "separable" in diagnose(walk(classes(overlap=True), [0.0, 0.0], 1.0, 400)).clear


@pytest.mark.parametrize("floor", [0.0, 1.0])
def test_a_bowl_is_clear_even_where_its_least_loss_is_zero(
    walk: Walk, bowl: Cost, floor: float
) -> None:
    """There the gradient falls as the root of the loss."""
    trace = walk(bowl(0, 3, 30.0, floor), [3.0, 3.0, 3.0], 0.5, 60)
    assert "separable" in diagnose(trace).clear
