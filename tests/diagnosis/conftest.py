"""Logs made by hand: what the rules of the loss alone are asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.trace import Stop, Trace


def _log(loss: object, rate: float = np.nan, **measures: object) -> Trace:
    values = np.asarray(loss, dtype=np.float64)
    columns = {name: np.asarray(value, dtype=np.float64) for name, value in measures.items()}
    stop = Stop("budget", "the log ends")
    rates = np.full(len(values), rate)
    plain = Trace(np.arange(len(values)), values, rates, "unknown", (), stop, loss_of="unknown")
    return replace(plain, measures=columns)


@pytest.fixture
def log() -> Callable[..., Trace]:
    """A log that holds losses and scalar measures, and does not say what they are of."""
    return _log
