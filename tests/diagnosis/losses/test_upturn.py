"""A rise of the training loss: early, a jump, a climb, or waves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.losses.loss_curve import read_curve
from steepest.diagnosis.losses.upturn import upturn
from steepest.diagnosis.record.record import Context
from steepest.trace import Trace

T = np.arange(120.0)
DOWN = 0.1 + np.exp(-T / 8)
SHAPES = {
    "early": 0.7 * 1.2**T,
    "jump": DOWN + (T >= 70) * np.exp((70 - T) / 15),
    "climb": DOWN + 0.02 * np.maximum(T - 60, 0),
    "waves": 0.05 + np.cos(T / 9) ** 2,
}


def kind(trace: Trace, context: Context | None = None) -> str | None:
    curve = read_curve(trace, context or Context())
    assert curve is not None
    found = upturn(curve)
    return None if found is None else found.kind


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_each_shape_is_told(log: Callable[..., Trace], shape: str, noise: float) -> None:
    scatter = 1 + noise * np.random.default_rng(1).normal(size=len(T))
    assert kind(log(SHAPES[shape] * scatter)) == shape


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("rows", [20, 120, 2000])
@pytest.mark.parametrize("seed", range(8))
def test_a_sound_descent_has_none(
    log: Callable[..., Trace], noise: float, rows: int, seed: int
) -> None:
    fall = 0.2 + np.exp(-np.arange(rows) / (rows / 10))
    scatter = 1 + noise * np.random.default_rng(seed).normal(size=rows)
    assert kind(log(np.abs(fall * scatter))) is None


@pytest.mark.parametrize("period", [20, 40])
def test_momentum_with_friction_swings_without_alarm(
    log: Callable[..., Trace], period: int
) -> None:
    """A bowl under momentum 0.9: the loss swings, and each swing is far below the one before."""
    curvature, place, speed, losses = (np.pi / period) ** 2 * 1.0, 1.0, 0.0, []
    for _ in range(200):
        losses.append(0.05 + place**2)
        speed = 0.9 * speed - curvature * place
        place += speed
    assert kind(log(losses)) is None


def test_a_lone_spike_is_none(log: Callable[..., Trace]) -> None:
    spiked = DOWN.copy()
    spiked[60] += 0.8
    assert kind(log(spiked)) is None


def test_a_rise_that_never_was_below_guessing_is_early(log: Callable[..., Trace]) -> None:
    assert kind(log(9 * SHAPES["waves"] + 1), Context(classes=2)) == "early"
