"""Writing one run while it happens: rows are on disk within half a second.

A row waits in memory until 0.4 seconds have passed since the last flush, or until the
memory kept for rows is full. A second thread sees to it where the loop itself is busy with
one long step, and lets the heartbeat go on. What was flushed survives a kill at any moment:
each flush is one transaction of SQLite's write-ahead log (https://www.sqlite.org/wal.html).
A process that is forked meanwhile has no part in it (`steepest.storage.forks`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, RLock, Thread
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar

from steepest.errors import InputError
from steepest.storage.answers import drop_answers
from steepest.storage.buffer import Row, RowBuffer
from steepest.storage.columns import Column, drop_columns, write_columns
from steepest.storage.database import plain_errors, transaction, writing
from steepest.storage.documents import write_documents
from steepest.storage.forks import mind_forks
from steepest.storage.outline import outline_of, outline_to_json, split
from steepest.storage.process import now
from steepest.storage.tail import Tail
from steepest.trace import Trace

__all__ = ["FLUSH_SECONDS", "RunWriter"]

FLUSH_SECONDS = 0.4
_HEARTBEAT_SECONDS = 10.0
_SUPPLY_SECONDS = 0.1
_AGAIN_SECONDS = 10.0
_FORK_SECONDS = 2.0
_LEFT: list[object] = []
"""Connections that a forked child inherited and must not even close."""

Result = TypeVar("Result")
Supply = Callable[[], tuple[Mapping[str, Column], Mapping[str, str]]]
"""Rows that are new, as columns of the same length, and documents that have changed."""

Trouble = Callable[[InputError], None]


class RunWriter:
    """One run being written; a context manager, begun by `Store.begin`.

    Leaving it without `finish` closes the run as "interrupted" (Ctrl-C) or "failed", with
    the message, and keeps every row that was added.

    again:  so many rows are on disk from before; they will be added once more, and passed over
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, run: int, run_id: str, again: int = 0
    ) -> None:
        self.id = run_id
        self._path = path
        self._connection: sqlite3.Connection | None = connection
        self._run = run
        self._held: RowBuffer | None = None
        self._flushed = self._again = again
        self._flushed_at = self._heard_at = monotonic()
        self._trouble: InputError | None = None
        self._lock = RLock()
        self._over = Event()
        self._closed = False
        self._supply: Supply | None = None
        self._in_doubt: Trouble | None = None
        self._tail = Tail()
        self._forking = self._foreign = False
        mind_forks(self)
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
            if self._foreign:
                return
            if self._again:
                self._again -= 1
                return
            if self._held is None:
                self._held = RowBuffer(row)
            elif self._held.full:
                self.flush()
            self._held.add(row)
            if monotonic() - self._flushed_at >= FLUSH_SECONDS:
                self.flush()

    def supplied_by(self, supply: Supply, trouble: Trouble) -> None:
        """Let the clock fetch what is new, in its own thread, instead of handing over rows.

        supply:   is asked about ten times a second; what it raises is for it to catch
        trouble:  called in that thread where the disk refuses; it is tried again after ten
                  seconds, and until then `flushed` does not grow
        """
        with self._lock:
            self._supply, self._in_doubt = supply, trouble

    def extend(self, columns: Mapping[str, Column], documents: Mapping[str, str]) -> None:
        """Write several rows and documents in one transaction; InputError where the disk refuses.

        Nothing is written where the run is closed.

        columns: "step", "loss", "learning_rate" and any others, each (k, ...); one that comes up
                 later than the first rows is NaN there, and so is one that is left out
        """
        with self._lock, plain_errors(self._path):
            count = len(columns.get("step", ()))
            if (count or documents) and not self._closed:
                connection = self._connected()
                grown = self._tail.grown(columns) if count else {}
                with transaction(connection):
                    write_documents(connection, self._run, documents)
                    if count:
                        write_columns(connection, self._run, 0, self._tail.before(grown))
                        write_columns(connection, self._run, self._tail.first, grown)
                        last = int(columns["step"][-1]), float(columns["loss"][-1])
                        self._note(self._flushed + count, *last)
                if count:
                    self._tail.settle(grown)
                self._flushed += count
            self._flushed_at = monotonic()

    def together(self, work: Callable[[sqlite3.Connection, int], Result]) -> Result:
        """Do something with the tables of this run, handed its number, in one transaction.

        Raises InputError where the disk refuses.
        """
        with self._lock, plain_errors(self._path):
            connection = self._connected()
            with transaction(connection):
                return work(connection, self._run)

    def flush(self) -> None:
        """Write the rows that wait, in one transaction; InputError where the disk refuses."""
        with self._lock, plain_errors(self._path):
            held = self._held
            if held is not None and held.count and not self._foreign:
                connection = self._connected()
                with transaction(connection):
                    # named by its first row: written twice, after a Ctrl-C, it is there once
                    write_columns(connection, self._run, self._flushed, held.columns())
                    self._note(self._flushed + held.count, *held.last)
                self._flushed += held.count
                held.count = 0
            self._flushed_at = monotonic()

    def finish(self, trace: Trace, documents: Mapping[str, str]) -> None:
        """Replace the rows by the whole trace, add the documents, and close; all or nothing.

        The run is then "done", or "interrupted" where the trace says so. What its rows have
        answered is dropped where it is done. Raises InputError where the disk refuses; what was
        flushed before stays.
        """
        if self._foreign:
            return
        self._stop_clock()
        status = "interrupted" if trace.stop.reason == "interrupted" else "done"
        trace_text = outline_to_json(outline_of(trace))
        with self._lock, plain_errors(self._path):
            connection = self._connected()
            with transaction(connection):
                drop_columns(connection, self._run)
                write_columns(connection, self._run, 0, split(trace))
                write_documents(connection, self._run, {**documents, "trace": trace_text})
                self._note(len(trace), int(trace.step[-1]), float(trace.loss[-1]))
                if status == "done":
                    drop_answers(connection, self._run)
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
                with suppress(sqlite3.Error, InputError), transaction(self._connected()):
                    self._end(status, message)
                self._close()

    def _close(self) -> None:
        self._closed = True
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        """The connection; taken up again after a fork, if the run is still there."""
        if self._connection is None:
            connection = writing(self._path)
            there = "SELECT count(*) FROM runs WHERE run = ? AND id = ?"
            if connection.execute(there, (self._run, self.id)).fetchone() != (1,):
                connection.close()
                raise InputError(f"the run {self.id} is no longer in the store {self._path}")
            self._connection = connection
        return self._connection

    def before_fork(self) -> None:
        """Let go of the file: SQLite does not bear a fork."""
        self._forking = self._lock.acquire(timeout=_FORK_SECONDS)
        if self._forking and self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
                self._connection = None

    def after_fork(self, *, in_child: bool) -> None:
        """In the child nothing is left but an empty shell: the run is the parent's."""
        if not in_child:
            if self._forking:
                self._lock.release()
            return
        self._lock, self._over = RLock(), Event()
        self._over.set()
        self._foreign = self._closed = True
        if self._connection is not None:
            _LEFT.append(self._connection)
            self._connection = None

    def _tick(self) -> None:
        while not self._over.wait(FLUSH_SECONDS / 8):
            with self._lock:
                try:
                    self._flush_or_breathe()
                except InputError as error:
                    if self._in_doubt is None:
                        self._trouble = error
                        return
                    self._flushed_at = self._heard_at = monotonic() + _AGAIN_SECONDS
                    self._in_doubt(error)

    def _flush_or_breathe(self) -> None:
        if self._supply is not None and monotonic() - self._flushed_at >= _SUPPLY_SECONDS:
            self.extend(*self._supply())
            return
        waiting = self._held is not None and self._held.count > 0
        if waiting and monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()
        elif monotonic() - self._heard_at >= _HEARTBEAT_SECONDS:
            with plain_errors(self._path):
                self._connected().execute(
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
        self._connected().execute(
            "UPDATE runs SET heartbeat = ?, recorded = ?, last_step = ?, last_loss = ? "
            "WHERE run = ?",
            (now(), recorded, step, repr(loss), self._run),
        )
        self._heard_at = monotonic()

    def _end(self, status: str, message: str) -> None:
        self._connected().execute(
            "UPDATE runs SET status = ?, message = ?, heartbeat = ? WHERE run = ?",
            (status, message, now(), self._run),
        )


def _ending(error: BaseException) -> tuple[str, str]:
    if isinstance(error, InputError):
        return "failed", str(error)
    if isinstance(error, Exception):
        return "failed", f"{type(error).__name__}: {error}"
    return "interrupted", "stopped by the user"
