"""Order, restarts, rows without a loss: what the steps of a log may look like."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from steepest.logs.rows import Rows, in_order
from steepest.logs.table import Cells


def cells(values: Sequence[float | None]) -> Cells:
    known = np.array([value is not None for value in values])
    return Cells(np.array([math.nan if v is None else float(v) for v in values]), known)


def ordered(
    columns: Mapping[str, Sequence[float | None]], step: str | None = "step",
    epoch: str | None = None,
) -> Rows:  # fmt: skip
    return in_order({name: cells(column) for name, column in columns.items()}, "loss", step, epoch)


def losses(rows: Rows) -> list[float]:
    return rows.columns["loss"].values.tolist()


def test_rows_in_order_stay_as_they_are() -> None:
    rows = ordered({"step": [0, 10, 20], "loss": [3, 2, math.nan]})
    assert rows.step.tolist() == [0, 10, 20]
    assert losses(rows)[:2] == [3, 2]
    assert math.isnan(losses(rows)[2])
    assert rows.remarks == ()


def test_rows_out_of_order_are_sorted_and_it_is_said() -> None:
    rows = ordered({"step": [2, 0, 1], "loss": [1, 3, 2]})
    assert rows.step.tolist() == [0, 1, 2]
    assert losses(rows) == [3, 2, 1]
    assert "sorted" in rows.remarks[0]


def test_of_a_resumed_run_the_later_rows_count() -> None:
    rows = ordered({"step": [0, 1, 2, 3, 2, 3, 4], "loss": [9, 8, 7, 6, 70, 60, 50]})
    assert rows.step.tolist() == [0, 1, 2, 3, 4]
    assert losses(rows) == [9, 8, 70, 60, 50]
    assert "start again at data row 5" in rows.remarks[0]
    assert "2 rows were left out" in rows.remarks[0]


def test_of_two_runs_in_one_file_the_last_is_read() -> None:
    rows = ordered({"step": [0, 1, 2, 0, 1], "loss": [9, 8, 7, 5, 4]})
    assert rows.step.tolist() == [0, 1]
    assert losses(rows) == [5, 4]


def test_a_test_after_the_last_step_starts_nothing_again() -> None:
    columns = {"step": [0, 1, 2, 0], "loss": [4, 3, 2, None], "test": [None, None, None, 5]}
    rows = ordered(columns)
    assert rows.step.tolist() == [0, 1, 2]
    assert losses(rows) == [4, 3, 2]
    assert rows.columns["test"].known.tolist() == [True, False, False]
    assert "start again" not in " ".join(rows.remarks)


def test_evaluations_at_the_end_of_a_log_go_to_their_steps() -> None:
    columns = {
        "step": [0, 10, 20, 30, 0, 14, 30],
        "loss": [4, 3, 2, 1, None, None, None],
        "val": [None, None, None, None, 7, 6, 5],
    }
    rows = ordered(columns)
    assert rows.step.tolist() == [0, 10, 20, 30]
    assert losses(rows) == [4, 3, 2, 1]
    assert rows.columns["val"].known.tolist() == [True, True, False, True]
    assert rows.columns["val"].values[[0, 1, 3]].tolist() == [7, 6, 5]
    assert len(rows.remarks) == 1
    assert "3 rows without a loss gave val" in rows.remarks[0]


def test_of_a_resumed_run_the_evaluations_before_are_left_out() -> None:
    columns = {
        "step": [0, 1, 2, 2, 1, 2, 2],
        "loss": [9, 8, 7, None, 5, 4, None],
        "val": [None, None, None, 70, None, None, 40],
    }
    rows = ordered(columns)
    assert rows.step.tolist() == [0, 1, 2]
    assert losses(rows) == [9, 5, 4]
    assert rows.columns["val"].known.tolist() == [False, False, True]
    assert rows.columns["val"].values[2] == 40


def test_a_resumed_run_is_found_beside_a_closing_test() -> None:
    columns = {"step": [0, 1, 2, 1, 2, 0], "loss": [9, 8, 7, 5, 4, None]}
    columns["test"] = [None] * 5 + [6]
    rows = ordered(columns)
    assert losses(rows) == [9, 5, 4]
    assert "start again at data row 4" in rows.remarks[0]
    assert "2 rows were left out" in rows.remarks[0]


def test_a_closing_test_does_not_hide_that_every_epoch_starts_again() -> None:
    columns = {
        "epoch": [0, 0, 1, 1, None],
        "step": [0, 1, 0, 1, 0],
        "loss": [4, 3, 2, 1, None],
        "test": [None, None, None, None, 5],
    }
    rows = ordered(columns, "step", "epoch")
    assert losses(rows) == [4, 3, 2, 1]
    assert rows.step.tolist() == [0, 1, 2, 3]
    assert "every epoch" in rows.remarks[0]


def test_batches_of_an_epoch_are_counted() -> None:
    rows = ordered({"epoch": [0, 0, 1, 1], "loss": [4, 3, 2, 1]}, None, "epoch")
    assert rows.step.tolist() == [0, 1, 2, 3]
    assert "counted" in rows.remarks[0]


def test_batches_that_start_again_in_every_epoch_are_counted() -> None:
    columns = {"epoch": [0, 0, 1, 1], "step": [0, 1, 0, 1], "loss": [4, 3, 2, 1]}
    rows = ordered(columns, "step", "epoch")
    assert rows.step.tolist() == [0, 1, 2, 3]
    assert losses(rows) == [4, 3, 2, 1]
    assert "every epoch" in rows.remarks[0]


def test_rows_of_one_step_that_agree_are_one() -> None:
    columns = {"step": [0, 0, 1, 1], "loss": [4, None, 3, None], "val": [None, 5, None, 6]}
    rows = ordered(columns)
    assert rows.step.tolist() == [0, 1]
    assert losses(rows) == [4, 3]
    assert rows.columns["val"].values.tolist() == [5, 6]
    assert rows.remarks == ()


def test_a_validation_between_two_steps_goes_to_the_nearest() -> None:
    columns = {"step": [0, 10, 14, 20], "loss": [4, 3, None, 2], "val": [None, None, 7, None]}
    rows = ordered(columns)
    assert rows.step.tolist() == [0, 10, 20]
    assert rows.columns["val"].known.tolist() == [False, True, False]
    assert rows.columns["val"].values[1] == 7
    assert "1 row without a loss gave val to the nearest" in rows.remarks[0]


def test_a_validation_without_a_step_is_of_the_step_before() -> None:
    columns = {"step": [0, None, 1, None], "loss": [4, None, 3, None], "val": [None, 5, None, 6]}
    rows = ordered(columns)
    assert rows.step.tolist() == [0, 1]
    assert rows.columns["val"].values.tolist() == [5, 6]


def test_no_value_that_a_row_has_is_overwritten() -> None:
    columns = {"step": [0, 1, 2], "loss": [4, None, 2], "val": [9, 7, 5]}
    rows = ordered(columns)
    assert rows.columns["val"].values.tolist() == [9, 5]
    assert "left out" in rows.remarks[0]


def test_fractions_number_no_steps() -> None:
    rows = ordered({"epoch": [0.1, 0.2], "loss": [2, 1]}, None, "epoch")
    assert rows.step.tolist() == [0, 1]
    assert "not a whole number" in rows.remarks[0]


def test_steps_beyond_every_integer_number_nothing() -> None:
    assert ordered({"step": [1e19, 2e19], "loss": [2, 1]}).step.tolist() == [0, 1]
    assert ordered({"step": [math.inf, 1], "loss": [2, 1]}).step.tolist() == [0, 1]
