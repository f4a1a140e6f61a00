"""Too good to be true, and merely good."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.record import Context
from steepest.trace import Trace

T = np.arange(60.0)


@pytest.mark.parametrize(
    ("end", "apart", "leaks"), [(1e-3, 1.3, True), (1e-3, 8.0, False), (0.05, 1.0, False)]
)
def test_both_losses_must_vanish_together(
    log: Callable[..., Trace], end: float, apart: float, leaks: bool
) -> None:
    fall = np.maximum(1.4 * np.exp(-T / 3), 0.0)
    diagnosis = diagnose(log(fall + end, val_loss=fall + apart * end), Context(classes=4))
    assert (diagnosis.verdict == "label_leak") is leaks


def test_without_held_out_rows_it_cannot_tell(log: Callable[..., Trace]) -> None:
    assert "val_loss" in diagnose(log(np.exp(-T))).cannot_tell["label_leak"]
