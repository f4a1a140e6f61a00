"""The journal of a run: what is kept, what is known again, and what is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.errors import InputError
from steepest.passes import journal as journals
from steepest.passes.forest import Forest
from steepest.passes.journal import RunJournal
from steepest.storage.writer import RunWriter
from steepest.store import Store
from steepest.trace import Array, Stop, Trace


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Which leaves lie below, in which order."""

    places: Array


@dataclass(frozen=True, slots=True)
class Which:
    """Asks for them; `word` makes it another question."""

    word: str = ""

    @property
    def answer(self) -> type[Places]:
        return Places

    def of_piece(self, piece: Any, worker: Any) -> Places:
        return Places(np.array([float(piece)]))

    def merge(self, left: Places, right: Places) -> Places:
        return Places(np.append(left.places, right.places))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def writer(path: Path) -> Iterator[RunWriter]:
    with Store(path).begin("piece", {}) as writer:
        yield writer


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written but by `keep`."""
    monkeypatch.setattr(journals, "EVERY", 1e9)


def answered(asked: Which, leaves: int, places: list[int]) -> Forest[Places]:
    forest: Forest[Places] = Forest(leaves, asked.merge)
    for place in places:
        forest.add((0, place), asked.of_piece(place, None))
    return forest


def recalled(writer: RunWriter, number: int, asked: Which, leaves: int) -> Forest[Places]:
    forest: Forest[Places] = Forest(leaves, asked.merge)
    RunJournal(writer).recall(number, asked, forest)
    return forest


def stored(path: Path) -> list[tuple[int, int, int]]:
    with closing(sqlite3.connect(path)) as connection:
        asked = "SELECT number, level, place FROM passes ORDER BY number, level, place"
        return connection.execute(asked).fetchall()


def test_a_pass_that_was_cut_is_known_by_its_whole_nodes(path: Path, writer: RunWriter) -> None:
    asked, journal = Which(), RunJournal(writer)
    journal.note(1, asked, answered(asked, 7, [0, 1, 3, 4, 5, 6]))
    journal.keep()
    assert stored(path) == [(1, 0, 3), (1, 1, 0), (1, 2, 1)]
    forest = recalled(writer, 1, asked, 7)
    assert forest.missing() == [2]
    forest.add((0, 2), Places(np.array([2.0])))
    assert forest.whole.places.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_what_is_merged_takes_the_place_of_its_parts(path: Path, writer: RunWriter) -> None:
    asked, journal = Which(), RunJournal(writer)
    forest: Forest[Places] = Forest(4, asked.merge)
    for place, there in (
        (1, [(1, 0, 1)]),
        (2, [(1, 0, 1), (1, 0, 2)]),
        (3, [(1, 0, 1), (1, 1, 1)]),
        (0, [(1, 2, 0)]),
    ):
        forest.add((0, place), asked.of_piece(place, None))
        journal.note(1, asked, forest)
        journal.keep()
        assert stored(path) == there


def test_passes_that_are_over_are_their_roots(path: Path, writer: RunWriter) -> None:
    asked, journal = Which(), RunJournal(writer)
    for number in (1, 2, 3):
        journal.note(number, asked, answered(asked, 5, list(range(5))))
    journal.keep()
    journal.keep()
    assert stored(path) == [(1, 3, 0), (2, 3, 0), (3, 3, 0)]
    assert RunJournal(writer).known == 3
    assert recalled(writer, 2, asked, 5).whole.places.tolist() == [0, 1, 2, 3, 4]
    assert recalled(writer, 4, asked, 5).missing() == [0, 1, 2, 3, 4]


def test_another_question_makes_all_after_it_forgotten(path: Path, writer: RunWriter) -> None:
    journal = RunJournal(writer)
    for number in (1, 2, 3):
        journal.note(number, Which(), answered(Which(), 2, [0, 1]))
    journal.keep()
    again = RunJournal(writer)
    forest: Forest[Places] = Forest(2, Which().merge)
    again.recall(1, Which(), forest)
    assert forest.complete
    other: Forest[Places] = Forest(2, Which().merge)
    again.recall(2, Which("another"), other)
    assert other.missing() == [0, 1]
    assert stored(path) == [(1, 1, 0)]
    third: Forest[Places] = Forest(2, Which().merge)
    again.recall(3, Which(), third)
    assert not third.complete


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passes SET state = substr(state, 2) WHERE level = 1",
        "UPDATE passes SET checksum = 1 WHERE level = 1",
        "UPDATE passes SET state = 'words' WHERE level = 1",
        "UPDATE passes SET level = 'one' WHERE level = 1",
        "UPDATE passes SET level = 9 WHERE level = 1",
        "UPDATE passes SET place = -4 WHERE level = 1",
        "DELETE FROM passes WHERE level = 1",
        "UPDATE passes SET state = x'c1', checksum = 1046551979 WHERE level = 1",
    ],
)
def test_what_is_damaged_is_asked_again(path: Path, writer: RunWriter, damage: str) -> None:
    asked, journal = Which(), RunJournal(writer)
    journal.note(1, asked, answered(asked, 3, [0, 1, 2][:2]))
    journal.note(2, asked, answered(asked, 3, [0, 1, 2]))
    journal.keep()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(damage)
        connection.commit()
    forest = recalled(writer, 1, asked, 3)
    assert forest.missing() == [0, 1, 2]
    again = RunJournal(writer)
    again.recall(1, asked, forest)
    for place in forest.missing():
        forest.add((0, place), asked.of_piece(place, None))
    again.note(1, asked, forest)
    again.keep()
    assert recalled(writer, 1, asked, 3).whole.places.tolist() == [0, 1, 2]
    assert recalled(writer, 2, asked, 3).whole.places.tolist() == [0, 1, 2]


def test_nodes_that_overlap_are_counted_once(path: Path, writer: RunWriter) -> None:
    asked, journal = Which(), RunJournal(writer)
    journal.note(1, asked, answered(asked, 5, [0, 1, 2]))
    journal.keep()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO passes SELECT run, number, 0, 1, question, state, checksum "
            "FROM passes WHERE level = 0"
        )
        connection.commit()
    forest = recalled(writer, 1, asked, 5)
    assert forest.missing() == [3, 4]
    for place in (3, 4):
        forest.add((0, place), asked.of_piece(place, None))
    assert forest.whole.places.tolist() == [0, 1, 2, 3, 4]


def test_it_is_written_when_it_is_time(
    path: Path, writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [0.0]
    monkeypatch.setattr(journals, "EVERY", 1.0)
    monkeypatch.setattr(journals, "monotonic", lambda: moment[0])
    asked, journal = Which(), RunJournal(writer)
    forest: Forest[Places] = Forest(8, asked.merge)

    def at(seconds: float, place: int) -> None:
        moment[0] = seconds
        forest.add((0, place), asked.of_piece(place, None))
        journal.note(1, asked, forest)

    at(0.9, 0)
    with closing(sqlite3.connect(path)) as connection:
        made = "SELECT count(*) FROM sqlite_master WHERE name = 'passes'"
        assert connection.execute(made).fetchone() == (0,)  # not even the table
    at(1.0, 1)
    assert stored(path) == [(1, 1, 0)]
    at(1.9, 2)
    assert stored(path) == [(1, 1, 0)]
    at(2.0, 4)
    assert stored(path) == [(1, 0, 2), (1, 0, 4), (1, 1, 0)]


def test_a_slow_disk_is_asked_less_often(
    path: Path, writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter([0.0, 1.0, 1.0, 3.0, 100.0, 103.1, 103.1, 103.1])  # the writing takes 2 seconds
    monkeypatch.setattr(journals, "EVERY", 1.0)
    monkeypatch.setattr(journals, "monotonic", lambda: next(ticks))
    asked, journal = Which(), RunJournal(writer)
    forest: Forest[Places] = Forest(8, asked.merge)
    for place, there in ((0, [(1, 0, 0)]), (2, [(1, 0, 0)]), (4, [(1, 0, n) for n in (0, 2, 4)])):
        forest.add((0, place), asked.of_piece(place, None))
        journal.note(1, asked, forest)
        assert stored(path) == there


def cut_off(path: Path, error: type[BaseException]) -> None:
    with Store(path).begin("piece", {}) as writer, RunJournal(writer) as journal:
        journal.note(1, Which(), answered(Which(), 3, [0]))
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_what_is_cut_off_is_written_at_the_end(path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        cut_off(path, error)
    assert stored(path) == [(1, 0, 0)]


@pytest.mark.parametrize(("reason", "left"), [("budget", []), ("interrupted", [(1, 1, 0)])])
def test_it_is_gone_once_the_run_is_done(path: Path, reason: str, left: list[Any]) -> None:
    asked = Which()
    ended = Trace(
        step=np.arange(1),
        loss=np.ones(1),
        learning_rate=np.ones(1),
        rule="gradient_descent",
        names=("w",),
        stop=Stop(reason, "it was so"),  # pyright: ignore[reportArgumentType]
    )
    with Store(path).begin("piece", {}) as writer:
        with RunJournal(writer) as journal:
            journal.note(1, asked, answered(asked, 2, [0, 1]))
            journal.keep()
        writer.finish(ended, {})
    assert stored(path) == left


def test_runs_do_not_see_each_others_answers(path: Path, writer: RunWriter) -> None:
    asked, journal = Which(), RunJournal(writer)
    journal.note(1, asked, answered(asked, 2, [0, 1]))
    journal.keep()
    with Store(path).begin("piece", {}) as other:
        assert RunJournal(other).known == 0


def test_a_store_that_cannot_be_written_is_said_so(path: Path, writer: RunWriter) -> None:
    asked, journal = Which(), RunJournal(writer)
    journal.note(1, asked, answered(asked, 2, [0]))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE passes (another TEXT)")
        connection.commit()
    with pytest.raises(InputError, match=r"the store .* is damaged"):
        journal.keep()
