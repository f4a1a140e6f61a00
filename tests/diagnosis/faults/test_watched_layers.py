"""Rules that read what a watcher saw: from the facts alone, without a framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.faults.dead_units import dead_units
from steepest.diagnosis.faults.half_precision import half_precision
from steepest.diagnosis.faults.layer_contract import layer_contract
from steepest.diagnosis.faults.non_finite import non_finite
from steepest.diagnosis.faults.saturated_units import saturated_units
from steepest.diagnosis.faults.shuffled_labels import shuffled_labels
from steepest.diagnosis.faults.unscaled_inputs import unscaled_inputs
from steepest.diagnosis.finding import CannotTell, Clear, Finding
from steepest.diagnosis.record.reading import Context, Reading
from steepest.trace import Fact, Trace

T = np.arange(100.0)


def _seen(trace: Trace, **facts: float | str) -> Reading:
    known = {name: Fact(value, "watched") for name, value in facts.items()}
    return Reading(replace(trace, facts=known), Context())


INPUTS = {"input_scale": 1.0, "input_offset": 0.1, "input_mean": 0.1, "input_std": 1.0}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, Clear),
        ({"input_scale": 7.5}, Finding),
        ({"input_offset": 9.0}, Finding),
        ({"input_spread": 400.0}, Finding),
        ({"input_scale": 7.5, "input_normalised": "bn"}, Clear),
    ],
)
def test_unscaled_inputs(log: Callable[..., Trace], changed: dict[str, float], code: type) -> None:
    assert isinstance(unscaled_inputs(_seen(log(np.exp(-T / 9)), **(INPUTS | changed))), code)
    assert isinstance(unscaled_inputs(_seen(log(np.exp(-T / 9)))), CannotTell)


def test_layer_contract_and_half_precision(log: Callable[..., Trace]) -> None:
    plain, looked = log(np.exp(-T / 9)), log(np.exp(-T / 9), **{"output_scale/fc": T})
    for rule in (layer_contract, half_precision):
        assert isinstance(rule(_seen(plain)), CannotTell)
        assert isinstance(rule(_seen(looked)), Clear)
    changed = {"contract_changes": "fc was", "contract_layers": "fc", "contract_step": 7.0}
    found = layer_contract(_seen(looked, **changed))
    assert isinstance(found, Finding)
    assert found.layers == ("fc",)
    reach = {"half_precision_layers": "fc", "half_precision_reach": "near"}
    near = half_precision(_seen(looked, half_precision_largest=5e4, **reach))
    assert isinstance(near, Finding)
    assert near.because == "near"


@pytest.mark.parametrize(("share", "severity"), [(0.95, "error"), (0.6, "warning"), (0.2, None)])
def test_dead_and_saturated_units(
    log: Callable[..., Trace], share: float, severity: str | None
) -> None:
    column = np.where(T % 10 == 0, share, np.nan)
    trace = log(np.exp(-T / 9), **{"dead_units/fc": column, "saturated_units/fc": column})
    dead = dead_units(_seen(trace, dead_layers="fc"))
    saturated = saturated_units(_seen(trace))
    if severity is None:
        assert isinstance(dead, Clear)
        assert isinstance(saturated, Clear)
    else:
        assert isinstance(dead, Finding)
        assert isinstance(saturated, Finding)
        assert dead.severity == severity
        assert dead.layers == saturated.layers == ("fc",)


def test_the_origin_is_told_from_the_facts(log: Callable[..., Trace]) -> None:
    loss = np.where(T < 50, np.exp(-T / 90), np.nan)
    found = non_finite(
        _seen(
            log(loss),
            first_non_finite="a logarithm behind layer fc",
            non_finite_kind="operation",
            non_finite_layers="fc",
            non_finite_step=50.0,
        )
    )
    assert isinstance(found, Finding)
    assert found.because.startswith(
        "first at step 50: a logarithm behind layer fc; the loss before"
    )
    assert found.evidence["last_finite_loss"] == pytest.approx(np.exp(-49 / 90))
    assert diagnose(log(loss)).verdict == "non_finite"


LABELS = {
    "label_association": 0.11,
    "label_chance": 0.1,
    "label_sigmas": 0.6,
    "label_entropy": float(np.log(10)),
    "label_rows": 256.0,
    "label_structure": 1.0,
    "label_gain": 0.3,
    "label_moved": 0.1,
    "label_kind": "classes",
    "batches": "mini",
}


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, Finding),
        ({"label_sigmas": 40.0}, Clear),
        ({"label_sigmas": -12.0}, Clear),
        ({"label_structure": 0.0}, CannotTell),
        ({"label_rows": 100.0}, CannotTell),
        ({"label_gain": 8.0}, CannotTell),
        ({"label_gain": 8.0, "batches": "full"}, Finding),
        ({"label_moved": 0.0001}, CannotTell),
    ],
)
def test_shuffled_labels(
    log: Callable[..., Trace], changed: dict[str, float | str], kind: type
) -> None:
    flat = np.log(10) + 0.02 * np.random.default_rng(0).normal(size=100)
    assert isinstance(shuffled_labels(_seen(log(flat), **(LABELS | changed))), kind)


def test_shuffled_labels_of_a_loop_that_learns_or_is_young(log: Callable[..., Trace]) -> None:
    learning = np.log(10) * np.exp(-T / 200)
    assert not isinstance(shuffled_labels(_seen(log(learning), **LABELS)), Finding)
    young = np.full(40, np.log(10))
    assert not isinstance(shuffled_labels(_seen(log(young), **LABELS)), Finding)
