"""Layers that no optimizer holds, as a watcher says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from steepest.diagnosis.diagnose import LIVE, diagnose
from steepest.trace import Fact, Trace

FALLING = np.exp(-np.arange(30) / 9)
WATCHED = {"framework": Fact("PyTorch", "its own version")}
OUTSIDE = {"outside_optimizer": Fact("fc2, head", "no optimizer holds the numbers there")}


def test_the_layers_are_named(log: Callable[..., Trace]) -> None:
    trace = replace(log(FALLING), facts=WATCHED | OUTSIDE)
    finding = diagnose(trace).findings[0]
    assert (finding.code, finding.severity) == ("outside_optimizer", "error")
    assert finding.layers == ("fc2", "head")
    assert "layers fc2 and head: no optimizer" in finding.because
    assert "requires_grad_(False)" in finding.remedies[0].sentence
    assert diagnose(trace, rules=LIVE).verdict == "outside_optimizer"


def test_tensors_of_another_model_are_counted(log: Callable[..., Trace]) -> None:
    strangers = {"optimizer_elsewhere": Fact(1234.0, "by identity")}
    finding = diagnose(replace(log(FALLING), facts=WATCHED | OUTSIDE | strangers)).findings[0]
    assert "1,234 tensors" in finding.because
    assert finding.evidence["tensors_elsewhere"] == 1234


def test_a_body_that_lends_its_features_is_clear(log: Callable[..., Trace]) -> None:
    facts = {"left_out_features": Fact("body", ""), "optimizer_elsewhere": Fact(2.0, "")}
    assert "outside_optimizer" in diagnose(replace(log(FALLING), facts=WATCHED | facts)).clear


def test_a_log_cannot_tell(log: Callable[..., Trace]) -> None:
    assert "watch" in diagnose(log(FALLING)).cannot_tell["outside_optimizer"]
