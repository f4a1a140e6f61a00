from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from steepest.errors import InputError
from steepest.live.answers import AT_ONCE, WAITING, Answering, Part

LONG = 30.0


class Toy:
    """Answers "count" with three parts, "wait" when it is let go, and the rest by failing."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.closed = threading.Semaphore(0)

    def answer(self, question: object) -> Iterator[Part]:
        if question == "count":
            yield from ({"part": "record", "record": k} for k in range(3))
        elif question == "wait":
            try:
                self.begun.release()
                yield {"part": "record", "record": 0}
                self.go.wait(LONG)
                yield {"part": "record", "record": 1}
            finally:
                self.closed.release()
        elif question == "memory":
            raise MemoryError
        elif question == "fault":
            raise ZeroDivisionError("by nought")
        else:
            raise InputError("that is no question")


def asked(answering: Answering, question: object) -> list[Part]:
    told: queue.Queue[Part | None] = queue.Queue()
    answering.begin(question, told.put, threading.Event())
    return list(iter(lambda: told.get(timeout=LONG), None))


def test_the_parts_come_in_their_order_and_then_the_end() -> None:
    assert asked(Answering(Toy()), "count") == [{"part": "record", "record": k} for k in range(3)]


def test_what_cannot_be_answered_is_said() -> None:
    answering = Answering(Toy())
    assert asked(answering, "?") == [{"part": "refused", "words": "that is no question"}]
    ((part),) = asked(answering, "memory")
    assert "too little memory" in part["words"]


def test_a_fault_of_ours_is_said_and_told_in_full(capfd: pytest.CaptureFixture[str]) -> None:
    (part,) = asked(Answering(Toy()), "fault")
    assert part["part"] == "refused"
    assert "ZeroDivisionError: by nought" in part["words"]
    assert "Traceback" in capfd.readouterr().err


def test_whoever_goes_is_told_no_more_and_the_work_is_closed() -> None:
    toy, told, gone = Toy(), [], threading.Event()
    heard = threading.Event()

    def tell(part: Part | None) -> None:
        told.append(part)
        heard.set()

    answering = Answering(toy)
    answering.begin("wait", tell, gone)
    assert heard.wait(LONG)
    gone.set()
    toy.go.set()
    assert toy.closed.acquire(timeout=LONG)
    assert answering.end(LONG)
    assert told == [{"part": "record", "record": 0}]


def test_a_few_go_at_once_more_wait_and_too_many_are_turned_away() -> None:
    toy = Toy()
    answering = Answering(toy)
    told: queue.Queue[Any] = queue.Queue()
    for _ in range(WAITING):
        answering.begin("wait", told.put, threading.Event())
    for _ in range(AT_ONCE):
        assert toy.begun.acquire(timeout=LONG)
    assert not toy.begun.acquire(timeout=0.05)
    (part,) = asked(answering, "count")
    assert "32 questions" in part["words"]
    toy.go.set()
    ends = 0
    while ends < WAITING:
        ends += told.get(timeout=LONG) is None
    assert len(asked(answering, "count")) == 3


def test_the_end_does_not_wait_for_a_step_that_takes_long() -> None:
    toy = Toy()
    answering = Answering(toy)
    heard: queue.Queue[Any] = queue.Queue()
    answering.begin("wait", heard.put, threading.Event())
    heard.get(timeout=LONG)
    assert not answering.end(0.01)
    toy.go.set()
    assert answering.end(LONG)


def test_threads_can_be_of_another_kind() -> None:
    made: list[str] = []

    class Special(threading.Thread):
        def __init__(self, *, target: Callable[..., Any], args: Any, daemon: bool) -> None:
            super().__init__(target=target, args=args, daemon=daemon)
            made.append("one")

    assert len(asked(Answering(Toy(), Special), "count")) == 3
    assert made == ["one"]
