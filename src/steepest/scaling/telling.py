"""Tells the store how far a pass is and who works on it, for whoever looks on: lab and terminal."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Protocol, Self

import msgspec

from steepest.errors import InputError
from steepest.passes.asking import Progress
from steepest.passes.reported import Reported
from steepest.scaling.told import DOCUMENT, Told, ToldPass, ToldWorker
from steepest.storage.writer import RunWriter

__all__ = ["EVERY", "Reporting", "Telling"]

EVERY = 0.5
"""Seconds between two writings."""


class Reporting(Protocol):
    """An engine, as far as it is asked here."""

    @property
    def name(self) -> str:
        """What it is called: "local", "ray"."""
        ...

    def workers(self) -> Sequence[Reported]:
        """What is known of each worker now; may be asked from another thread."""
        ...


class Telling:
    """Is called with each progress of a fit, and writes it down, at most twice a second.

    A context manager: within it a worker that is heard of while no piece is finished is written
    down, too. To be ended before the run is finished, or else by leaving it.

    Raises InputError, when called, where the disk refuses.
    """

    def __init__(self, writer: RunWriter, engine: Reporting) -> None:
        self._writer = writer
        self._engine = engine
        self._last: Progress | None = None
        self._began = 0.0
        self._ended: float | None = None
        self._written_at = -EVERY
        self._written = ""
        self._lock = Lock()
        self._over = Event()
        self._clock = Thread(target=self._tick, name="telling of workers", daemon=True)

    def __call__(self, progress: Progress) -> None:
        """Take note of it, and write it down where that is due."""
        moment = monotonic()
        with self._lock:
            if self._last is None or progress.number != self._last.number:
                self._began = moment - progress.seconds
            self._last = progress
            self._ended = moment if progress.pieces == progress.of_pieces else None
            if moment - self._written_at >= EVERY and not self._over.is_set():
                self._write(moment)

    def __enter__(self) -> Self:
        self._clock.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """Write down what was told last, and nothing after it."""
        if self._over.is_set():
            return
        self._over.set()
        if self._clock.is_alive():
            self._clock.join()
        with self._lock, suppress(InputError):  # the writer itself says so at its next row
            self._write(monotonic())

    def _tick(self) -> None:
        while not self._over.wait(EVERY):
            moment = monotonic()
            with self._lock, suppress(InputError):
                if moment - self._written_at >= EVERY:
                    self._write(moment)

    def _write(self, moment: float) -> None:
        if self._last is None:
            return
        told = Told(
            _pass_of(self._last, (self._ended or moment) - self._began),
            self._engine.name,
            tuple(_worker_of(worker) for worker in self._engine.workers()),
        )
        text = msgspec.json.encode(told).decode()
        self._written_at = moment
        if text == self._written:
            return
        self._writer.flush()  # rows that wait are not to wait the longer for it
        self._writer.extend({}, {DOCUMENT: text})
        self._written = text


def _pass_of(progress: Progress, seconds: float) -> ToldPass:
    return ToldPass(
        what=progress.what,
        number=progress.number,
        pieces=progress.pieces,
        of_pieces=progress.of_pieces,
        size=progress.size,
        of_size=progress.of_size,
        seconds=round(seconds, 3),
        rows=progress.rows,
        of_rows=progress.of_rows,
    )


def _worker_of(worker: Reported) -> ToldWorker:
    return ToldWorker(
        name=worker.name,
        pieces=worker.pieces,
        rows=worker.rows,
        size=worker.size,
        seconds=round(worker.seconds, 3),
        heartbeat=worker.heartbeat,
        state=worker.state,
        restarts=worker.restarts,
    )
