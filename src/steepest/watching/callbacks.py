"""What the callbacks of Lightning, Hugging Face and Keras share: one watching a training."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from typing import Any

from steepest.diagnosis.finding import Diagnosis, Finding
from steepest.errors import InputError
from steepest.store import Store
from steepest.trace import Trace
from steepest.watching.telling import FindingError, OnFinding, Stopped, reaction_to, say
from steepest.watching.watch import store_of
from steepest.watching.watching import Adapter, Watching

__all__ = ["AGREE", "Watched"]

AGREE = 32
"""Every so many steps, several processes agree on whether to stop."""


class Watched:
    """The half of a callback that watches; the other half is the class of its framework.

    on_finding:  "tell" says it; "stop" asks the trainer to end, "raise" raises FindingError out of
                 the training, and a function is called with the Finding
    every:       look closely at every so manyth step; None: as often as 0.6 % of it allows
    store:       file of the runs; None: STEEPEST_STORE or steepest.db; False: keep nothing
    name:        what the run is called in the store, with a number
    quiet:       say nothing on standard error

    watching:    the `Watching` of the training that goes on, or of the last one; None before it
    """

    def __init__(
        self,
        *,
        on_finding: OnFinding = "tell",
        every: int | None = None,
        store: str | os.PathLike[str] | Store | bool | None = None,
        name: str | None = None,
        quiet: bool = False,
    ) -> None:
        super().__init__()
        if every is not None and (isinstance(every, bool) or every < 1):
            raise InputError(f"every is {every!r}; expected a whole number of steps, 1 or more")
        reaction_to(on_finding)
        self.watching: Watching | None = None
        self.stopping = False
        self._on_finding: OnFinding = on_finding
        self._every, self._name, self._quiet = every, name, quiet
        self._store = store_of(store)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far."""
        return () if self.watching is None else self.watching.findings

    @property
    def run(self) -> str | None:
        """The id of the run in the store; None where it is not kept."""
        return None if self.watching is None else self.watching.run

    @property
    def trace(self) -> Trace:
        """The record so far; InputError where no step was made yet."""
        return self._begun().trace

    @property
    def diagnosis(self) -> Diagnosis:
        """What every rule says of the record so far; InputError where no step was made yet."""
        return self._begun().diagnosis

    def log(self, **said: Any) -> None:
        """As `Watching.log`, for what the callback cannot see; nothing before the training."""
        if self.watching is not None:
            self.watching.log(**said)

    def _begun(self) -> Watching:
        if self.watching is None:
            raise InputError("no training was watched yet; hand the callback to one that is run")
        return self.watching

    def _watch(self, adapter: Callable[[], Adapter]) -> Watching | None:
        """Begin, in place of what an earlier training left behind; None where it cannot be done."""
        self._leave()
        self.stopping = False
        try:
            self.watching = Watching(
                adapter(),
                on_finding=self._react,
                every=self._every,
                store=self._store,
                name=self._name,
                quiet=self._quiet,
            )
        except Exception as error:
            self.watching = None
            say(f"the training is not watched ({type(error).__name__}: {error})")
            return None
        atexit.register(self._leave_at_exit)
        return self.watching.__enter__()

    def _leave(self, error: BaseException | None = None) -> None:
        """End; a second time does nothing."""
        if self.watching is None:
            return
        atexit.unregister(self._leave_at_exit)
        stopped = self.watching.stopped
        self.watching.close(Stopped(stopped) if error is None and stopped is not None else error)

    def _leave_at_exit(self) -> None:
        """The program ends in the middle of a training: most often because something was raised."""
        self._leave(getattr(sys, "last_value", None))

    def _react(self, finding: Finding) -> None:
        if callable(self._on_finding):
            self._on_finding(finding)
        elif self._on_finding == "raise":
            error = FindingError(finding)
            self._leave(error)
            raise error
        elif self._on_finding == "stop" and not self.stopping:
            self.stopping = True
            if self.watching is not None:
                self.watching.stopped = finding
            self._stop()

    def _stop(self) -> None:
        """Ask the trainer to end; where `stopping` is read at the next occasion, nothing."""
