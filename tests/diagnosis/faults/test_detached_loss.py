"""A graph that is cut, as a watcher says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from steepest.diagnosis.diagnose import LIVE, diagnose
from steepest.trace import Fact, Trace

FALLING = np.exp(-np.arange(30) / 9)
WATCHED = {"framework": Fact("PyTorch", "its own version")}


def test_nothing_is_reached(log: Callable[..., Trace]) -> None:
    facts = WATCHED | {"detached_loss": Fact("the loss is a new tensor", "up to step 3")}
    finding = diagnose(replace(log(FALLING), facts=facts), rules=LIVE).findings[0]
    assert (finding.code, finding.severity, finding.layers) == ("detached_loss", "error", ())
    assert "the loss is a new tensor" in finding.because


def test_some_layers_are_not_reached(log: Callable[..., Trace]) -> None:
    facts = WATCHED | {"detached": Fact("fc1, fc2", "used, and without a gradient")}
    finding = diagnose(replace(log(FALLING), facts=facts)).findings[0]
    assert finding.layers == ("fc1", "fc2")
    assert finding.because.startswith("no gradient reaches layers fc1 and fc2: used")
    assert "behind layer fc2" in finding.remedies[0].sentence


def test_layers_that_are_not_used_are_clear(log: Callable[..., Trace]) -> None:
    facts = WATCHED | {"not_reached": Fact("spare", "no gradient at 3 updates")}
    assert "detached_loss" in diagnose(replace(log(FALLING), facts=facts)).clear


def test_a_log_cannot_tell(log: Callable[..., Trace]) -> None:
    assert "watch" in diagnose(log(FALLING)).cannot_tell["detached_loss"]
