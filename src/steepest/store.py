"""Runs kept in one SQLite file: what was asked, every step flushed, and what came of it.

The store knows traces and named texts; what the texts mean is `saved`'s business. Any
number of processes may write their runs into one file at once, and anyone may read
meanwhile. A run whose process was killed keeps each step that was flushed, and is shown as
interrupted.

>>> import tempfile
>>> from types import SimpleNamespace
>>> import numpy as np
>>> folder = tempfile.TemporaryDirectory()
>>> store = Store(Path(folder.name) / "steepest.db")
>>> with store.begin("houses", {"request": "{}"}) as writer:
...     for step, w in enumerate([10.0, 8.0]):
...         writer.add(SimpleNamespace(step=step, loss=w**2, learning_rate=0.1,
...                                    params=np.array([w]), gradient=np.array([2 * w])))
>>> store.runs()[0].id, store.runs()[0].status, store.trace("last").loss.tolist()
('houses-1', 'interrupted', [100.0, 64.0])
>>> folder.cleanup()
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from steepest.errors import InputError
from steepest.storage.columns import drop_columns, read_columns
from steepest.storage.database import plain_errors, reading, transaction, writing
from steepest.storage.documents import drop_documents, read_document, write_documents
from steepest.storage.outline import Outline, join, outline_from_json, outline_to_json
from steepest.storage.process import Process, is_gone, now, this_process
from steepest.storage.writer import RunWriter
from steepest.trace import Fact, Stop, Trace

__all__ = ["RunRow", "Status", "Store", "default_store", "refuse_whole"]

Status = Literal["running", "done", "interrupted", "failed"]
_ROW = (
    "run, id, created, status, message, recorded, last_step, last_loss, host, pid, started, "
    "heartbeat, (SELECT body FROM documents d WHERE d.run = runs.run AND d.name = 'summary')"
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in a list of runs.

    created:    when it began, ISO 8601, UTC
    status:     "running"; "done"; "interrupted" by the user, or because its process is
                gone; "failed" with an error
    message:    why it ended, in a sentence; "" while it runs
    recorded:   how many steps are on disk
    last_step, last_loss:  of the last of them; None where there is none
    summary:    the document "summary", for whoever lists the runs; None where there is none
    """

    id: str
    created: str
    status: Status
    message: str
    recorded: int
    last_step: int | None
    last_loss: float | None
    summary: str | None

    def to_dict(self) -> dict[str, Any]:
        """What the store knows of the run itself, as plain data for JSON."""
        return {
            "run": self.id,
            "created": self.created,
            "status": self.status,
            "message": self.message,
            "steps": self.last_step,
            "recorded_steps": self.recorded,
            "loss": self.last_loss,
        }


def default_store() -> Path:
    """The file named by STEEPEST_STORE, or `steepest.db` in the working folder."""
    return Path(os.environ.get("STEEPEST_STORE") or "steepest.db")


