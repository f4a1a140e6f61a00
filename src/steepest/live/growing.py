"""A descent in a thread, seen while it grows, and ended as soon as nobody looks any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import TypeVar

import numpy as np

from steepest.descent.plan import OnStep
from steepest.descent.recorder import Row
from steepest.trace import Stop, Trace

__all__ = ["LOOK_EVERY", "descended", "trace_so_far"]

Made = TypeVar("Made")

LOOK_EVERY = 0.3
"""Seconds between two looks at a descent that is on its way."""

APART = 1.5
"""How much later each look at the rows is than the one before: what is done with them then
takes no more than some multiple of what is done with the last of them."""


class _Enough(Exception):  # noqa: N818 (no error: the one who asked has gone)
    """Raised in the descent where nobody waits for it any more."""


def descended(
    descend: Callable[[OnStep], Made], every: float = LOOK_EVERY
) -> Generator[list[Row] | Made | None]:
    """Descend in a thread: the rows so far, None where it is too early for them, then its end.

    descend:  goes down, and calls what it is handed with every recorded row; gives the trace,
              or what is made of it
    every:    seconds, after which there is always something; the rows come ever more rarely

    The descent rests while what it has come to is looked at: two threads in turn at many small
    sums hold each other up. Closing the iterator ends it at its next step. What goes wrong in
    it is raised here.
    """
    rows: list[Row] = []
    ended: list[Made | BaseException] = []
    gone, going_on = threading.Event(), threading.Event()
    going_on.set()

    def on_step(row: Row) -> None:
        going_on.wait()
        if gone.is_set():
            raise _Enough
        rows.append(row)

    def work() -> None:
        try:
            ended.append(descend(on_step))
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=work, daemon=True)
    began = time.monotonic()
    thread.start()
    try:
        seen, due = 0, 0.0
        while thread.is_alive():
            thread.join(every)
            since = time.monotonic() - began
            if not thread.is_alive():
                break
            if len(rows) > seen and since >= due:
                going_on.clear()
                seen, due = len(rows), APART * since
                yield rows[:seen]
                going_on.set()
            else:
                yield None
    finally:
        gone.set()
        going_on.set()
        thread.join()
    if isinstance(ended[0], BaseException):
        raise ended[0]
    yield ended[0]


def trace_so_far(rows: list[Row], rule: str, names: tuple[str, ...], *, batch: bool) -> Trace:
    """The record of a descent that has come so far."""
    return Trace(
        step=np.array([row.step for row in rows], dtype=np.int64),
        loss=np.array([row.loss for row in rows]),
        learning_rate=np.array([row.learning_rate for row in rows]),
        rule=rule,
        names=names,
        stop=Stop("interrupted", f"on its way, at step {rows[-1].step:,}"),
        loss_of="batch" if batch else "full",
        params=np.array([row.params for row in rows]),
        gradient=np.array([row.gradient for row in rows]),
        measures={"full_loss": np.array([row.full_loss for row in rows])} if batch else {},
    )
