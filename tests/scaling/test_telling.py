"""What is told of a pass and its workers: at most twice a second, never after the end."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.descent.recorder import Row
from steepest.errors import InputError
from steepest.passes.asking import Progress
from steepest.passes.reported import Reported
from steepest.scaling import telling
from steepest.scaling.telling import Telling
from steepest.scaling.told import Told, told_of
from steepest.storage.writer import RunWriter
from steepest.store import Store

LONG = 20.0
SEEN = Reported("worker 1", 7, 700, 7_000, 1.25, "2026-11-21T20:00:00.000+00:00", "working", 2)


class Engine:
    """Two workers, the second never heard of."""

    name = "ray"

    def __init__(self) -> None:
        self.first = SEEN

    def workers(self) -> list[Reported]:
        return [self.first, Reported("worker 2", 3, None, 3_000, 0.0, "", "lost")]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.db")


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the teller, in the tests' hands."""
    at = [100.0]
    monkeypatch.setattr(telling, "monotonic", lambda: at[0])
    return at


def progress(number: int, pieces: int, seconds: float = 0.0) -> Progress:
    done = 1_000 * pieces
    return Progress("step", number, pieces, 10, done, 10_000, 100 * pieces, 1_000, seconds)


def known(store: Store) -> Told:
    told = told_of(store, "last")
    assert told is not None
    return told


def row(step: int) -> Row:
    return Row(step, 1.0, np.ones(1), np.ones(1), 0.1)


def test_the_document_is_what_was_agreed(store: Store, moment: list[float]) -> None:
    import json

    with store.begin("t", {}) as writer:
        Telling(writer, Engine())(progress(3, 4, 0.5))
        text = store.document("last", "workers")
        assert text is not None
        assert json.loads(text) == {
            "pass": {"what": "step", "number": 3, "pieces": 4, "of_pieces": 10, "size": 4_000,
                     "of_size": 10_000, "seconds": 0.5, "rows": 400, "of_rows": 1_000},
            "engine": "ray",
            "workers": [
                {"name": "worker 1", "pieces": 7, "rows": 700, "size": 7_000, "seconds": 1.25,
                 "heartbeat": "2026-11-21T20:00:00.000+00:00", "state": "working", "restarts": 2},
                {"name": "worker 2", "pieces": 3, "rows": None, "size": 3_000, "seconds": 0.0,
                 "heartbeat": "", "state": "lost", "restarts": 0},
            ],
        }  # fmt: skip


def test_at_most_twice_a_second(store: Store, moment: list[float]) -> None:
    seen: list[int] = []
    with store.begin("t", {}) as writer:
        tell = Telling(writer, Engine())
        for place in range(10):
            tell(progress(1, place))
            seen.append(known(store).walk.pieces)
            moment[0] += 0.2
    assert seen == [0, 0, 0, 3, 3, 3, 6, 6, 6, 9]


def test_seconds_are_those_of_the_pass(store: Store, moment: list[float]) -> None:
    with store.begin("t", {}) as writer:
        tell = Telling(writer, Engine())
        tell(progress(1, 1, 2.0))
        assert known(store).walk.seconds == 2.0
        moment[0] += 3.0
        tell(progress(1, 2))
        assert known(store).walk.seconds == 5.0
        moment[0] += 1.0
        tell(progress(1, 10))
        moment[0] += 60.0  # whatever is done between two passes is no part of one
        tell.end()
        assert known(store).walk.seconds == 6.0
        tell = Telling(writer, Engine())
        tell(progress(2, 1))
        assert known(store).walk.seconds == 0.0


def test_rows_that_wait_do_not_wait_for_it(store: Store, moment: list[float]) -> None:
    with store.begin("t", {}, names=("w",)) as writer:
        tell = Telling(writer, Engine())
        writer.add(row(0))
        tell(progress(1, 1))
        assert writer.flushed == 1


def test_the_end_is_written_and_nothing_after_it(store: Store, moment: list[float]) -> None:
    with store.begin("t", {}) as writer, Telling(writer, Engine()) as tell:
        for place in range(11):
            tell(progress(1, place))
        assert known(store).walk.pieces == 0
        tell.end()
        assert known(store).walk.pieces == 10
        moment[0] += 9.0
        tell(progress(2, 5))
        tell.end()
    assert (known(store).walk.number, known(store).walk.pieces) == (1, 10)


def test_a_run_that_is_closed_is_left_alone(store: Store, moment: list[float]) -> None:
    with store.begin("t", {}) as writer:
        tell = Telling(writer, Engine())
        tell(progress(1, 1))
    moment[0] += 9.0
    tell(progress(1, 2))
    tell.end()
    assert known(store).walk.pieces == 1


def test_workers_are_heard_of_while_no_piece_is_finished(store: Store) -> None:
    engine = Engine()
    with store.begin("t", {}) as writer, Telling(writer, engine) as tell:
        tell(progress(1, 1))
        engine.first = replace(SEEN, heartbeat="2026-11-21T20:00:07.000+00:00")
        began = time.monotonic()
        while known(store).workers[0].heartbeat != engine.first.heartbeat:
            assert time.monotonic() - began < LONG
            time.sleep(0.05)


def test_nothing_is_told_of_a_fit_that_asked_nothing(store: Store) -> None:
    with store.begin("t", {}) as writer, Telling(writer, Engine()):
        pass
    assert told_of(store, "last") is None


def test_a_disk_that_refuses_is_said_in_the_fit(
    store: Store, monkeypatch: pytest.MonkeyPatch, moment: list[float]
) -> None:
    def refuse(*_: Any) -> None:
        raise InputError("the disk is full")

    with store.begin("t", {}) as writer, Telling(writer, Engine()) as tell:
        monkeypatch.setattr(RunWriter, "extend", refuse)
        with pytest.raises(InputError, match="the disk is full"):
            tell(progress(1, 1))
