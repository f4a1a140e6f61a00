"""What the rules of a curve leave alone where somebody watched the loop and saw otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.faults.non_finite import non_finite
from steepest.diagnosis.finding import Finding
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.record import Context
from steepest.trace import Fact, Trace

T = np.arange(120.0)
FALL = 0.1 + np.exp(-T / 8)
TEN = Context(classes=10)


def seen(trace: Trace, gradient: object = None, **facts: float | str) -> Trace:
    """The same log of a loop that a framework ran; with the norms of one layer's gradient."""
    known = {"framework": "PyTorch 2", **facts}
    measures = dict(trace.measures)
    if gradient is not None:
        column = np.broadcast_to(np.asarray(gradient, dtype=float), len(trace))
        for name in ("gradient_norm", "gradient_norm/fc", "weight_norm", "weight_norm/fc"):
            measures[name] = column if name.startswith("gradient") else np.ones(len(trace))
        measures["update_to_weight"] = np.full(len(trace), 0.004)
    told = {name: Fact(value, "seen") for name, value in known.items()}
    return replace(trace, facts=told, measures=measures)


def loud(trace: Trace, context: Context | None = None) -> list[str]:
    return [f.code for f in diagnose(trace, context).findings if f.severity != "info"]


SLIPS = np.log(10) * (1 + 0.03 * np.exp(-T / 2))


def test_a_level_at_guessing_is_dead_only_with_the_gradient(log: Callable[..., Trace]) -> None:
    assert loud(log(SLIPS), TEN) == ["dead_units"]
    assert "dead_units" not in loud(seen(log(SLIPS), 0.5), TEN)
    assert "dead_units" not in loud(seen(log(SLIPS)), TEN)
    assert "dead_units" in loud(seen(log(SLIPS), np.where(T < 4, 0.5, 1e-9)), TEN)


def test_a_climb_is_no_drift_and_a_jump_back_up_is(log: Callable[..., Trace]) -> None:
    climbs = log(FALL + 0.003 * np.maximum(T - 60, 0))
    assert loud(climbs) == ["scale_drift"]
    assert loud(seen(climbs, 0.5)) == []
    jumps = log(FALL + (T >= 77) * np.exp((77 - T) / 15))
    assert loud(seen(jumps, 0.5)) == ["scale_drift"]


def test_waves_are_no_sums_where_gradients_are_looked_at(log: Callable[..., Trace]) -> None:
    waves = log(0.1 + np.cos(T / 9) ** 2)
    assert loud(waves) == ["accumulating_gradients"]
    assert "accumulating_gradients" not in loud(seen(waves))


def test_a_rest_at_guessing_says_nothing_of_labels(log: Callable[..., Trace]) -> None:
    rests = log(np.log(10) * (0.9 + 0.1 * np.exp(-T / 6)))
    assert "shuffled_labels" in loud(rests, TEN)
    assert "shuffled_labels" not in loud(seen(rests, 0.5), TEN)
    kept = replace(rests, facts={"estimator": Fact("MLPClassifier", "its own")})
    assert "shuffled_labels" not in loud(kept, TEN)


def test_evidence_of_labels_comes_before_dead_units(log: Callable[..., Trace]) -> None:
    labels: dict[str, float | str] = {
        "label_association": 0.11,
        "label_chance": 0.1,
        "label_sigmas": 0.6,
        "label_entropy": float(np.log(10)),
        "label_rows": 256.0,
        "label_structure": 1.0,
        "label_gain": 0.3,
        "label_moved": 0.1,
        "label_kind": "classes",
    }
    trace = seen(log(SLIPS), np.where(T < 4, 0.5, 1e-9), **labels)
    assert diagnose(trace, TEN).verdict == "shuffled_labels"


def test_a_plateau_that_is_over_is_a_remark(log: Callable[..., Trace]) -> None:
    late = log(0.1 + 0.9 / (1 + np.exp((T - 70) / 2)))
    assert loud(late) == ["plateau"]
    assert loud(seen(late)) == []


def test_a_level_near_the_floor_is_none_where_the_graph_was_seen(log: Callable[..., Trace]) -> None:
    floor = np.log(np.e + 9) - 1
    rests = log(floor + (np.log(10) - floor) * np.exp(-T / 8))
    assert "double_softmax" in loud(rests, TEN)
    assert "double_softmax" not in loud(seen(rests, 0.5, classes=10.0), TEN)


def test_a_break_with_next_to_nothing_known(log: Callable[..., Trace]) -> None:
    trace = seen(log(np.where(T < 50, FALL, np.nan)), first_non_finite="the weights of fc2")
    found = non_finite(Reading(trace, Context()))
    assert isinstance(found, Finding)
    assert found.because.startswith("first at step 50: the weights of fc2; the loss before")
    assert found.layers == ()
    assert found.remedies
    early = seen(log(FALL), first_non_finite="the weights of fc2")
    assert isinstance(non_finite(Reading(early, Context())), Finding)


def test_a_gradient_that_only_shrinks_explodes_nowhere(log: Callable[..., Trace]) -> None:
    norms = np.exp(-T / 6)
    assert norms[0] > 1000 * np.median(norms)
    assert "exploding_gradients" in diagnose(seen(log(FALL), norms)).clear
    later = np.where(T == 60, 2e3, norms)
    assert "exploding_gradients" in loud(seen(log(FALL), later))


@pytest.mark.parametrize(
    ("framework", "word"), [("PyTorch 2", "requires_grad_"), ("Keras 3", "trainable = True")]
)
def test_each_framework_has_its_own_switch(
    log: Callable[..., Trace], framework: str, word: str
) -> None:
    trace = seen(log(FALL), framework=framework, frozen_at_start="fc2")
    finding = diagnose(trace).findings[0]
    assert finding.code == "frozen_parameters"
    assert "none of its parameters is trained" in finding.because
    two = diagnose(seen(log(FALL), framework=framework, frozen_at_start="1, 3")).findings[0]
    assert two.because.startswith(
        "layers 1 and 3: none of their parameters is trained, and they hold"
    )
    assert word in finding.remedies[0].sentence
