"""Answers of a bench, worked out beside whoever waits for them, until nobody does.

The server and the notebook hand in a question and are told the parts as they come. The work
is done in a thread of its own; a few go at once, some more wait in line.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from contextvars import copy_context
from typing import Any, Protocol

from steepest.errors import InputError

__all__ = ["AT_ONCE", "WAITING", "Answering", "Answers", "Part", "Tell", "refused"]

AT_ONCE = 8
"""How many questions are worked on at once."""

WAITING = 32
"""How many may be open at once, in work or in line."""

Part = dict[str, Any]
Tell = Callable[[Part | None], None]
"""Is called with every part of an answer, and with None after the last."""


class Answers(Protocol):
    """Whoever answers questions; `steepest.live.bench.Bench` does."""

    def answer(self, question: object) -> Iterator[Part]:
        """The parts of an answer; raises InputError for a question that makes no sense."""
        ...


class Answering:
    """The questions of one page or widget that are being answered.

    thread:  how a thread is made; marimo has a kind of its own
    """

    def __init__(self, bench: Answers, thread: type[threading.Thread] = threading.Thread) -> None:
        self._bench = bench
        self._thread = thread
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._open: dict[threading.Event, threading.Thread] = {}
        self._lock = threading.Lock()

    def begin(self, question: object, tell: Tell, gone: threading.Event) -> None:
        """Answer in a thread, where `tell` is called.

        Once `gone` is set nothing more is told, and the work ends with the part it is at.
        """
        with self._lock:
            if len(self._open) < WAITING:
                here = copy_context()  # a notebook keeps in it where an output belongs
                what = (self._work, question, tell, gone)
                work = self._thread(target=here.run, args=what, daemon=True)
                self._open[gone] = work
                work.start()
                return
        tell(refused(f"{WAITING} questions are being answered already; ask again when some are"))
        tell(None)

    def end(self, seconds: float) -> bool:
        """Let go of every question; whether all the work ended within about so many seconds."""
        with self._lock:
            open_now = dict(self._open)
        for gone in open_now:
            gone.set()
        for work in open_now.values():
            work.join(seconds / len(open_now))
        return not any(work.is_alive() for work in open_now.values())

    def _work(self, question: object, tell: Tell, gone: threading.Event) -> None:
        try:
            with self._slots, closing(_parts(self._bench, question)) as parts:
                while not gone.is_set() and (part := next(parts, None)) is not None:
                    if not gone.is_set():
                        tell(part)
        finally:
            with self._lock:
                del self._open[gone]
            if not gone.is_set():
                tell(None)


def refused(words: str) -> Part:
    """The part that says why there is no answer."""
    return {"part": "refused", "words": words}


def _parts(bench: Answers, question: object) -> Generator[Part]:
    """The answer; what cannot be answered ends it, in words."""
    try:
        yield from bench.answer(question)
    except InputError as error:
        yield refused(str(error))
    except MemoryError:
        yield refused("there is too little memory for this; take fewer steps, rows or columns")
    except Exception as error:  # a fault of ours: shown where it is asked, told in full here
        traceback.print_exc()
        yield refused(f"steepest itself failed at this ({type(error).__name__}: {error})")
