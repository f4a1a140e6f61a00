"""The answers of rows in the store, and a run that is taken up again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.storage.answers import (
    Answer,
    drop_answers,
    forget_from,
    last_number,
    read_answers,
    write_answers,
)
from steepest.storage.outline import Outline, outline_to_json
from steepest.store import Store
from steepest.trace import Array, Fact, Stop, Trace


def answer(number: int, level: int = 0, place: int = 0) -> Answer:
    return Answer(number, level, place, b"question", f"{number} {level} {place}".encode())


def test_answers_of_runs_and_questions_are_apart(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "any.db")) as on:
        assert (read_answers(on, 1, 1), last_number(on, 1)) == ([], 0)
        forget_from(on, 1, 1)
        drop_answers(on, 1)
        first = [answer(1), answer(1, 0, 1), answer(1, 2, 0)]
        write_answers(on, 1, [], [*first, answer(2), answer(3)])
        write_answers(on, 2, [], [answer(7)])
        assert read_answers(on, 1, 1) == [first[2], *first[:2]]
        assert (last_number(on, 1), last_number(on, 2), last_number(on, 3)) == (3, 7, 0)
        write_answers(on, 1, [(1, 0, 1), (1, 0, 5)], [answer(1)])
        assert read_answers(on, 1, 1) == [first[2], first[0]]
        forget_from(on, 1, 2)
        assert last_number(on, 1) == 1
        drop_answers(on, 1)
        assert (last_number(on, 1), last_number(on, 2)) == (0, 7)


@dataclass(frozen=True)
class Row:
    step: int
    loss: float
    params: Array
    gradient: Array
    learning_rate: float = 0.1


def row(step: int) -> Row:
    return Row(step, 1.0 / (step + 1), np.full(2, float(step)), np.full(2, -float(step)))


KILLED = """
import os, sys
from types import SimpleNamespace
import numpy as np
from steepest.store import Store
writer = Store(sys.argv[1]).begin("cut", {"request": "{}", "model": "{}"}, names=("w", "b"))
for step in range(int(sys.argv[2])):
    writer.add(SimpleNamespace(step=step, loss=1.0 / (step + 1), learning_rate=0.1,
        params=np.full(2, float(step)), gradient=np.full(2, -float(step))))
writer.flush()
os._exit(9)
"""


def killed(path: Path, rows: int) -> Store:
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), str(rows)], check=False)
    assert done.returncode == 9
    return Store(path)


@pytest.mark.parametrize("rows", [0, 3])
def test_rows_that_are_there_are_not_doubled(tmp_path: Path, rows: int) -> None:
    store = killed(tmp_path / "runs.db", rows)
    created = store.row("cut-1").created
    with store.resume("cut-1", keep=("request",)) as writer:
        assert writer.id == "cut-1"
        now = store.row("cut-1")
        assert (now.status, now.message, now.recorded, now.created) == (
            "running",
            "",
            rows,
            created,
        )
        assert (now.last_step is None) == (rows == 0)
        assert store.document("cut-1", "request") == "{}"
        assert store.document("cut-1", "model") is None
        for step in range(5):
            writer.add(row(step))
        writer.flush()
    trace = store.trace("cut-1")
    assert trace.step.tolist() == [0, 1, 2, 3, 4]
    assert trace.params is not None
    assert trace.params[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert trace.names == ("w", "b")
    assert store.row("cut-1").recorded == 5
    assert len(store.runs()) == 1


def test_the_record_of_an_interrupted_run_is_begun_anew(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    ended = Trace(
        step=np.array([0, 10]),  # thinned: not the rows that will come again
        loss=np.array([2.0, 1.0]),
        learning_rate=np.ones(2),
        rule="gradient_descent",
        names=("w", "b"),
        params=np.ones((2, 2)),
        facts={"sharpness": Fact(1.0, "known")},
        stop=Stop("interrupted", "by the user"),
    )
    with store.begin("cut", {"request": "{}"}) as writer:
        writer.finish(ended, {"model": "{}"})
    with store.resume("cut-1", keep=("request",)) as writer:
        assert (store.row("cut-1").recorded, store.row("cut-1").last_loss) == (0, None)
        with pytest.raises(InputError, match="holds no step yet"):
            store.trace("cut-1")
        for step in range(3):
            writer.add(row(step))
        writer.flush()
        seen = store.trace("cut-1")
        assert (seen.step.tolist(), seen.names) == ([0, 1, 2], ("w", "b"))
        assert seen.stop.because.startswith("still running")


def test_only_a_run_that_was_cut_off_is_taken_up(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    with store.begin("alive", {}):
        with pytest.raises(InputError, match="alive-1 is still running"):
            store.resume("alive-1", keep=())
        assert store.row("alive-1").status == "running"
    store.resume("alive-1", keep=()).__exit__(None, None, None)
    with pytest.raises(InputError, match="there is no run 'other-1'"):
        store.resume("other-1", keep=())
    with store.begin("done", {}) as writer:
        writer.finish(
            Trace(
                step=np.arange(1),
                loss=np.ones(1),
                learning_rate=np.ones(1),
                rule="gradient_descent",
                names=("w",),
                stop=Stop("converged", "it arrived"),
            ),
            {},
        )
    with pytest.raises(InputError, match="done-1 is done"):
        store.resume("done-1", keep=())


def test_a_store_with_answers_is_one_for_programs_without_them(tmp_path: Path) -> None:
    """The tables that an older program knows are as they were, and the format's number, too."""
    path = tmp_path / "runs.db"
    with Store(path).begin("one", {"trace": outline_to_json(Outline())}) as writer:
        writer.together(lambda on, run: write_answers(on, run, [], [answer(1)]))
    with closing(sqlite3.connect(path)) as on:
        assert on.execute("PRAGMA user_version").fetchone() == (1,)
        tables = on.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == {"runs", "documents", "columns", "passes"}
