"""The held-out loss turns, or only seems to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.record import Context
from steepest.trace import Trace

T = np.arange(100.0)
TRAIN = 0.05 + 1.05 * np.exp(-T / 12)


def test_it_gives_the_step_to_stop_at(log: Callable[..., Trace]) -> None:
    held = 0.4 + 0.7 * np.exp(-T / 6) + 0.004 * T
    finding = diagnose(log(TRAIN, val_loss=held)).findings[0]
    assert finding.code == "overfitting"
    best = finding.remedies[0].set["steps"]
    assert isinstance(best, int)
    assert abs(best - int(np.argmin(held))) <= 3


@pytest.mark.parametrize("creep", [0.0, 0.0003])
def test_a_small_creep_is_no_warning(log: Callable[..., Trace], creep: float) -> None:
    held = 0.4 + 0.7 * np.exp(-T / 6) + creep * T
    assert "overfitting" in diagnose(log(TRAIN, val_loss=held)).clear


@pytest.mark.parametrize("seed", range(20))
def test_scatter_alone_is_no_turn(log: Callable[..., Trace], seed: int) -> None:
    scatter = 0.1 * np.random.default_rng(seed).normal(size=100)
    held = 0.4 + 0.7 * np.exp(-T / 6) + scatter
    assert "overfitting" in diagnose(log(TRAIN, val_loss=held)).clear


def test_where_nothing_was_learned_nothing_turns(log: Callable[..., Trace]) -> None:
    diagnosis = diagnose(log(TRAIN, val_loss=0.7 + 0.01 * T), Context(classes=2))
    assert diagnosis.verdict == "shuffled_labels"


def test_a_turn_within_rounding_is_none(log: Callable[..., Trace]) -> None:
    """A constant is learned from the start; what its held-out rows then lose is rounding."""
    held = 1e-30 * (0.4 + 0.7 * np.exp(-T / 6) + 0.004 * T)
    trace = log(1e-30 * TRAIN, val_loss=held)
    for move, found in ((1e-15, False), (1e-9, True)):
        moved = replace(trace, params=5.0 + move * np.sin(T)[:, None], names=("b",))
        codes = [finding.code for finding in diagnose(moved).findings]
        assert ("overfitting" in codes) == found
