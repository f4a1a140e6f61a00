from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from steepest.data.sources.source import Piece
from steepest.passes.asking import Ask, Progress, cut_by_ctrl_c
from steepest.passes.engine import Part
from steepest.passes.forest import Forest


@dataclass(frozen=True)
class Letters:
    """Pieces named by letters; the answer is which came, as a tree."""

    @property
    def answer(self) -> type[str]:
        return str

    def of_piece(self, piece: Any, worker: Any) -> str:
        return "abcdefgh"[piece.place]

    def merge(self, left: str, right: str) -> str:
        return f"({left}{right})"


@dataclass
class Source:
    pieces: tuple[Piece, ...]


@dataclass
class Engine:
    """Answers in an order of its own."""

    source: Source
    order: Sequence[int]
    asked: list[list[int]] = field(default_factory=list[list[int]])
    name: str = "test"

    def parts(self, asked: Any, places: Sequence[int]) -> Iterator[Part]:
        self.asked.append(list(places))
        for place in self.order:
            if place in places:
                state = asked.of_piece(self.source.pieces[place], None)
                yield Part([((0, place), state)], 10, "one", 0.5)


class Memory:
    """A journal that knows some nodes."""

    def __init__(self, known: dict[int, dict[tuple[int, int], str]]) -> None:
        self.known = known
        self.noted: list[tuple[int, bool]] = []

    def recall(self, number: int, asked: Any, forest: Forest[Any]) -> None:
        for node, state in self.known.get(number, {}).items():
            forest.add(node, state)

    def note(self, number: int, asked: Any, forest: Forest[Any]) -> None:
        self.noted.append((number, forest.complete))


def engine(order: Sequence[int], rows: int | None = 5) -> Any:
    pieces = tuple(Piece(place, rows, 10 * (place + 1), ()) for place in range(len(order)))
    return Engine(Source(pieces), order)


def test_all_rows_answer_along_one_tree() -> None:
    for order in ([0, 1, 2, 3, 4], [4, 2, 0, 3, 1]):
        assert Ask(engine(order))(Letters()) == "(((ab)(cd))e)"


def test_only_what_is_not_known_is_asked() -> None:
    asks = engine([3, 0, 2, 1])
    memory = Memory({1: {(2, 0): "all"}, 2: {(1, 0): "(ab)", (0, 3): "d"}})
    ask = Ask(asks, memory)
    assert ask(Letters()) == "all"
    assert (asks.asked, memory.noted) == ([], [])
    assert ask(Letters()) == "((ab)(cd))"
    assert (asks.asked, memory.noted) == ([[2]], [(2, True)])
    assert ask(Letters()) == "((ab)(cd))"
    assert memory.noted[1:] == [(3, False), (3, False), (3, False), (3, True)]
    assert ask.passes == 3


def test_progress_counts_what_was_known_from_the_start() -> None:
    told: list[Progress] = []
    memory = Memory({1: {(1, 0): "(ab)"}})
    Ask(engine([3, 0, 2, 1]), memory, told.append)(Letters(), "spelling")
    sums = [(one.pieces, one.size, one.rows) for one in told]
    assert sums == [(2, 30, 10), (3, 70, 15), (4, 100, 20)]
    assert {(one.what, one.number, one.of_pieces, one.of_size, one.of_rows) for one in told} == {
        ("spelling", 1, 4, 100, 20)
    }
    assert told[0].seconds == 0.0
    assert len(repr(told[1])) < 200  # of what came, callers get numbers alone: no rows, no sums


def test_rows_that_nobody_counted_are_not_told() -> None:
    told: list[Progress] = []
    Ask(engine([0, 1], rows=None), None, told.append)(Letters())
    assert {(one.rows, one.of_rows) for one in told} == {(None, None)}
    assert [one.size for one in told] == [0, 10, 30]


def test_ctrl_c_cuts_a_walk_even_where_it_is_only_noted() -> None:
    noted: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: noted.append(number))
    try:
        with pytest.raises(KeyboardInterrupt), cut_by_ctrl_c():
            os.kill(os.getpid(), signal.SIGINT)
        assert noted == []
        os.kill(os.getpid(), signal.SIGINT)
        assert noted == [signal.SIGINT]
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with cut_by_ctrl_c():
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_outside_the_main_thread_no_signal_is_touched() -> None:
    seen: list[Any] = []

    def look() -> None:
        with cut_by_ctrl_c():
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]
