"""Rows of a watched loop, thinned evenly where they are too many."""

from __future__ import annotations

import numpy as np

from steepest.watching.captures import Measured
from steepest.watching.recorder import MOST_ROWS, Recorder


def recorded(steps: int) -> Recorder:
    recorder = Recorder()
    for step in range(steps):
        recorder.open(step, 0.1)
        recorder.loss(step, 1.0 / (1 + step))
    return recorder


def test_rows_are_what_was_said() -> None:
    recorder = recorded(5)
    recorder.measure(3, "val_loss", 0.7)
    columns = recorder.columns()
    assert columns["step"].tolist() == [0, 1, 2, 3, 4]
    assert columns["loss"].tolist() == [1.0, 1 / 2, 1 / 3, 1 / 4, 1 / 5]
    assert columns["measure:val_loss"][3] == 0.7
    assert np.isnan(columns["measure:val_loss"][[0, 1, 2, 4]]).all()


def test_a_loss_may_come_one_step_late() -> None:
    recorder = recorded(3)
    recorder.open(3, 0.1)
    recorder.open(4, 0.1)
    recorder.loss(3, 9.0)
    columns = recorder.columns()
    assert columns["step"].tolist() == [0, 1, 2, 3]  # the loss of step 4 is not there yet
    assert columns["loss"][3] == 9.0


def test_steps_without_a_loss_hand_their_measures_to_the_next_that_has_one() -> None:
    recorder = Recorder()
    for step in range(30):
        recorder.open(step, 0.1)
        recorder.measure(step, "seen", step if step in (3, 7, 10, 22) else np.nan)
        if step % 10 == 0:
            recorder.loss(step, 1.0)
    columns = recorder.columns()
    assert columns["step"].tolist() == [0, 10, 20]
    assert columns["measure:seen"][1] == 10.0  # the last since the row before
    assert np.isnan(columns["measure:seen"][[0, 2]]).all()


def test_a_loop_that_never_says_its_loss_has_rows_all_the_same() -> None:
    recorder = Recorder()
    for step in range(5):
        recorder.open(step, 0.1)
    assert not recorder.told
    assert recorder.columns()["step"].tolist() == [0, 1, 2, 3, 4]


def test_a_long_loop_is_thinned_evenly_and_keeps_its_numbers() -> None:
    steps = 3 * MOST_ROWS
    columns = recorded(steps).columns()
    gaps = np.diff(columns["step"])
    assert set(gaps.tolist()) == {4}
    assert columns["step"][0] == 0
    assert len(columns["step"]) <= MOST_ROWS
    assert np.array_equal(columns["loss"], 1.0 / (1 + columns["step"]))


def test_measures_find_their_rows_and_those_without_one_are_dropped() -> None:
    recorder = recorded(MOST_ROWS + 10)  # every second step by now
    table = np.array([[1.0], [2.0], [3.0]])
    recorder.measures(Measured(np.array([4, 5, MOST_ROWS + 8]), ("gradient_norm",), table))
    columns = recorder.columns()
    found = np.flatnonzero(np.isfinite(columns["measure:gradient_norm"]))
    assert columns["step"][found].tolist() == [4, MOST_ROWS + 8]
    assert columns["measure:gradient_norm"][found].tolist() == [1.0, 3.0]


def test_new_rows_come_once_and_only_when_settled() -> None:
    recorder = recorded(10)
    assert len(recorder.new_rows(None)["step"]) == 0
    recorder.settled = 6
    assert recorder.new_rows(None)["step"].tolist() == list(range(7))
    recorder.settled = 8
    rows = recorder.new_rows(("step", "loss", "measure:later"))
    assert rows["step"].tolist() == [7, 8]
    assert np.isnan(rows["measure:later"]).all()


def test_rows_handed_out_rise_also_across_thinning() -> None:
    recorder, seen = Recorder(), []
    for step in range(2 * MOST_ROWS + 100):
        recorder.open(step, 0.1)
        recorder.loss(step, 1.0)
        recorder.settled = step - 1
        if step % 500 == 0:
            seen += recorder.new_rows(None)["step"].tolist()
    assert seen == sorted(set(seen))
