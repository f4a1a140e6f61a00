"""The floor of a softmax over probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import LIVE, diagnose
from steepest.diagnosis.faults.double_softmax import floor_of
from steepest.diagnosis.record.record import Context
from steepest.trace import Fact, Trace

T = np.arange(100.0)


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("told", [True, False])
def test_every_floor_is_known(log: Callable[..., Trace], classes: int, told: bool) -> None:
    floor, chance = floor_of(classes), np.log(classes)
    loss = floor + 0.003 + (chance - floor) * np.exp(-T / 10)
    context = Context(classes=classes if told else None)
    finding = diagnose(log(loss), context).findings[0]
    assert finding.code == "double_softmax"
    assert finding.evidence["classes"] == classes
    assert finding.evidence["floor"] == pytest.approx(floor)


def test_the_floor_is_the_least_that_a_softmax_of_a_softmax_can_cost() -> None:
    sure = np.array([1.0, 0.0, 0.0, 0.0])
    assert floor_of(4) == pytest.approx(-np.log(np.exp(sure[0]) / np.exp(sure).sum()))


@pytest.mark.parametrize("level", [0.05, 0.45, 0.9])
def test_another_level_is_no_floor(log: Callable[..., Trace], level: float) -> None:
    loss = level + (np.log(3) - level) * np.exp(-T / 10)
    assert "double_softmax" in diagnose(log(loss), Context(classes=3)).clear


def test_one_loss_below_the_floor_rules_it_out(log: Callable[..., Trace]) -> None:
    loss = floor_of(3) + 0.01 + (np.log(3) - floor_of(3)) * np.exp(-T / 10)
    loss[50] = 0.4
    assert "double_softmax" in diagnose(log(loss), Context(classes=3)).clear


@pytest.mark.parametrize("layer", ["head", "an operation"])
def test_a_watcher_that_saw_it_in_the_graph(log: Callable[..., Trace], layer: str) -> None:
    facts = {
        "softmax_before_loss": Fact(layer, "seen in the loss of step 0"),
        "softmax_into": Fact("softmax into cross entropy", "in the graph"),
        "classes": Fact(10.0, "columns"),
    }
    trace = replace(log(np.linspace(2.3, 2.2, 5)), facts=facts)
    finding = diagnose(trace, rules=LIVE).findings[0]
    assert finding.code == "double_softmax"
    assert finding.layers == (() if layer == "an operation" else ("head",))
    assert finding.evidence["floor"] == pytest.approx(floor_of(10))
    scores = layer if layer == "an operation" else f"layer {layer}"
    assert f"the scores of {scores} go through a softmax into cross entropy" in finding.because
