"""The measures of captures, against what they are on a bowl."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.watching.captures import BLOCK, OF_ALL, Captures, Measured
from steepest.watching.coordinates import Tensor, coordinates_of

CURVES = np.array([1.0, 4.0, 9.0])
RATE = 0.15


def add(captures: Captures, step: int, params: np.ndarray, gradient: np.ndarray) -> None:
    captures.room[0], captures.room[1] = params, gradient
    captures.taken(step)


def walked(steps: range, most: int = 1024) -> tuple[Captures, list[np.ndarray]]:
    captures = Captures(coordinates_of([Tensor("a.w", 2), Tensor("b.w", 1)], most))
    place, places = np.array([1.0, -2.0, 3.0]), []
    for step in range(steps.stop):
        places.append(place)
        if step in steps:
            add(captures, step, place, CURVES * place)
        place = place - RATE * CURVES * place
    return captures, places


def column(measured: Measured, name: str) -> np.ndarray:
    return measured.table[:, measured.names.index(name)]


def test_measures_are_those_of_plain_descent_on_a_bowl() -> None:
    captures, places = walked(range(6))
    measured = captures.measured()
    assert measured.step.tolist() == list(range(6))
    for row, place in enumerate(places[:5]):
        slope = CURVES * place
        update = -RATE * slope
        after = CURVES * (place + update)
        assert column(measured, "gradient_norm")[row] == pytest.approx(np.linalg.norm(slope))
        assert column(measured, "weight_norm")[row] == pytest.approx(np.linalg.norm(place))
        assert column(measured, "update_norm")[row] == pytest.approx(np.linalg.norm(update))
        assert column(measured, "update_cosine")[row] == pytest.approx(1.0)
        cosine = after @ slope / np.linalg.norm(after) / np.linalg.norm(slope)
        assert column(measured, "gradient_cosine")[row] == pytest.approx(cosine)
        secant = update @ (CURVES * update) / (update @ update)
        assert column(measured, "curvature")[row] == pytest.approx(secant)
        assert column(measured, "step_curvature")[row] == pytest.approx(RATE * secant)
        assert column(measured, "gradient_norm/a")[row] == pytest.approx(np.linalg.norm(slope[:2]))
        assert column(measured, "update_norm/b")[row] == pytest.approx(abs(update[2]))
    assert np.isnan(column(measured, "update_norm")[5])  # its update was not seen yet
    assert not np.isnan(column(measured, "gradient_norm")[5])


def test_the_newest_capture_waits_for_the_next_one() -> None:
    captures, _ = walked(range(4))
    captures.measured()
    assert captures.count == 1
    assert captures.last[0] == 3
    place = walked(range(5))[1][4]
    add(captures, 4, place, CURVES * place)
    again = captures.measured()
    assert again.step.tolist() == [3, 4]
    assert np.isfinite(column(again, "update_norm")[0])


def test_only_steps_that_follow_each_other_show_an_update() -> None:
    captures, places = walked(range(0))
    for step in (2, 5, 6, 9):
        place = np.array([1.0, 1.0, step])
        add(captures, step, place, CURVES * place)
    known = np.isfinite(column(captures.measured(), "update_norm"))
    assert known.tolist() == [False, True, False, False]
    assert places == []


def test_there_is_room_for_a_block_and_nothing_is_measured_of_nothing() -> None:
    captures, _ = walked(range(4 * BLOCK + 1))
    assert captures.full
    captures.measured()
    assert not captures.full
    empty = Captures(coordinates_of([Tensor("w", 3)])).measured()
    assert empty.table.shape == (0, len(OF_ALL) + 3)


def test_norms_survive_what_overflows_in_float32() -> None:
    captures = Captures(coordinates_of([Tensor("w", 100)]))
    add(captures, 0, np.ones(100, np.float32), np.full(100, 1e30, np.float32))
    assert column(captures.measured(), "gradient_norm")[0] == pytest.approx(1e31, rel=1e-6)


def test_what_is_not_finite_is_not_hidden() -> None:
    captures = Captures(coordinates_of([Tensor("a.w", 50), Tensor("b.w", 50)]))
    gradient = np.ones(100, np.float32)
    gradient[70] = np.nan
    add(captures, 0, np.ones(100, np.float32), gradient)
    measured = captures.measured()
    assert np.isnan(column(measured, "gradient_norm")[0])
    assert np.isfinite(column(measured, "gradient_norm/a")[0])
    assert np.isnan(column(measured, "gradient_norm/b")[0])
