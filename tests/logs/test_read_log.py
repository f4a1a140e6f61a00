"""Logs as other programs write them, read as a trace; and what is refused, in words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steepest.descent.descend import descend
from steepest.errors import InputError
from steepest.logs.assemble import Log
from steepest.logs.read_log import open_log, read_log
from steepest.objective.function import objective_from

Read = Callable[..., Log]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a text to a file and read it as a log."""

    def write_and_read(text: str, name: str = "log.csv", **columns: str) -> Log:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8", newline="")
        return open_log(file, columns=columns or None)

    return write_and_read


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_our_own_record_comes_back_to_the_bit(tmp_path: Path) -> None:
    bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w, names=("a", "b"))
    trace = descend(bowl, [10.0, -3.3], learning_rate=0.3, steps=20, tolerance=0)
    file = tmp_path / "own.csv"
    trace.to_frame().write_csv(file)
    again = read_log(file)
    for name in ("step", "loss", "learning_rate", "params", "gradient"):
        assert np.array_equal(getattr(again, name), getattr(trace, name)), name
    assert again.names == ("w_0", "w_1")
    assert (again.rule, again.loss_of, again.coordinates) == ("unknown", "unknown", None)
    assert (again.stop.reason, again.stop.because) == ("budget", "the log ends here")


def test_keras_csv_logger(read: Read) -> None:
    log = read("epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1.5,0.4,1.75\n1,0.6,1,0.5,1.5\n")
    assert log.kind == "CSV"
    assert log.trace.step.tolist() == [0, 1]
    assert log.trace.loss.tolist() == [1.5, 1.0]
    assert log.trace.measures["val_loss"].tolist() == [1.75, 1.5]
    assert log.trace.measures["accuracy"].tolist() == [0.5, 0.6]
    assert np.all(np.isnan(log.trace.learning_rate))
    assert log.trace.params is None
    assert log.columns["loss"] == "loss"


def test_keras_history(read: Read) -> None:
    history = {"loss": [3.0, 2.0], "val_loss": [4.0, 3.0], "accuracy": [0.1, 0.2]}
    for whole in ({"history": history, "epoch": [0, 1], "params": {"epochs": 2}}, history):
        log = read(json.dumps(whole), "history.json")
        assert log.trace.loss.tolist() == [3.0, 2.0]
        assert log.trace.measures["val_loss"].tolist() == [4.0, 3.0]
        assert log.trace.step.tolist() == [0, 1]


def test_hugging_face_trainer_state(read: Read) -> None:
    state = {
        "epoch": 2.0,
        "global_step": 20,
        "log_history": [
            {"epoch": 0.5, "grad_norm": 2.5, "learning_rate": 5e-5, "loss": 2.0, "step": 10},
            {"epoch": 1.0, "grad_norm": 1.5, "learning_rate": 2e-5, "loss": 1.0, "step": 20},
            {"epoch": 1.0, "eval_loss": 1.25, "eval_runtime": 1.0, "step": 20},
            {"epoch": 1.0, "step": 20, "train_loss": 1.7, "train_runtime": 9.0},
        ],
    }
    log = read(json.dumps(state, indent=2), "trainer_state.json")
    assert log.kind == "Hugging Face trainer state"
    assert log.trace.step.tolist() == [10, 20]
    assert log.trace.loss.tolist() == [2.0, 1.0]  # train_loss is a mean of the whole training
    assert log.trace.learning_rate.tolist() == [5e-5, 2e-5]
    assert log.trace.measures["gradient_norm"].tolist() == [2.5, 1.5]
    assert log.trace.measures["val_loss"][1] == 1.25
    assert math.isnan(log.trace.measures["val_loss"][0])


