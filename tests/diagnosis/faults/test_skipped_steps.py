"""Steps that a gradient scaler left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.trace import Fact, Trace


def scaled(log: Callable[..., Trace], skipped: int, row: int, made: int) -> Trace:
    numbers = {"skipped_steps": skipped, "skipped_in_a_row": row, "updates_made": made}
    facts = {name: Fact(float(value), "seen") for name, value in numbers.items()}
    facts |= {"loss_scale": Fact(65536 * 0.5**row, "read"), "framework": Fact("PyTorch", "its own")}
    return replace(log(0.1 + np.exp(-np.arange(60.0) / 8)), facts=facts)


@pytest.mark.parametrize(
    ("skipped", "row", "made", "severity"),
    [(8, 8, 50, "warning"), (40, 14, 60, "error"), (9, 9, 0, "error"), (20, 2, 60, "warning")],
)
def test_it_is_found(
    log: Callable[..., Trace], skipped: int, row: int, made: int, severity: str
) -> None:
    finding = diagnose(scaled(log, skipped, row, made)).findings[0]
    assert (finding.code, finding.severity) == ("skipped_steps", severity)
    assert f"{skipped} steps" in finding.because
    assert "bfloat16" in finding.remedies[0].sentence


@pytest.mark.parametrize(("skipped", "row", "made"), [(3, 3, 5), (7, 7, 1), (30, 1, 10_000)])
def test_finding_a_scale_is_no_fault(
    log: Callable[..., Trace], skipped: int, row: int, made: int
) -> None:
    assert "skipped_steps" in diagnose(scaled(log, skipped, row, made)).clear


def test_without_a_scaler(log: Callable[..., Trace]) -> None:
    bare = scaled(log, 9, 9, 0)
    watched = replace(bare, facts={"framework": bare.facts["framework"]})
    assert "skipped_steps" in diagnose(watched).clear
    assert "steepest.watch" in diagnose(replace(bare, facts={})).cannot_tell["skipped_steps"]
