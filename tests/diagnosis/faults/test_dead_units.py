"""Only the bias of the output learns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.record import Context
from steepest.trace import Trace

T = np.arange(60.0)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_a_slip_to_guessing_that_ends_there(log: Callable[..., Trace], classes: int) -> None:
    loss = np.log(classes) * (1 + 0.03 * np.exp(-T / 2))
    assert diagnose(log(loss), Context(classes=classes)).verdict == "dead_units"


def test_a_gradient_that_has_vanished(log: Callable[..., Trace]) -> None:
    loss = 0.9 + 0.05 * np.exp(-T / 3)
    assert diagnose(log(loss, gradient_norm=np.exp(-T / 3))).verdict == "dead_units"


def test_killed_by_the_first_step(log: Callable[..., Trace]) -> None:
    loss = np.full(60, np.log(3))
    loss[:3] = [1.12, 500.0, 3.0]
    assert diagnose(log(loss), Context(classes=3)).verdict == "dead_units"


def test_entries_that_became_exactly_zero(log: Callable[..., Trace]) -> None:
    from dataclasses import replace

    slope = np.exp(-np.outer(T, np.arange(1, 9) / 100))
    slope[5:, 1:3] = 0.0
    record = replace(
        log(1 + np.exp(-T / 50)),
        names=tuple("abcdefgh"),
        params=-np.cumsum(slope, 0),
        gradient=slope,
    )
    assert "dead_units" in [finding.code for finding in diagnose(record).findings]


def test_a_run_that_learns_is_clear(log: Callable[..., Trace]) -> None:
    assert "dead_units" in diagnose(log(0.1 + np.exp(-T / 8))).clear
