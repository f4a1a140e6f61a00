"""What was told while a loop went on stands in its record; a cause speaks for what it leads to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.finding import Finding, Remedy, Severity
from steepest.diagnosis.told import FACT, causes_of, told_in, told_text
from steepest.trace import Fact, Stop, Trace


def found(code: str, severity: Severity = "error") -> Finding:
    remedy = Remedy("lower it", {"learning_rate": 0.1})
    return Finding(code, severity, code, "because", {"rate": 1.0}, (remedy,), ("fc",))


def watched(*facts: str, names: tuple[str, ...] = ()) -> Trace:
    rows = 40
    trace = Trace(
        np.arange(rows),
        np.exp(-np.arange(rows) / 9.0),
        np.full(rows, 0.1),
        "adam",
        names,
        Stop("budget", "the loop ended"),
        loss_of="unknown",
    )
    return replace(trace, facts={name: Fact("yes", "seen") for name in facts})


def test_what_was_told_is_part_of_every_later_diagnosis() -> None:
    trace = watched("framework")
    told = replace(trace, facts=dict(trace.facts) | {FACT: Fact(told_text([found("x")]), "then")})
    assert told_in(told) == (found("x"),)
    assert diagnose(told).verdict == "x"
    assert diagnose(trace).verdict != "x"


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", '[{"code": "x"}]', "[[[[", "null"])
def test_what_cannot_be_read_is_left_out(text: str) -> None:
    trace = replace(watched(), facts={FACT: Fact(text, "damaged")})
    assert told_in(trace) == ()


def test_a_cause_speaks_for_what_it_leads_to_in_a_network() -> None:
    findings = [found("accumulating_gradients"), found("diverging"), found("converged", "info")]
    kept = causes_of(watched("framework"), findings)
    assert [finding.code for finding in kept] == ["accumulating_gradients"]


def test_where_all_parameters_are_known_the_curvature_speaks_first() -> None:
    findings = [found("diverging"), found("large_steps"), found("noise_floor", "info")]
    kept = causes_of(watched("layers", names=("w",)), findings)
    assert [finding.code for finding in kept] == ["diverging", "noise_floor"]


def test_nothing_is_taken_from_a_record_that_nobody_watched() -> None:
    findings = [found("large_steps"), found("diverging"), found("converged", "info")]
    assert causes_of(watched(), findings) == tuple(findings)
