"""One parameter after the other, in every order."""

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


ORDERS = {
    "forwards": [[0], [1], [2], [3]],
    "backwards": [[3], [2], [1], [0]],
    "the intercept last": [[0, 1, 2], [3]],
    "the intercept first": [[3], [0, 1, 2]],
    "the first last": [[1, 2, 3], [0]],
    "the first first": [[0], [1, 2, 3]],
}


@pytest.mark.parametrize("how", [{}, {"digits": 7}], ids=str)
@pytest.mark.parametrize("order", ORDERS)
def test_every_order(
    walk: Walk, bowl: Cost, in_turn: Callable[..., object], order: str, how: dict[str, object]
) -> None:
    cost = bowl(1, 4, 5.0)
    finding = top(walk(cost, START, 0.6, 60, bug=in_turn(cost, 0.6, ORDERS[order]), **how))
    assert (finding.code, finding.severity) == ("sequential_update", "error")
    assert finding.evidence["unexplained_share"] < 0.1
    assert finding.evidence["asymmetry_of_hessian"] > 0.003


def test_parameters_that_do_not_interact_are_clear(
    walk: Walk, in_turn: Callable[..., object]
) -> None:
    """The order makes no difference where the Hessian is diagonal."""
    curvature = np.array([1.0, 0.5, 0.25, 0.7])

    def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
        slope = curvature * place
        return 1.0 + 0.5 * float(place @ slope), slope

    bug = in_turn(cost, 0.6, ORDERS["forwards"])
    assert "sequential_update" in diagnose(walk(cost, START, 0.6, 60, bug=bug)).clear


@pytest.mark.parametrize("seed", range(10))
def test_all_at_once_is_clear(walk: Walk, bowl: Cost, seed: int) -> None:
    assert "sequential_update" in diagnose(walk(bowl(seed, 4, 50.0), START, 0.6, 60)).clear
