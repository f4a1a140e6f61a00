"""Rows and findings on their way to trackers, in a thread: a loop never waits for one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import numpy as np

from steepest.diagnosis.finding import Finding
from steepest.watching.session import Session
from steepest.watching.trackers.registry import Kind, tracker_of
from steepest.watching.trackers.tracker import Row, Tracker

__all__ = ["Reporting"]

MOST = 64
PATIENCE = 30.0

Task = Callable[[Tracker], None]


class Reporting:
    """Hands what a session settles, and what is found, to the trackers that were asked for.

    A block brings at most 64 rows, evenly spread, those that were looked at closely first.

    trouble: called with a sentence, once for each tracker that fails; it is dropped
    """

    def __init__(
        self,
        session: Session,
        asked: tuple[tuple[Kind, Any], ...],
        trouble: Callable[[str], None],
    ) -> None:
        self._session = session
        self._trouble = trouble
        self._trackers: dict[str, Tracker] = {}
        self._last = -1
        for kind, thing in asked:
            try:
                self._trackers[kind.name] = tracker_of(kind, thing)
            except Exception as error:
                self._drop(kind.name, error)
        self._waiting: SimpleQueue[Task | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="steepest trackers", daemon=True)
        if self._trackers:
            session.settled.append(self.settled)
            self._thread.start()

    def settled(self) -> None:
        """Rows are complete: send the new ones."""
        self._send(self._session.recorder.settled)

    def _send(self, upto: int) -> None:
        rows = _rows(self._session.recorder.columns(self._last), upto)
        if rows:
            self._last = rows[-1].step
            self._waiting.put(lambda tracker: tracker.rows(rows))

    def finding(self, finding: Finding, step: int) -> None:
        """Something was found: send it."""
        self._waiting.put(lambda tracker: tracker.finding(finding, step))

    def close(self) -> None:
        """Send what is left, and wait for it: half a minute at the most."""
        if not self._thread.is_alive():
            return
        self._session.settled.remove(self.settled)
        self._send(self._session.step)
        self._waiting.put(lambda tracker: tracker.close())
        self._waiting.put(None)
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            self._trouble(
                f"{', '.join(self._trackers)} did not take everything in {PATIENCE:.0f} s"
            )

    def _work(self) -> None:
        while (task := self._next()) is not None:
            for name, tracker in list(self._trackers.items()):
                try:
                    task(tracker)
                except Exception as error:
                    self._drop(name, error)

    def _next(self) -> Task | None:
        """The next task; a wait of a second at a time, so that an interpreter may end."""
        while True:
            try:
                return self._waiting.get(timeout=1.0)
            except Empty:
                continue

    def _drop(self, name: str, error: Exception) -> None:
        tracker = self._trackers.pop(name, None)
        if tracker is not None:
            with contextlib.suppress(Exception):
                tracker.close()
        self._trouble(f"nothing more goes to {name}: {type(error).__name__}: {error}")


def _rows(columns: Any, settled: int) -> list[Row]:
    """The rows to send: those with the most measures, up to 64 of a block."""
    steps = columns.pop("step")
    named = {
        name.removeprefix("measure:"): column
        for name, column in columns.items()
        if column.ndim == 1 and len(column) == len(steps)
    }
    count = int(np.searchsorted(steps, settled, side="right"))
    if count == 0:
        return []
    table = np.stack([column[:count] for column in named.values()])
    finite = np.isfinite(table)
    richest = np.flatnonzero(finite.sum(0) >= finite.sum(0).max())
    chosen = richest[:: -(-len(richest) // MOST)]
    last = np.array([count - 1])
    return [
        Row(int(steps[at]), _finite(named, table[:, at]))
        for at in np.unique(np.concatenate((chosen, last)))
    ]


def _finite(named: Any, numbers: Any) -> dict[str, float]:
    pairs = zip(named, numbers.tolist(), strict=True)
    return {name: value for name, value in pairs if np.isfinite(value)}
