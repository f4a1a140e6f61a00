"""The readings of one logged quantity against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.diagnosis.losses.series import Series


def series(values: object) -> Series:
    value = np.asarray(values, dtype=np.float64)
    return Series(np.arange(len(value), dtype=np.float64), value)


def test_the_noise_is_that_of_the_scatter_and_not_of_the_trend() -> None:
    rng = np.random.default_rng(0)
    rows = np.arange(4000)
    assert series(5 - 1e-3 * rows + 0.1 * rng.normal(size=4000)).noise == pytest.approx(
        0.1, rel=0.1
    )


def test_a_line_has_its_slope_and_white_noise_has_none() -> None:
    assert series(3.0 - 0.5 * np.arange(20)).trend(0, 1).slope == pytest.approx(-0.5)
    flat = [
        series(np.random.default_rng(seed).normal(size=60)).trend(0, 1).sigmas
        for seed in range(300)
    ]
    assert np.std(flat) == pytest.approx(1.0, rel=0.15)


def test_the_running_levels_keep_what_they_should() -> None:
    step = series(np.r_[np.ones(100), np.zeros(100)])
    assert set(np.unique(step.smooth[:98])) == {1.0}
    assert np.all(np.diff(step.level) <= 1e-12)
    spike = np.zeros(200)
    spike[50] = 9.0
    assert series(spike).smooth.max() == 0.0
    assert series(spike).level.max() == pytest.approx(9.0 / series(spike).width)


def test_an_end_that_jumps_is_not_counted_again_and_again() -> None:
    value = np.zeros(400)
    value[-1] = 1.0
    assert series(value).level[-1] < 2.5 / series(value).width


@pytest.mark.parametrize("rows", [1, 2, 3, 10])
def test_the_shortest_logs_are_read(rows: int) -> None:
    short = series(np.linspace(1.0, 0.5, rows))
    assert short.first == 1.0
    assert len(short.smooth) == len(short.level) == rows
    assert np.isfinite(short.trend(0, 1).sigmas)
    assert np.isfinite(short.noise)


def test_what_the_digits_hide_is_rounding() -> None:
    coarse = series(np.round(np.exp(-np.arange(50) / 10), 2))
    assert coarse.quantum == pytest.approx(0.01)
    assert series([0.7, 0.7, 0.7]).constant
    assert not series([0.7, 0.701, 0.7]).constant
