"""Writing one run while it happens: rows are on disk within half a second.

A row waits in memory until 0.4 seconds have passed since the last flush, or until the
memory kept for rows is full. A second thread sees to it where the loop itself is busy with
one long step, and lets the heartbeat go on. What was flushed survives a kill at any moment:
each flush is one transaction of SQLite's write-ahead log (https://www.sqlite.org/wal.html).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, RLock, Thread
from time import monotonic
from types import TracebackType
from typing import Self

from steepest.errors import InputError
from steepest.storage.buffer import Row, RowBuffer
from steepest.storage.columns import Column, drop_columns, write_columns
from steepest.storage.database import plain_errors, transaction
from steepest.storage.documents import write_documents
from steepest.storage.outline import outline_of, outline_to_json, split
from steepest.storage.process import now
from steepest.trace import Trace

__all__ = ["FLUSH_SECONDS", "RunWriter"]

FLUSH_SECONDS = 0.4
_HEARTBEAT_SECONDS = 10.0


Supply = Callable[[], tuple[Mapping[str, Column], Mapping[str, str]]]
"""Rows that are new, as columns of the same length, and documents that have changed."""


class RunWriter:
    """One run being written; a context manager, begun by `Store.begin`.

    Leaving it without `finish` closes the run as "interrupted" (Ctrl-C) or "failed", with
    the message, and keeps every row that was added.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, run: int, run_id: str) -> None:
        self.id = run_id
        self._path = path
        self._connection = connection
        self._run = run
        self._held: RowBuffer | None = None
        self._flushed = 0
        self._flushed_at = self._heard_at = monotonic()
        self._trouble: InputError | None = None
        self._lock = RLock()
        self._over = Event()
        self._closed = False
        self._supply: Supply | None = None
        self._clock = Thread(target=self._tick, name=f"flush of {run_id}", daemon=True)
        self._clock.start()

    @property
    def flushed(self) -> int:
        """How many rows are on disk."""
        return self._flushed

    def add(self, row: Row) -> None:
        """Take one row; its arrays are copied. InputError where the disk refuses to write."""
        with self._lock:
            self._raise_trouble()
            if self._held is None:
                self._held = RowBuffer(row)
            elif self._held.full:
                self.flush()
            self._held.add(row)
            if monotonic() - self._flushed_at >= FLUSH_SECONDS:
                self.flush()

    def supplied_by(self, supply: Supply) -> None:
        """Let the clock fetch what is new, in its own thread, instead of handing over rows.

        What `supply` raises is for it to catch.
        """
        self._supply = supply

    def extend(self, columns: Mapping[str, Column], documents: Mapping[str, str]) -> None:
        """Write several rows and documents in one transaction; InputError where the disk refuses.

        columns: "step", "loss", "learning_rate" and the same others every time, each (k, ...)
        """
        with self._lock, plain_errors(self._path):
            count = len(columns.get("step", ()))
            if count or documents:
                with transaction(self._connection):
                    write_documents(self._connection, self._run, documents)
                    if count:
                        write_columns(self._connection, self._run, self._flushed, columns)
                        last = int(columns["step"][-1]), float(columns["loss"][-1])
                        self._note(self._flushed + count, *last)
                self._flushed += count
            self._flushed_at = monotonic()

    def flush(self) -> None:
        """Write the rows that wait, in one transaction; InputError where the disk refuses."""
        with self._lock, plain_errors(self._path):
            held = self._held
            if held is not None and held.count:
                with transaction(self._connection):
                    # named by its first row: written twice, after a Ctrl-C, it is there once
                    write_columns(self._connection, self._run, self._flushed, held.columns())
                    self._note(self._flushed + held.count, *held.last)
                self._flushed += held.count
                held.count = 0
            self._flushed_at = monotonic()

    def finish(self, trace: Trace, documents: Mapping[str, str]) -> None:
        """Replace the rows by the whole trace, add the documents, and close; all or nothing.

        The run is then "done", or "interrupted" where the trace says so. Raises InputError
        where the disk refuses; what was flushed before stays.
        """
        self._stop_clock()
        status = "interrupted" if trace.stop.reason == "interrupted" else "done"
        trace_text = outline_to_json(outline_of(trace))
        with self._lock, plain_errors(self._path):
            with transaction(self._connection):
                drop_columns(self._connection, self._run)
                write_columns(self._connection, self._run, 0, split(trace))
                write_documents(self._connection, self._run, {**documents, "trace": trace_text})
                self._note(len(trace), int(trace.step[-1]), float(trace.loss[-1]))
                self._end(status, trace.stop.because)
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._closed:
            return
        if error is None:
            self._abandon("interrupted", "it was left before it was finished")
            return
        with suppress(InputError):  # the first error is the one to tell
            self._abandon(*_ending(error))

    def _abandon(self, status: str, message: str) -> None:
        self._stop_clock()
        with self._lock, plain_errors(self._path):
            try:
                self.flush()
            finally:
                with suppress(sqlite3.Error), transaction(self._connection):
                    self._end(status, message)
                self._close()

    def _close(self) -> None:
        self._connection.close()
        self._closed = True

    def _tick(self) -> None:
        while not self._over.wait(FLUSH_SECONDS / 8):
            with self._lock:
                try:
                    self._flush_or_breathe()
                except InputError as error:
                    self._trouble = error
                    return

    def _flush_or_breathe(self) -> None:
        if self._supply is not None and monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self.extend(*self._supply())
            return
        waiting = self._held is not None and self._held.count > 0
        if waiting and monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()
        elif monotonic() - self._heard_at >= _HEARTBEAT_SECONDS:
            with plain_errors(self._path):
                self._connection.execute(
                    "UPDATE runs SET heartbeat = ? WHERE run = ?", (now(), self._run)
                )
            self._heard_at = monotonic()

    def _raise_trouble(self) -> None:
        if self._trouble is not None:
            raise self._trouble

    def _stop_clock(self) -> None:
        self._over.set()
        self._clock.join()

    def _note(self, recorded: int, step: int, loss: float) -> None:
        self._connection.execute(
            "UPDATE runs SET heartbeat = ?, recorded = ?, last_step = ?, last_loss = ? "
            "WHERE run = ?",
            (now(), recorded, step, repr(loss), self._run),
        )
        self._heard_at = monotonic()

    def _end(self, status: str, message: str) -> None:
        self._connection.execute(
            "UPDATE runs SET status = ?, message = ?, heartbeat = ? WHERE run = ?",
            (status, message, now(), self._run),
        )


def _ending(error: BaseException) -> tuple[str, str]:
    if isinstance(error, InputError):
        return "failed", str(error)
    if isinstance(error, Exception):
        return "failed", f"{type(error).__name__}: {error}"
    return "interrupted", "stopped by the user"