class Store:
    """The runs in one file; opening costs nothing, the file is touched when it is used.

    Every method raises InputError where the file is no store, is damaged, is newer than
    this program, or cannot be read or written.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = default_store() if path is None else Path(path)

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    def begin(
        self,
        stem: str,
        documents: Mapping[str, str],
        *,
        rule: str = "unknown",
        names: Sequence[str] = (),
        loss_of: Literal["full", "batch", "unknown"] = "full",
        facts: Mapping[str, Fact] | None = None,
    ) -> RunWriter:
        """Begin a run named `stem`-1, -2, ... and write its documents, in one transaction.

        rule, names, loss_of and facts are what is known of the trace before it is there: a
        run that is killed is diagnosed with them.
        """
        outline = Outline(rule, tuple(names), loss_of, dict(facts or {}))
        texts = {**documents, "trace": outline_to_json(outline)}
        connection = writing(self.path)
        try:
            with plain_errors(self.path), transaction(connection):
                run, run_id = _insert(connection, _plain_stem(stem))
                write_documents(connection, run, texts)
        except BaseException:
            connection.close()
            raise
        return RunWriter(self.path, connection, run, run_id)

    def resume(self, run_id: str, keep: Collection[str]) -> RunWriter:
        """Go on writing a run that was cut off: it is running again, by this process.

        keep:  the names of the documents that hold still; the others are dropped

        Its rows stay, and are passed over when they are added again; those of a run that was
        interrupted by its user are a finished record, and are dropped. Raises InputError for an
        unknown run, and for one that is done or runs elsewhere.
        """
        connection = writing(self.path)
        try:
            with plain_errors(self.path), transaction(connection):
                found = self._find(connection, run_id)
                refuse_whole(_run_row(found))
                recorded = _reopened(connection, found, {*keep, "trace"})
        except BaseException:
            connection.close()
            raise
        return RunWriter(self.path, connection, found[0], found[1], again=recorded)

    def runs(self) -> list[RunRow]:
        """Every run, the newest first."""
        with reading(self.path) as connection:
            return [_run_row(row) for row in _rows(connection, "ORDER BY run DESC")]

    def row(self, run_id: str) -> RunRow:
        """One run by its id or "last"; InputError with the nearest ids for an unknown one."""
        with reading(self.path) as connection:
            return _run_row(self._find(connection, run_id))

    def resolve(self, run_id: str) -> str:
        """The id itself, of "last" too; InputError with the nearest ids for an unknown one."""
        return self.row(run_id).id

    def document(self, run_id: str, name: str) -> str | None:
        """The text `name` of a run, or None where it has none."""
        with reading(self.path) as connection:
            return read_document(connection, self._find(connection, run_id)[0], name)

    def add_documents(self, run_id: str, documents: Mapping[str, str]) -> None:
        """Add texts to a run that is there; one of a name that it has already is replaced.

        The record of the run stays as it is. InputError for an unknown run.
        """
        number = self._number(run_id)
        connection = writing(self.path)
        try:
            with plain_errors(self.path), transaction(connection):
                write_documents(connection, number, documents)
        finally:
            connection.close()

    def trace(self, run_id: str) -> Trace:
        """The record of a run; of one that is not finished, the steps flushed so far.

        Raises InputError where not even one step was flushed.
        """
        with reading(self.path) as connection:
            found = self._find(connection, run_id)
            outline = read_document(connection, found[0], "trace")
            columns = read_columns(connection, found[0])
            row = _run_row(found)
        if outline is None or "step" not in columns:
            raise InputError(f"the run {row.id} holds no step yet to show ({_ending(row)})")
        return join(outline_from_json(outline), columns, Stop("interrupted", _ending(row)))

    def _number(self, run_id: str) -> int:
        with reading(self.path) as connection:
            return int(self._find(connection, run_id)[0])

    def _find(self, connection: sqlite3.Connection, run_id: str) -> Any:
        if run_id == "last":
            found = _rows(connection, "ORDER BY run DESC LIMIT 1")
        else:
            found = _rows(connection, "WHERE id = ?", run_id)
        if not found:
            raise InputError(self._unknown(connection, run_id))
        return found[0]

    def _unknown(self, connection: sqlite3.Connection, run_id: str) -> str:
        ids = [str(row[0]) for row in connection.execute("SELECT id FROM runs ORDER BY run DESC")]
        if not ids:
            return f"the store {self.path} holds no runs yet; `steepest fit` adds one"
        near = get_close_matches(run_id, ids, n=3, cutoff=0.4) or ids[:3]
        return (
            f"there is no run {run_id!r} in the store {self.path}; the nearest: {', '.join(near)} "
            "(`steepest runs` lists them all)"
        )


def _insert(connection: sqlite3.Connection, stem: str) -> tuple[int, str]:
    (number,) = connection.execute(
        "SELECT coalesce(max(number), 0) + 1 FROM runs WHERE stem = ?", (stem,)
    ).fetchone()
    process, moment = this_process(), now()
    added = connection.execute(
        "INSERT INTO runs (id, stem, number, status, message, created, heartbeat, host, pid, "
        "started, recorded) VALUES (?, ?, ?, 'running', '', ?, ?, ?, ?, ?, 0)",
        (f"{stem}-{number}", stem, number, moment, moment, process.host, process.pid,
         process.started),
    )  # fmt: skip
    return int(added.lastrowid or 0), f"{stem}-{number}"


def refuse_whole(row: RunRow) -> None:
    """Raise InputError for a run that has nothing left to do, or has somebody who does it."""
    if row.status == "done":
        raise InputError(
            f"the run {row.id} is done, so that there is nothing to go on with; `steepest show "
            f"{row.id}` shows it, and `steepest fit` trains anew"
        )
    if row.status == "running":
        raise InputError(
            f"the run {row.id} is still running, in another process; `steepest show {row.id}` "
            "shows how far it is"
        )


def _reopened(connection: sqlite3.Connection, found: Any, keep: Collection[str]) -> int:
    """Make the run this process's own, and say how many of its rows stay."""
    run, recorded = int(found[0]), int(found[5])
    text = read_document(connection, run, "trace")
    outline = Outline() if text is None else outline_from_json(text)
    if outline.stop is not None:
        drop_columns(connection, run)
        write_documents(connection, run, {"trace": outline_to_json(replace(outline, stop=None))})
        recorded = 0
    drop_documents(connection, run, keep)
    process = this_process()
    connection.execute(
        "UPDATE runs SET status = 'running', message = '', heartbeat = ?, host = ?, pid = ?, "
        "started = ?, recorded = ?, last_step = CASE ? WHEN 0 THEN NULL ELSE last_step END, "
        "last_loss = CASE ? WHEN 0 THEN NULL ELSE last_loss END WHERE run = ?",
        (now(), process.host, process.pid, process.started, recorded, recorded, recorded, run),
    )
    return recorded


