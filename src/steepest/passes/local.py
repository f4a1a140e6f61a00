"""Walks over the pieces by a few threads of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from steepest.data.sources.source import Source
from steepest.objective.parallel import NAME
from steepest.passes.asked import Pass
from steepest.passes.engine import Part
from steepest.passes.layout import Layout
from steepest.passes.worker import Worker

__all__ = ["LocalEngine"]


class LocalEngine:
    """Threads that take the pieces in their order, one after the other.

    threads:  how many pieces are worked on at once
    """

    name = "local"

    def __init__(self, worker: Worker, threads: int) -> None:
        self._worker = worker
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=NAME)

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
        try:
            while True:
                while len(busy) < self._threads and (place := next(waiting, None)) is not None:
                    busy.add(self._pool.submit(self._part, asked, pieces[place]))
                if not busy:
                    return
                done, busy = wait(busy, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in busy:
                future.cancel()
            wait(busy)

    def _part(self, asked: Pass[Any], piece: Any) -> Part:
        began = perf_counter()
        answer = asked.of_piece(piece, self._worker)
        seconds = perf_counter() - began
        return Part([((0, piece.place), answer)], piece.size, self.name, seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