def test_json_lines_of_training_and_validation_apart(read: Read) -> None:
    rows = [
        {"step": 0, "train": {"loss": 3.0, "lr": 0.1}},
        {"step": 0, "val": {"loss": 3.5}},
        {"step": 5, "train": {"loss": 2.0, "lr": 0.1}},
        {"step": 10, "train": {"loss": 1.0}},
    ]
    log = read(lines(*rows), "log.jsonl")
    assert log.kind == "JSON lines"
    assert log.trace.step.tolist() == [0, 5, 10]
    assert log.trace.loss.tolist() == [3, 2, 1]
    assert log.trace.measures["val_loss"][0] == 3.5
    assert np.isnan(log.trace.measures["val_loss"][1:]).all()
    assert np.isnan(log.trace.learning_rate).tolist() == [False, False, True]


def test_json_with_parameters_as_lists(read: Read) -> None:
    rows = [{"step": i, "loss": 4.0 - i, "params": [1.0, i], "grad": [0.5, -i]} for i in range(3)]
    trace = read(json.dumps(rows), "log.json").trace
    assert trace.params is not None
    assert trace.gradient is not None
    assert trace.params.tolist() == [[1, 0], [1, 1], [1, 2]]
    assert trace.gradient.tolist() == [[0.5, 0], [0.5, -1], [0.5, -2]]


@pytest.mark.parametrize("written", ["NaN", '"nan"', '"NaN"', "Infinity", '"-inf"'])
def test_values_that_are_not_finite_are_values(read: Read, written: str) -> None:
    text = f'{{"step": 0, "loss": 1}}\n{{"step": 1, "loss": {written}}}\n'
    assert not np.isfinite(read(text, "log.jsonl").trace.loss[1])
    csv = f"step,loss\n0,1\n1,{written.strip(chr(34))}\n2,5\n"
    trace = read(csv).trace
    assert len(trace) == 3
    assert not np.isfinite(trace.loss[1])


def test_phases_on_rows_of_their_own(read: Read) -> None:
    text = "epoch,phase,loss,acc\n0,train,3,0.1\n0,val,4,0.2\n1,train,2,0.3\n1,val,3,0.4\n"
    log = read(text)
    assert log.trace.loss.tolist() == [3, 2]
    assert log.trace.measures["val_loss"].tolist() == [4, 3]
    assert log.trace.measures["acc"].tolist() == [0.1, 0.3]
    assert any("phase is one of val" in remark for remark in log.remarks)


def test_lightning_writes_losses_of_steps_and_epochs(read: Read) -> None:
    text = (
        "epoch,step,train_loss_epoch,train_loss_step,val_loss\n"
        "0,0,,4,\n0,1,,3,\n0,1,,,5\n0,1,3.5,,\n1,2,,2,\n1,3,,1,\n1,3,,,4\n1,3,1.5,,\n"
    )
    trace = read(text).trace
    assert trace.loss.tolist() == [4, 3, 2, 1]
    assert np.nan_to_num(trace.measures["val_loss"]).tolist() == [0, 5, 0, 4]


def test_an_end_without_losses_is_how_pandas_writes_nan(read: Read) -> None:
    log = read("step,loss,lr\n0,3,0.1\n1,2,0.1\n2,,0.1\n3,,0.1\n")
    assert len(log.trace) == 4
    assert np.isnan(log.trace.loss[2:]).all()
    assert "blank from data row 3" in log.remarks[0]


def test_an_end_that_measures_something_else_is_no_nan(read: Read) -> None:
    log = read("step,loss,val_loss\n0,3,\n1,2,\n2,,4\n")
    assert log.trace.loss.tolist() == [3, 2]
    log = read("step,loss,w_0,g_0\n0,3,1,1\n1,2,1,1\n2,1,1,1\n3,,0.5,\n")  # where it ended up
    assert log.trace.loss.tolist() == [3, 2, 1]


def test_nan_beside_a_validation_loss_was_not_measured(read: Read) -> None:
    log = read("step,loss,val_loss\n0,3,nan\n1,nan,4\n2,2,nan\n3,nan,3\n4,1,nan\n")
    assert log.trace.loss.tolist() == [3, 2, 1]
    broken = read("step,loss,val_loss\n0,3,4\n1,nan,4\n2,nan,nan\n")
    assert np.isnan(broken.trace.loss).tolist() == [False, True, True]


