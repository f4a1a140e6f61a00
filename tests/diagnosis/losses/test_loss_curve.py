"""What is known beside a curve: classes, chance, where learning began."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.diagnosis.losses.loss_curve import read_curve
from steepest.diagnosis.record.record import Context
from steepest.trace import Trace


def test_only_a_log_that_does_not_say_has_a_curve(log: Callable[..., Trace]) -> None:
    trace = log([1.0, 0.5])
    assert read_curve(trace, Context()) is not None
    assert read_curve(replace(trace, loss_of="full"), Context()) is None
    assert read_curve(log([np.nan, 1.0]), Context()) is None


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_classes_are_told_by_the_first_loss(log: Callable[..., Trace], classes: int) -> None:
    curve = read_curve(log(math.log(classes) * np.exp(-np.arange(30) / 9)), Context())
    assert curve is not None
    assert curve.classes == classes
    assert curve.chance == pytest.approx(math.log(classes))


def test_what_is_told_goes_before_what_is_inferred(log: Callable[..., Trace]) -> None:
    curve = read_curve(log(math.log(3) * np.exp(-np.arange(30) / 9)), Context(classes=7))
    assert curve is not None
    assert curve.classes == 7
    assert curve.start == pytest.approx(math.log(7))


def test_it_ends_where_the_numbers_end(log: Callable[..., Trace]) -> None:
    curve = read_curve(log([1.0, 0.9, np.inf, 0.8]), Context())
    assert curve is not None
    assert curve.broken
    assert len(curve.train) == 2


def test_a_long_log_is_read_as_means(log: Callable[..., Trace]) -> None:
    curve = read_curve(log(np.arange(100_000.0)), Context())
    assert curve is not None
    assert len(curve.train) <= 8000
    assert curve.train.value[0] == pytest.approx(6.0)  # the mean of 0 to 12


def test_held_out_losses_may_have_gaps(log: Callable[..., Trace]) -> None:
    held = np.full(20, np.nan)
    held[::5] = [1.0, 0.8, 0.7, 0.6]
    curve = read_curve(log(np.linspace(1, 0.5, 20), val_loss=held), Context())
    assert curve is not None
    assert curve.held is not None
    assert curve.held.step.tolist() == [0, 5, 10, 15]
