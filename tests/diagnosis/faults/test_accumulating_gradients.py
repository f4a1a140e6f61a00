"""Sums of gradients: in a record, in waves, in the norm of the gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import LIVE, diagnose
from steepest.trace import Fact, Trace

T = np.arange(80.0)


def _walk(momentum: float, summed: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    curvature, place, total, rows = np.array([1.0, 0.2]), np.array([3.0, -2.0]), np.zeros(2), []
    for _ in range(60):
        slope = curvature * place
        total = momentum * total + slope
        rows.append((place, total if summed else slope, 0.5 * float(place @ slope)))
        place = place - 0.02 * total
    return tuple(np.array(column) for column in zip(*rows, strict=True))  # type: ignore[return-value]


@pytest.mark.parametrize("summed", [True, False])
@pytest.mark.parametrize(("momentum", "fires"), [(1.0, True), (0.9, False), (0.0, False)])
def test_a_record_shows_the_sum(
    log: Callable[..., Trace], summed: bool, momentum: float, fires: bool
) -> None:
    from dataclasses import replace

    params, slope, loss = _walk(momentum, summed)
    record = replace(log(loss, rate=0.02), names=("a", "b"), params=params, gradient=slope)
    assert (diagnose(record).verdict == "accumulating_gradients") is fires


@pytest.mark.parametrize("period", [9, 14])
def test_a_free_swing_of_the_loss(log: Callable[..., Trace], period: int) -> None:
    assert diagnose(log(0.1 + np.cos(T / period) ** 2)).verdict == "accumulating_gradients"


def test_a_gradient_that_grows_while_the_loss_falls(log: Callable[..., Trace]) -> None:
    trace = log(0.1 + np.exp(-T / 20), gradient_norm=1 + 0.2 * T)
    assert diagnose(trace).verdict == "accumulating_gradients"


def test_a_sound_descent_is_clear(log: Callable[..., Trace]) -> None:
    trace = log(0.1 + np.exp(-T / 20), gradient_norm=np.exp(-T / 40))
    assert "accumulating_gradients" in diagnose(trace).clear


def test_a_watcher_that_saw_them_kept(log: Callable[..., Trace]) -> None:
    from dataclasses import replace

    falling = log(0.1 + np.exp(-T / 20))
    kept = {"kept_gradient": Fact("step 1", "seen before 3 updates in a row")}
    finding = diagnose(replace(falling, facts=kept), rules=LIVE).findings[0]
    assert (finding.code, finding.severity) == ("accumulating_gradients", "error")
    assert "step 1" in finding.because


def test_the_curve_is_left_until_the_loop_is_over(log: Callable[..., Trace]) -> None:
    swing = log(0.1 + np.cos(T / 9) ** 2)
    assert "accumulating_gradients" in diagnose(swing, rules=LIVE).cannot_tell