def test_some_gradients_are_a_sample(read: Read) -> None:
    trace = read("step,loss,w_0,w_1,w_2,g_0,g_2\n0,3,1,2,3,4,5\n1,2,1,2,3,4,5\n").trace
    assert trace.coordinates is not None
    assert trace.coordinates.tolist() == [0, 2]
    assert trace.names == ("w_0", "w_2")


def test_rows_without_parameters_are_left_out(read: Read) -> None:
    rows = "".join(f"{i},{9 - i},{i if i % 2 == 0 else ''},{i if i % 2 == 0 else ''}\n"
                   for i in range(8))  # fmt: skip
    log = read(f"step,loss,w,dw\n{rows}")
    assert log.trace.step.tolist() == [0, 2, 4, 6]
    assert any("4 rows without all of the parameters" in remark for remark in log.remarks)
    few = read("step,loss,w,dw\n0,3,1,1\n1,2,,\n2,1,,\n3,1,,\n")
    assert few.trace.params is None
    assert len(few.trace) == 4


def test_columns_by_hand(read: Read) -> None:
    log = read("it_no,my_own,loss\n5,1,9\n6,0.5,9\n", loss="my_own", step="it_no")
    assert log.trace.step.tolist() == [5, 6]
    assert log.trace.loss.tolist() == [1, 0.5]
    assert log.columns["loss"] == "my_own"
    assert read("x,y\n1,2\n2,1\n", loss="y", lr="x").trace.learning_rate.tolist() == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "step;loss\n0;1.5\n1;1\n",
        "step;loss\n0;1,5\n1;1\n",
        "step\tloss\n0\t1.5\n1\t1\n",
        "step   loss\n0   1.5\n1   1.0\n",
        "\ufeffstep,loss\r\n0,1.5\r\n1,1\r\n",
        "# written by hand\n\n# step,loss\n0,1.5\n1,1\n",
        '"step","loss"\n"0","1.5"\n\n"1","1"\n',
        "step,loss,\n0,1.5,\n1,1,\n",
        "step,loss\n0,tensor(1.5)\n1,np.float64(1.0)\n",
        ",step,loss\n0,0,1.5\n1,1,1\n",
    ],
)
def test_ways_to_separate(read: Read, text: str) -> None:
    trace = read(text).trace
    assert trace.step.tolist() == [0, 1]
    assert trace.loss.tolist() == [1.5, 1.0]
    assert not trace.measures


def test_a_last_line_that_is_cut_off_is_left_out(read: Read) -> None:
    log = read("step,loss,lr\n0,1,0.1\n1,0.5,0.1\n2,0.2")
    assert log.trace.loss.tolist() == [1, 0.5]
    assert "cut off" in log.remarks[0]
    log = read('{"step": 0, "loss": 1}\n{"step": 1, "lo', "log.jsonl")
    assert log.trace.loss.tolist() == [1]
    assert "cut off" in log.remarks[0]


def test_text_beside_the_numbers_is_ignored_and_said(read: Read) -> None:
    log = read("step,when,loss\n0,noon,1\n1,one,0.5\n")
    assert log.ignored == ("when",)
    assert log.to_dict()["ignored"] == ["when"]