def _plain_stem(stem: str) -> str:
    """Letters, digits, dots and dashes: what is typed without quotes in any shell."""
    return re.sub(r"[^\w.]+", "-", stem).strip("-.")[:40] or "run"


def _rows(connection: sqlite3.Connection, which: str, *values: str) -> list[Any]:
    return connection.execute(f"SELECT {_ROW} FROM runs {which}", values).fetchall()  # noqa: S608


def _run_row(found: Any) -> RunRow:
    _, run_id, created, status, message, recorded, step, loss, *writer, summary = found
    try:
        _refuse_other_kinds(found)
        datetime.fromisoformat(created)
        last = None if loss is None else float(loss)
        if status == "running" and _is_lost(*writer):
            status, message = "interrupted", f"its process ({writer[1]}) was killed or lost"
    except (TypeError, ValueError, OverflowError) as error:
        raise sqlite3.DatabaseError(f"the row of the run {run_id}: {error}") from error
    return RunRow(run_id, created, status, message, recorded, step, last, summary)


def _refuse_other_kinds(found: Any) -> None:
    """Raise TypeError where SQLite, which lets any column hold any kind, holds another."""
    run, run_id, created, status, message, recorded, step, loss, *writer, summary = found
    host, pid, started, heartbeat = writer
    texts = (run_id, created, status, message, host, started, heartbeat)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text of it is of another kind")
    if not all(isinstance(text, str | None) for text in (loss, summary)):
        raise TypeError("its last_loss or summary is no text")
    if not all(isinstance(number, int) for number in (run, pid, recorded)):
        raise TypeError("its pid or recorded is no whole number")
    if not isinstance(step, int | None):
        raise TypeError("its last_step is no whole number")
    if status not in get_args(Status):
        raise ValueError(f"its status is {status!r}")


def _is_lost(host: str, pid: int, started: str, heartbeat: str) -> bool:
    return is_gone(Process(host, pid, started), heartbeat)


def _ending(row: RunRow) -> str:
    flushed = f"{row.recorded:,} {'step' if row.recorded == 1 else 'steps'} had been flushed"
    if row.status == "running":
        return f"still running; {flushed} when this was read"
    return f"{row.status}: {row.message}; {flushed}"
