"""A jump or a climb after a sound descent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.record import Context
from steepest.trace import Trace

T = np.arange(120.0)
DOWN = 0.1 + np.exp(-T / 8)


def test_the_step_of_a_jump_is_named(log: Callable[..., Trace]) -> None:
    finding = diagnose(log(DOWN + (T >= 77) * np.exp((77 - T) / 15))).findings[0]
    assert finding.code == "scale_drift"
    assert finding.evidence["step"] == pytest.approx(77, abs=2)


@pytest.mark.parametrize("seed", range(10))
def test_a_jump_in_noisy_batches(log: Callable[..., Trace], seed: int) -> None:
    steps = np.arange(800.0)
    fall = 0.3 + 2 * np.exp(-steps / 40) + 1.0 * (steps >= 500)
    scatter = 1 + 0.2 * np.random.default_rng(seed).normal(size=800)
    assert diagnose(log(fall * scatter)).verdict == "scale_drift"


def test_a_climb_after_a_rest(log: Callable[..., Trace]) -> None:
    assert diagnose(log(DOWN + 0.01 * np.maximum(T - 60, 0))).verdict == "scale_drift"


@pytest.mark.parametrize("seed", range(10))
def test_scatter_is_no_drift(log: Callable[..., Trace], seed: int) -> None:
    scatter = 1 + 0.3 * np.random.default_rng(seed).normal(size=120)
    assert "scale_drift" in diagnose(log(np.abs(DOWN * scatter)), Context()).clear
