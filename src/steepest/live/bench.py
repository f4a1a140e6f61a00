"""The bench: the one place where the questions of a page are answered.

The server, the notebook and the tests ask here, in plain data, and pass on the parts of the
answers. Nothing that is asked is run as code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from steepest.errors import InputError
from steepest.live.memory import Memory
from steepest.live.played import Played, play
from steepest.live.problems import Problem, curve_problem, table_problem, with_start
from steepest.live.profiles import profile_of
from steepest.live.questions import (
    Apply,
    AskBranch,
    AskDiagnosis,
    AskProfile,
    AskRecord,
    question_from,
)
from steepest.live.recorded import recorded
from steepest.live.replays import Replay, run_replay, trace_replay
from steepest.live.setting import Setting, setting_from
from steepest.live.setup import Setup, curve_setup, run_setup, table_setup
from steepest.live.shown_table import ShownTable, shown_table
from steepest.live.thinning import kept_params
from steepest.live.wire import DescentRecord, plain
from steepest.objective.curve import Curve
from steepest.store import Store
from steepest.trace import Trace

__all__ = ["Bench"]

REMEMBERED = 4
CURVE_START = 10.0
CURVE_RATE = 0.1
CURVE_STEPS = 50

Part = dict[str, Any]
WAITING: Part = {"part": "waiting"}
"""Nothing new yet; whoever passes it on can see whether anybody still waits."""


class Bench:
    """A table, a curve, or a finished record, and all that can be asked of it.

    setup:  what a page begins with

    >>> bench = Bench.of_table("houses")
    >>> (part,) = bench.answer({"ask": "record", "setting": {"features": ["size"], "steps": 2}})
    >>> part["record"]["names"], part["record"]["params"][0]
    (['w', 'b'], [-100.0, 900.0])
    """

    def __init__(
        self, setup: Setup, table: ShownTable | None = None, replay: Replay | None = None
    ) -> None:
        self.setup = setup
        self._table = table
        self._replay = replay
        self._played = Memory[Setting, Played](REMEMBERED)

    @classmethod
    def of_table(
        cls,
        source: object = "houses",
        x: str | Sequence[str] | None = None,
        y: str | None = None,
    ) -> Bench:
        """A model of `y` from `x`: a built-in name, a path, or a table in memory.

        x:  one or several columns; None: the only other column of numbers
        y:  None: the target of a built-in data set

        Raises InputError for a table or columns that cannot be used.
        """
        table = shown_table(source, x, y)
        bench = cls(table_setup(table), table)
        if table.x_name is None or bench.setup.setting.loss != "squared":
            bench.setup = replace(bench.setup, played=bench._record(bench.setup.setting))
        else:
            bench._problem(bench.setup.setting)
        return bench

    @classmethod
    def of_curve(
        cls,
        expression: str,
        *,
        start: float = CURVE_START,
        rate: float = CURVE_RATE,
        steps: int = CURVE_STEPS,
    ) -> Bench:
        """A function of one variable, as text; InputError where it cannot be read."""
        given = {"what": "curve", "expression": expression, "scale": "raw", "start": [start]}
        setting = setting_from(given | {"rate": rate, "steps": steps})
        return cls(curve_setup(replace(setting, expression=Curve.of(expression).expression.text)))

    @classmethod
    def of_run(cls, run_id: str, store: Store) -> Bench:
        """A saved run of any size, also one that is still growing; "last" is the newest."""
        return cls._of_replay(run_replay(store, run_id))

    @classmethod
    def of_trace(cls, trace: Trace) -> Bench:
        """A record from anywhere: a descent, somebody's log, a watched loop."""
        return cls._of_replay(trace_replay(trace))

    @classmethod
    def _of_replay(cls, replay: Replay) -> Bench:
        bench = cls(run_setup(replay.title, replay.words, replay.setting), replay=replay)
        bench.setup = replace(bench.setup, played=recorded(replay.played(), replay.setting))
        return bench

    def answer(self, question: object) -> Iterator[Part]:
        """The parts of an answer, as plain data for JSON; closing it ends the work.

        Raises InputError, in one plain sentence, for whatever cannot be answered.
        """
        asked = question_from(question)
        match asked:
            case AskRecord(setting):
                for played in self._plays(setting):
                    yield _record_part(recorded(played, setting))
            case AskDiagnosis(setting):
                diagnosis = self._whole(setting).diagnosis.to_dict()
                yield {"part": "diagnosis", "diagnosis": diagnosis}
            case AskProfile(setting, step, along):
                yield {"part": "profile", "profile": self._profile(setting, step, along)}
            case AskBranch(setting, at, rate):
                for played in self._branches(setting, at, rate):
                    yield _record_part(recorded(played, setting))
            case Apply(finding, remedy):
                replay = self._needed_replay()
                for applied in replay.applied(finding, remedy):
                    yield WAITING if applied is None else _applied_part(*applied, replay.setting)
            case _:
                replay = self._needed_replay()
                for grown in replay.follow():
                    waits = grown is None
                    yield WAITING if waits else _record_part(recorded(grown, replay.setting))

    def _record(self, setting: Setting) -> DescentRecord:
        return recorded(self._whole(setting), setting)

    def _profile(self, setting: Setting, step: int, along: int) -> Part:
        played = self._whole(setting)
        if played.objective is None:
            raise InputError("the cost itself is not at hand here, only its record")
        kept = kept_params(played.trace.params, len(played.trace.names))
        if along >= len(kept):
            raise InputError(f"along is {along:,}; there are {len(kept):,} parameters, from 0")
        place = -1 if along == -1 else int(kept[along])
        return plain(profile_of(played.objective, played.trace, step, place))

    def _branches(self, setting: Setting, at: int, rate: float) -> Iterator[Played]:
        """On from step `at`, at another rate, for the steps that are left."""
        played = self._whole(setting)
        trace = played.trace
        row = int(np.searchsorted(trace.step, at))
        if row >= len(trace) or trace.step[row] != at or trace.params is None:
            raise InputError(f"there are no recorded parameters at step {at:,} to branch from")
        if not np.isfinite(trace.params[row]).all():
            raise InputError(f"the parameters are not finite at step {at:,}; branch before it")
        if setting.what == "run":
            problem, setting = self._needed_replay().problem(at)
        else:
            problem, setting = self._problem(setting), replace(setting, steps=setting.steps - at)
        begun = with_start(problem, trace.params[row])
        yield from play(begun, replace(setting, rate=rate), first=at)

    def _plays(self, setting: Setting) -> Iterator[Played]:
        """The descent of a setting while it grows, at last the whole of it."""
        if setting.what == "run":
            yield self._needed_replay().played()
            return
        key = replace(setting, plane="path", chosen=(0, 1))
        known = self._played.find(key)
        if known is not None:
            yield known
            return
        for played in play(self._problem(setting), setting):
            if not played.growing:
                self._played.keep(key, played)
            yield played

    def _whole(self, setting: Setting) -> Played:
        *_, played = self._plays(setting)
        return played

    def _problem(self, setting: Setting) -> Problem:
        if setting.what == "curve":
            return curve_problem(setting, CURVE_START)
        if setting.what == "run" or self._table is None:
            raise InputError(f"there is no table here; this page shows {self.setup.title}")
        return table_problem(self._table, setting)

    def _needed_replay(self) -> Replay:
        if self._replay is None:
            raise InputError(f"there is no run here; this page shows {self.setup.title}")
        return self._replay


def _record_part(record: DescentRecord) -> Part:
    return {"part": "record", "record": plain(record)}


def _applied_part(run: str, played: Played, setting: Setting) -> Part:
    return {"part": "applied", "run": run, "record": plain(recorded(played, setting))}
