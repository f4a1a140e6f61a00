"""A watched loop in the store while it grows; without a store that can be written, it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress

from steepest.diagnosis.finding import Diagnosis
from steepest.errors import InputError
from steepest.storage.columns import Column
from steepest.storage.outline import outline_to_json
from steepest.storage.writer import RunWriter
from steepest.store import Store
from steepest.trace import Trace
from steepest.watching.session import Session

__all__ = ["Keeper"]


class Keeper:
    """Writes the rows of a session into a store, from a thread of its own.

    about:    what is said of the loop in a list of runs: "source", "target"
    trouble:  called with a sentence, once, where the store cannot be written
    """

    def __init__(
        self,
        session: Session,
        store: Store,
        stem: str,
        about: Mapping[str, str],
        trouble: Callable[[str], None],
    ) -> None:
        self._session = session
        self._about = {"source": "loop", "target": "", **about}
        self._trouble = trouble
        self._told = self._lost = False
        self._settled = -1
        self._outline = ""
        self._handed = 0
        self._waiting: tuple[Mapping[str, Column], Mapping[str, str]] = {}, {}
        self.path = store.path
        self._writer: RunWriter | None = None
        try:
            self._writer = store.begin(stem, self._documents(None), loss_of="unknown")
        except InputError as error:
            self._tell(f"the run is not kept: {error}")
            return
        self._writer.supplied_by(self._supply, self._in_doubt)

    @property
    def run(self) -> str | None:
        """The id of the run; None where it is not kept."""
        return None if self._writer is None or self._lost else self._writer.id

    def finish(self, trace: Trace, diagnosis: Diagnosis) -> None:
        """Put the whole record in place of the rows so far, with what was found."""
        if self._writer is None:
            return
        found = {"findings": json.dumps(diagnosis.to_dict())}
        try:
            self._writer.finish(trace, self._documents(diagnosis.verdict) | found)
        except InputError as error:
            self._lost = True
            self._tell(f"the run is not kept: {error}")
            with suppress(InputError):
                self._writer.__exit__(InputError, error, None)

    def abandon(self) -> None:
        """Close a run of which not one step was made."""
        if self._writer is not None:
            with suppress(InputError):
                self._writer.__exit__(None, None, None)

    def _documents(self, verdict: str | None) -> dict[str, str]:
        summary = {**self._about, "watched": True}
        if verdict is not None:
            summary["verdict"] = verdict
        return {"summary": json.dumps(summary), "watched": json.dumps(self._about)}

    def _supply(self) -> tuple[Mapping[str, Column], Mapping[str, str]]:
        """What is new, in the thread of the writer; what the disk refused comes again."""
        assert self._writer is not None  # noqa: S101
        columns, documents = self._waiting
        if self._writer.flushed < self._handed:
            return columns, documents
        self._waiting = {}, {}
        recorder = self._session.recorder
        if recorder.settled <= self._settled:
            return self._waiting
        try:
            self._settled = recorder.settled
            outline = outline_to_json(self._session.outline())
            columns = recorder.new_rows(None)
        except Exception:  # what grows meanwhile is looked at again at the next settling
            return self._waiting
        documents = {} if outline == self._outline else {"trace": outline}
        self._outline = outline
        self._handed += len(columns["step"])
        self._waiting = columns, documents
        return self._waiting

    def _in_doubt(self, error: InputError) -> None:
        assert self._writer is not None  # noqa: S101
        self._tell(
            f"the run {self._writer.id} cannot be kept just now, the loop goes on: {error}; at its "
            "end it is tried again"
        )

    def _tell(self, sentence: str) -> None:
        """Say it, the first time."""
        if not self._told:
            self._told = True
            self._trouble(sentence)