REFUSED = {
    "": "is empty",
    " \n\n": "is empty",
    "step,loss\n": "no rows below",
    "0,1\n1,2\n": "begins with numbers",
    "step,loss\n0,1\n1\n2,3\n": "data row 2 has 1 value where the line of names has 2",
    "step,loss\n0,1\n1,oops\n": '"loss", read as loss, has the text "oops" in data row 2',
    "step,my_los\n0,1\n": '--columns "loss=my_los"',
    "step,accuracy\n0,1\n": "there are step, accuracy",
    "step,loss,loss\n0,1,2\n": 'two columns named "loss"',
    "step,loss\n0,\n1,\n": "holds no loss in any row",
    '{"a": ': "is not JSON",
    '{"step": 0, "loss": 1}\n{"step": 1, loss: 2}\n{"step": 2, "loss": 1}\n': "line 2 is not JSON",
    '{"loss": 1}\n[1]\n': "line 2 is [1]",
    "[1, 2]": "element 1 of its list is 1",
    "[]": "holds no rows",
    '{"name": "run"}': "object without rows (it has name)",
    '{"loss": [1, 2], "lr": [1]}': '"lr" has 1 values where "loss" has 2',
    "{'loss': 0.5}\n{'loss': 0.4}\n": "Python's way to write a dictionary",
    "step,w_0,loss\n0,high,1\n": 'has the text "high" in data row 1',
}


@pytest.mark.parametrize("text", list(REFUSED))
def test_bad_input_is_refused_in_one_sentence(read: Read, text: str) -> None:
    with pytest.raises(InputError) as refused:
        read(text)
    assert REFUSED[text] in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"step,loss\n0,\0\x01", "binary"),
        (b"\x80\x04\x95abc", "pickled"),
        (b"\x1f\x8babc", "gzip"),
        (b"SQLite format 3\0", "SQLite"),
        ("step,loss,größe\n0,1,2\n".encode("latin-1"), "UTF-8: byte 12 is 0xf6"),
        ("step,loss\n0,1\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_log(file)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "training.csv").write_text("step,loss\n0,1\n")
    with pytest.raises(InputError, match=r'did you mean "training.csv"'):
        read_log(tmp_path / "trainin.csv")
    with pytest.raises(InputError, match="does not exist"):
        read_log(tmp_path / "nowhere" / "log.csv")
    with pytest.raises(InputError, match="a folder without"):
        read_log(tmp_path)
    with pytest.raises(InputError, match="could not be read"):
        read_log("a\0b")


def test_a_column_by_hand_that_is_not_there(read: Read) -> None:
    with pytest.raises(InputError, match='did you mean "my_los"'):
        read("step,my_los\n0,1\n", loss="my_loss")
    with pytest.raises(InputError, match="none of what a column can be"):
        read("step,loss\n0,1\n", colour="loss")


def test_a_folder_with_one_known_log(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text("step,loss\n0,1\n1,0.5\n")
    assert read_log(tmp_path).loss.tolist() == [1, 0.5]


WORDS = st.sampled_from(
    ["step", "loss", "val_loss", "lr", "w_0", "g_0", "0", "1", "nan", "-inf", "1e999", "", '"',
     "{", "}", "[", "]", ":", "null", ",", ",", ";", "\t", "\n", "\n", "\r\n", " ", "#", "é"]
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(WORDS, max_size=40).map("".join))
def test_any_text_is_read_or_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "any.csv"
    file.write_text(text, encoding="utf-8", newline="")
    try:
        trace = read_log(file)
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert len(trace) >= 1
        assert np.all(np.diff(trace.step) > 0)


def test_the_optimizer_that_a_log_names(read: Read) -> None:
    assert read("step,loss,optimizer\n0,1,Adam\n1,0.5,Adam\n").optimizer == "adam"
    assert read("step,loss,lr-AdamW\n0,1,0.1\n").optimizer == "adamw"
    assert read("step,loss,lr\n0,1,0.1\n").optimizer is None


def test_a_measure_never_hides_a_column_of_the_record(read: Read) -> None:
    log = read("step,loss,Loss,Val Loss,val_loss\n0,1,7,8,2\n1,0.5,7,8,1\n")
    assert log.trace.loss.tolist() == [1, 0.5]
    assert log.trace.measures["val_loss"].tolist() in ([2, 1], [8, 8])
    assert log.trace.measures["Loss"].tolist() == [7, 7]
    assert log.trace.to_frame()["loss"].to_list() == [1, 0.5]
