"""The bench: the one place where the questions of a page are answered.

The server, the notebook and the tests ask here, in plain data, and pass on the parts of the
answers. Nothing that is asked is run as code.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np

from steepest.errors import InputError
from steepest.live.descents import Descents
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
from steepest.live.wire import DescentRecord, Workers, plain
from steepest.objective.curve import Curve
from steepest.store import Store
from steepest.trace import Array, Trace

__all__ = ["Bench"]

REMEMBERED = 4
RUNS = 4
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
    >>> *_, part = bench.answer({"ask": "record", "setting": {"features": ["size"], "steps": 2}})
    >>> part["record"]["names"], part["record"]["params"][0]
    (['w', 'b'], [-100.0, 900.0])
    """

    def __init__(
        self,
        setup: Setup,
        table: ShownTable | None = None,
        replay: Replay | None = None,
        store: Store | None = None,
    ) -> None:
        self.setup = setup
        self._table = table
        self._replay = replay
        self._store = store
        self._replays = Memory[str, Replay](RUNS)
        self._descents = Descents(REMEMBERED)

    @classmethod
    def of_table(
        cls,
        source: object = "houses",
        x: str | Sequence[str] | None = None,
        y: str | None = None,
    ) -> Bench:
        """A model of `y` from `x`: a built-in name, a path, or a table in memory.

        x:  one or several columns; None: all other columns of numbers
        y:  None: the target of a built-in data set, and the second of two columns

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
        return cls._of_replay(run_replay(store, run_id), store)

    @classmethod
    def of_trace(cls, trace: Trace) -> Bench:
        """A record from anywhere: a descent, somebody's log, a watched loop."""
        return cls._of_replay(trace_replay(trace))

    @classmethod
    def _of_replay(cls, replay: Replay, store: Store | None = None) -> Bench:
        growing, workers = replay.growing, replay.workers
        try:
            played = recorded(replay.played(), replay.setting)
        except InputError:
            if not growing:
                raise
            played = None  # its first step is still to come
        setup = run_setup(replay.title, replay.words, replay.setting, again=replay.again)
        setup = replace(setup, played=played, growing=growing, workers=workers)
        return cls(setup, replay=replay, store=store)

    def answer(self, question: object) -> Iterator[Part]:
        """The parts of an answer, as plain data for JSON; closing it ends the work.

        Raises InputError, in one plain sentence, for whatever cannot be answered.
        """
        asked = question_from(question)
        match asked:
            case AskRecord(setting):
                yield from self._recorded(setting)
            case AskDiagnosis(setting):
                played = yield from self._whole(setting)
                yield {"part": "diagnosis", "diagnosis": played.diagnosis.to_dict()}
            case AskProfile(setting, step, along):
                played = yield from self._whole(setting)
                yield {"part": "profile", "profile": _profile(played, step, along)}
            case AskBranch(setting, at, rate):
                yield from self._branches(setting, at, rate)
            case Apply(setting, finding, remedy):
                yield from self._applied(setting, finding, remedy)
            case _:
                yield from self._follows()

    def _record(self, setting: Setting) -> DescentRecord:
        *_, played = (played for played in self._plays(setting) if played is not None)
        return recorded(played, setting)

    def _recorded(self, setting: Setting) -> Iterator[Part]:
        """The record while it grows; of a run in a store with the words on it."""
        words = self._replay_of(setting).words if setting.what == "run" else ""
        for played in self._plays(setting):
            yield WAITING if played is None else _record_part(recorded(played, setting), words)

    def _follows(self) -> Iterator[Part]:
        replay = self._needed_replay()
        for grown in replay.follow():
            if grown is None:
                yield WAITING
            elif isinstance(grown, Workers):
                yield {"part": "workers", "workers": plain(grown), "words": replay.words}
            else:
                yield _record_part(recorded(grown, replay.setting), replay.words)

    def _applied(self, setting: Setting, finding: int, remedy: int) -> Iterator[Part]:
        if setting.what != "run":
            raise InputError("a remedy is applied to a saved run; this is the setting of none")
        with closing(self._replay_of(setting).applied(finding, remedy)) as parts:
            for made in parts:
                if made is None:
                    yield WAITING
                    continue
                self._replays.keep(made.title, made)
                record = recorded(made.played(), setting)
                yield _record_part(record, made.words) | {"part": "applied", "run": made.title}

    def _branches(self, setting: Setting, at: int, rate: float) -> Iterator[Part]:
        """On from step `at`, at another rate, for the steps that are left."""
        played = yield from self._whole(setting)
        begin = _params_at(played.trace, at)
        if setting.what == "run":
            problem, onward = self._replay_of(setting).problem(at)
        else:
            problem, onward = self._problem(setting), replace(setting, steps=setting.steps - at)
        onward = replace(onward, rate=rate)
        with closing(play(with_start(problem, begin), onward, first=at)) as parts:
            for branch in parts:
                yield WAITING if branch is None else _record_part(recorded(branch, setting))

    def _plays(self, setting: Setting) -> Iterator[Played | None]:
        """The descent of a setting while it grows, None where it has not, at last the whole."""
        if setting.what == "run":
            return iter((self._replay_of(setting).played(),))
        key = replace(setting, plane="path", chosen=(0, 1))
        return self._descents.of(key, lambda: self._begun(setting))

    def _begun(self, setting: Setting) -> Generator[Played | None]:
        with closing(play(self._problem(setting), setting)) as parts:
            yield from parts

    def _whole(self, setting: Setting) -> Generator[Part, None, Played]:
        """The whole descent, after parts that say no more than that it is not there yet."""
        played: Played | None = None
        for played in self._plays(setting):
            if played is None or played.growing:
                yield WAITING
        assert played is not None  # noqa: S101
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

    def _replay_of(self, setting: Setting) -> Replay:
        """The run that a setting names, of the store of this bench."""
        own = self._needed_replay()
        if setting.run in ("", own.setting.run):
            return own
        if self._store is None:
            raise InputError(f"there is no run {setting.run!r} here; this is a record alone")
        run = self._store.resolve(setting.run)
        if run == own.setting.run:
            return own
        known = self._replays.find(run)
        if known is None:
            known = run_replay(self._store, run)
            self._replays.keep(run, known)
        return known


def _profile(played: Played, step: int, along: int) -> Part:
    if played.objective is None:
        raise InputError("the cost itself is not at hand here, only its record")
    kept = kept_params(played.trace.params, len(played.trace.names))
    if along >= len(kept):
        raise InputError(f"along is {along:,}; there are {len(kept):,} parameters, from 0")
    place = -1 if along == -1 else int(kept[along])
    return plain(profile_of(played.objective, played.trace, step, place))


def _params_at(trace: Trace, at: int) -> Array:
    """(p,) where step `at` leaves from; InputError where that is not recorded, or not finite."""
    row = int(np.searchsorted(trace.step, at))
    if row >= len(trace) or trace.step[row] != at or trace.params is None:
        raise InputError(f"there are no recorded parameters at step {at:,} to branch from")
    if not np.isfinite(trace.params[row]).all():
        raise InputError(f"the parameters are not finite at step {at:,}; branch before it")
    return trace.params[row]


def _record_part(record: DescentRecord, words: str = "") -> Part:
    part: Part = {"part": "record", "record": plain(record)}
    return part | {"words": words} if words else part
