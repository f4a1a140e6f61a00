"""A level that was no minimum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.record import Context
from steepest.trace import Trace

T = np.arange(100.0)


def test_a_long_level_before_the_fall(log: Callable[..., Trace]) -> None:
    finding = diagnose(log(0.1 + 1 / (1 + np.exp((T - 60) / 3)))).findings[0]
    assert finding.code == "plateau"
    assert finding.evidence["level"] == pytest.approx(1.1, rel=0.02)


@pytest.mark.parametrize("span", [3, 10, 30])
def test_a_plain_descent_is_clear(log: Callable[..., Trace], span: float) -> None:
    assert "plateau" in diagnose(log(0.1 + np.exp(-T / span)), Context()).clear


def test_a_record_that_curves_downward_all_along(log: Callable[..., Trace]) -> None:
    """Down a bell from far out: 1 - exp(-w²/2), whose slope grows towards its side."""
    from dataclasses import replace

    place, rows = 4.0, []
    for _ in range(40):
        bell = float(np.exp(-(place**2) / 2))
        rows.append((place, place * bell, 1 - bell))
        place -= 0.3 * place * bell
    params, slope, loss = (np.array(column) for column in zip(*rows, strict=True))
    record = replace(
        log(loss, rate=0.3), names=("w",), params=params[:, None], gradient=slope[:, None]
    )
    assert diagnose(record).verdict == "plateau"
