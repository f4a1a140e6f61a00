"""A record that is replayed: what a bench asks of a saved run, or of a trace from anywhere."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Protocol

from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.record.inferred import inferred
from steepest.errors import InputError
from steepest.live.known_bowl import known_bowl
from steepest.live.played import Played
from steepest.live.problems import Problem
from steepest.live.saved_runs import SavedRun
from steepest.live.setting import MOST_STEPS, RULE_LABELS, Setting
from steepest.live.thinning import kept_rows
from steepest.live.wire import Workers
from steepest.store import Store
from steepest.trace import Trace

__all__ = ["Replay", "run_replay", "trace_replay"]


class Replay(Protocol):
    """A record that was made elsewhere, and what can still be done with it."""

    @property
    def title(self) -> str:
        """Its name."""
        ...

    @property
    def words(self) -> str:
        """One sentence on what it is."""
        ...

    @property
    def setting(self) -> Setting:
        """What of it a setting can say; `what` is "run", `run` its id in a store."""
        ...

    @property
    def again(self) -> bool:
        """Whether what it descended on is at hand, for a branch or a remedy."""
        ...

    @property
    def growing(self) -> bool:
        """Whether it is not at its end yet."""
        ...

    @property
    def workers(self) -> Workers | None:
        """Who walks over its rows, where they come piece by piece."""
        ...

    def played(self) -> Played:
        """The record as it is now; InputError where there is not even one step yet."""
        ...

    def follow(self) -> Iterator[Played | Workers | None]:
        """It each time it has grown, None each time nothing is new, until it ends.

        Between them its workers, each time that something was heard of them.
        """
        ...

    def problem(self, at: int) -> tuple[Problem, Setting]:
        """What it descended on, and how it would go on from step `at`."""
        ...

    def applied(self, finding: int, remedy: int) -> Generator[Replay | None]:
        """Trained again with a remedy: None while it goes on, then the new run."""
        ...


def run_replay(store: Store, run_id: str) -> Replay:
    """A saved run, by its id or "last"."""
    return SavedRun(store, store.resolve(run_id))


def trace_replay(trace: Trace) -> Replay:
    """A trace from anywhere."""
    return _Traced(trace)


class _Traced:
    """A trace alone: its cost is known only where its record shows it."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self.title = "a record"
        steps = int(trace.step[-1])
        self.words = f"A record of {steps:,} steps of {_rule_words(trace.rule)}."
        self.setting = Setting(what="run", steps=min(steps, MOST_STEPS))
        self.again = self.growing = False
        self.workers = None

    def played(self) -> Played:
        """The record, with the bowl that its facts or its gradients show."""
        shown = inferred(self._trace)
        return Played(
            trace=self._trace,
            diagnosis=diagnose(self._trace),
            rows=kept_rows(len(self._trace)),
            objective=known_bowl(shown),
            facts=shown.facts,
        )

    def follow(self) -> Iterator[Played | None]:
        """It does not grow."""
        yield self.played()

    def problem(self, at: int) -> tuple[Problem, Setting]:
        """Not of a record alone."""
        raise InputError("a record alone cannot branch: what it descended on is not at hand")

    def applied(self, finding: int, remedy: int) -> Generator[Replay | None]:
        """Not of a record alone."""
        raise InputError("a remedy is applied to a saved run; this is a record alone")


def _rule_words(rule: str) -> str:
    return RULE_LABELS.get(rule, "an unknown rule" if rule == "unknown" else rule)
