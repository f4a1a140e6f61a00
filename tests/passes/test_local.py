"""Threads that walk: the same answer for any number, errors at once, and none left behind."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from steepest.data.representation import learn_representation
from steepest.data.survey import read_contract
from steepest.data.table import read_table
from steepest.errors import InputError
from steepest.passes.asking import Ask
from steepest.passes.layout import Layout
from steepest.passes.local import LocalEngine
from steepest.passes.survey import Survey
from steepest.passes.worker import Worker


@pytest.fixture
def worker(cut):
    generator = np.random.default_rng(2)
    X = generator.standard_normal((5000, 3))
    frame = pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "y": X.sum(axis=1)})
    frame = frame.with_columns(pl.col("y") + generator.standard_normal(5000))
    contract = read_contract(read_table(frame), "y")
    layout = Layout(contract, learn_representation(frame, contract), "impute", 0.2, 0, 128)
    return Worker(cut(frame, 600), layout)


def test_any_number_of_threads_gives_the_same_bits(worker):
    answers = []
    for threads in (1, 2, 4):
        with LocalEngine(Worker(worker.source, worker.layout), threads) as engine:
            found = Ask(engine)(Survey(np.zeros(4), 50, (1.0, 1.0)))
        answers.append((found.train.R.tobytes(), found.held.R.tobytes(), found.columns))
    assert answers[0] == answers[1] == answers[2]


@dataclass(frozen=True)
class Slow:
    """Goes on for ever in every piece but one, which fails."""

    fails: int
    answer: type = int

    def of_piece(self, piece, worker):
        if piece.place == self.fails:
            raise InputError("this piece is damaged")
        while True:
            for _ in worker.rows(piece):
                time.sleep(0.001)

    def merge(self, left, right):
        return left + right


def test_an_error_ends_the_others_and_comes_at_once(worker):
    before = threading.active_count()
    with (
        LocalEngine(worker, 2) as engine,
        pytest.raises(InputError, match="this piece is damaged"),
    ):
        list(engine.parts(Slow(1), range(len(worker.source.pieces))))
    assert threading.active_count() == before


def test_closing_early_ends_the_work_and_another_pass_can_follow(worker):
    with LocalEngine(worker, 2) as engine:
        walk = engine.parts(Survey(np.zeros(4), 50, (1.0, 1.0)), [0, 1, 2])
        next(walk)
        walk.close()
        assert Ask(engine)(Survey(np.zeros(4), 50, (1.0, 1.0))).rows == 5000


def test_ctrl_c_while_waiting_leaves_no_thread(worker, monkeypatch):
    from steepest.passes import local

    before, real = threading.active_count(), local.wait
    calls = []

    def interrupted(busy, **how):
        calls.append(how)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return real(busy, **how)

    monkeypatch.setattr(local, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt), LocalEngine(worker, 2) as engine:
        list(engine.parts(Slow(-1), [0, 1, 2]))
    assert threading.active_count() == before
