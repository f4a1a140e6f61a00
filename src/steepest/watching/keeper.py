"""A watched loop in the store while it grows; without a store that can be written, it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

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
        self._about = dict(about)
        self._trouble = trouble
        self._columns: tuple[str, ...] | None = None
        self._facts = 0
        self.path = store.path
        documents = {"summary": json.dumps(self._about), "watched": json.dumps(self._about)}
        self._writer: RunWriter | None = None
        try:
            self._writer = store.begin(stem, documents, loss_of="unknown")
        except InputError as error:
            trouble(f"the run is not kept: {error}")
            return
        self._writer.supplied_by(self._supply)

    @property
    def run(self) -> str | None:
        """The id of the run; None where it is not kept."""
        return None if self._writer is None else self._writer.id

    def _supply(self) -> tuple[Mapping[str, Column], Mapping[str, str]]:
        """What is new, in the thread of the writer."""
        try:
            recorder, session = self._session.recorder, self._session
            if self._columns is None:
                if recorder.settled < 1:
                    return {}, {}
                self._columns = tuple(recorder.columns())
            columns = recorder.new_rows(self._columns)
            documents: dict[str, str] = {}
            if len(session.facts) != self._facts:
                self._facts = len(session.facts)
                documents["trace"] = outline_to_json(session.outline())
            return columns, documents
        except Exception:  # what grows meanwhile is looked at again in half a second
            return {}, {}

    def finish(self, trace: Trace, diagnosis: Diagnosis) -> None:
        """Put the whole record in place of the rows so far, with what was found."""
        if self._writer is None:
            return
        about = {**self._about, "verdict": diagnosis.verdict}
        documents = {
            "summary": json.dumps(about),
            "watched": json.dumps(self._about),
            "findings": json.dumps(diagnosis.to_dict()),
        }
        try:
            self._writer.finish(trace, documents)
        except InputError as error:
            self._trouble(f"the run is not kept: {error}")

    def abandon(self) -> None:
        """Close a run of which not one step was made."""
        if self._writer is not None:
            self._writer.__exit__(None, None, None)
