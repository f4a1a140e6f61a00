"""Walks over the pieces by a few threads of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from steepest.data.sources.source import Source
from steepest.objective.parallel import NAME
from steepest.objective.statistics import one_thread_each
from steepest.passes.asked import Pass
from steepest.passes.engine import Part
from steepest.passes.layout import Layout
from steepest.passes.reported import Reported, now, rows_of
from steepest.passes.worker import Worker

__all__ = ["LocalEngine"]


class LocalEngine:
    """Threads that take the pieces in their order, one after the other.

    What a thread raises is raised by `parts` at once; then, and where `parts` is closed early or
    Ctrl-C comes, the other threads stop at their next frame.

    threads:  how many pieces are worked on at once
    """

    name = "local"

    def __init__(self, worker: Worker, threads: int) -> None:
        self._worker = worker
        self._threads = threads
        self._alone = ExitStack()  # in which BLAS keeps to the thread that calls it
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=NAME)
        self._seconds = 0.0
        self._working = False

    @property
    def source(self) -> Source:
        """Whose pieces they are."""
        return self._worker.source

    def settle(self, layout: Layout) -> None:
        """What is gone by from now on."""
        self._worker.settle(layout)

    def parts(self, asked: Pass[Any], places: Sequence[int]) -> Iterator[Part]:
        """One part a piece, as they are done."""
        pieces = self.source.pieces
        waiting = iter(places)
        busy: set[Future[Part]] = set()
        self._seconds, self._working = 0.0, True
        try:
            while True:
                while len(busy) < self._threads and (place := next(waiting, None)) is not None:
                    busy.add(self._pool.submit(self._part, asked, pieces[place]))
                if not busy:
                    return
                done, busy = wait(busy, return_when=FIRST_COMPLETED)
                for future in done:
                    part = future.result()
                    self._seconds += part.seconds
                    yield part
        finally:
            self._halt(busy)
            self._working = False

    def _halt(self, busy: set[Future[Part]]) -> None:
        """End what is still worked on, at the next frame, and wait for that."""
        self._worker.halt.set()
        try:
            for future in busy:
                future.cancel()
            wait(busy)
        finally:
            self._worker.halt.clear()

    def _part(self, asked: Pass[Any], piece: Any) -> Part:
        began = perf_counter()
        answer = asked.of_piece(piece, self._worker)
        seconds = perf_counter() - began
        return Part([((0, piece.place), answer)], piece.size, self.name, seconds)

    def __enter__(self) -> Self:
        self._alone.enter_context(one_thread_each())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._worker.halt.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._worker.close()
        self._alone.close()

    def workers(self) -> list[Reported]:
        """All threads as one: their seconds are added up."""
        pieces = self.source.pieces
        size = sum(piece.size for piece in pieces)
        state = "working" if self._working else "idle"
        return [
            Reported(self.name, len(pieces), rows_of(pieces), size, self._seconds, now(), state)
        ]
