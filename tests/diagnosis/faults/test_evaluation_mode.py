"""Training in evaluation mode, as a watcher says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from steepest.diagnosis.diagnose import LIVE, diagnose
from steepest.trace import Fact, Trace

FALLING = np.exp(-np.arange(30) / 9)
WATCHED = {"framework": Fact("PyTorch", "its own version")}


def test_the_layers_are_named(log: Callable[..., Trace]) -> None:
    facts = WATCHED | {"evaluation_mode": Fact("drop, norm", "at updates up to step 2")}
    finding = diagnose(replace(log(FALLING), facts=facts), rules=LIVE).findings[0]
    assert (finding.code, finding.severity) == ("evaluation_mode", "warning")
    assert finding.layers == ("drop", "norm")
    assert finding.because == "layers drop and norm are in evaluation mode at updates up to step 2"


def test_a_watched_loop_without_the_fact_is_clear(log: Callable[..., Trace]) -> None:
    assert "evaluation_mode" in diagnose(replace(log(FALLING), facts=WATCHED)).clear


def test_a_log_cannot_tell(log: Callable[..., Trace]) -> None:
    assert "watch" in diagnose(log(FALLING)).cannot_tell["evaluation_mode"]
