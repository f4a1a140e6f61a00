"""One loop being watched, whatever it is written in: what adapters report, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np

from steepest.diagnosis.diagnose import BY_HAND, LIVE, RULES, diagnose
from steepest.diagnosis.finding import Diagnosis, Finding
from steepest.diagnosis.record.record import Context
from steepest.diagnosis.told import FACT, told_text
from steepest.storage.outline import Outline, join
from steepest.trace import Array, Fact, Stop, Trace
from steepest.watching.budget import Budget
from steepest.watching.captures import SMALL, Captures, Numbers
from steepest.watching.coordinates import Coordinates
from steepest.watching.recorder import Recorder

__all__ = ["Session"]

SETTLE_SECONDS = 0.35
OPENING = 16
"""So many first steps are looked at whatever else spends: what is wrong mostly shows there."""
CONSIDER_SECONDS = 2.0
FIRST = 8
PAUSE = 8
WHOLE_ROWS = 1024


class Session:
    """The record of one loop as it grows, and the findings so far.

    Adapters say what happens, in this order: `begin(step, rate)` when an update is about to be
    made; `capture` where this step is looked at (`looks(step)`); `loss` when it is known; `fact`
    for what holds of the loop as a whole; `tick` when a step is over. They compute nothing that
    `Captures` can.

    lacking: "params" or "gradient", where not every row has them: they are left out of the record
    by_hand: whether gradients may be wrong, as those of a framework are not: then they are held
             against the loss while the loop goes on, twice
    settled: called whenever rows are complete, as far as `recorder.settled`
    found:   called with every new finding, once each
    next_look, next_tick: the steps before which there is nothing to ask `looks` and `tick` for,
             but for `pressing`; for adapters whose steps are tiny
    budget:  time for inspectors and rules; captures have one of their own, so that neither starves
    every:   look at every so manyth step; None: as often as the budget allows
    """

    def __init__(
        self,
        *,
        found: Callable[[Finding], None],
        every: int | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.recorder = Recorder()
        self.budget = Budget() if budget is None else budget
        self.looking = Budget(credit=3e-3) if budget is None else budget
        self.facts: dict[str, Fact] = {}
        self.findings: dict[tuple[str, tuple[str, ...]], Finding] = {}
        self.step = -1
        self.rule = "unknown"
        self.names: tuple[str, ...] = ()
        self.coordinates: Coordinates | None = None
        self.whole = False
        self.lacking: set[str] = set()
        self.by_hand = False
        self._deeper: list[float] = [24, 100, math.inf]
        self.settled: list[Callable[[], None]] = []
        self._found = found
        self._every = every
        self._captures: Captures | None = None
        self.next_look = 0
        self._look_costs = 50e-6
        self._began = perf_counter()
        self.next_tick = self._consider_at = FIRST
        self.pressing = self._broken = False

    def follow(self, coordinates: Coordinates) -> None:
        """Say which parameters are recorded, before the first step."""
        self.coordinates = coordinates
        self.whole = coordinates.whole and coordinates.count <= SMALL
        self._captures = Captures(coordinates)
        self.fact("layers", ", ".join(coordinates.layers), "in the order of the model")
        if self.whole:
            self.names = coordinates.names
            self.recorder.most = WHOLE_ROWS

    def begin(self, step: int, rate: float, loss: float | None = None) -> None:
        """A step's update is about to be made, at a learning rate (NaN where unknown); with its
        loss, where that is known by now."""
        self.step = step
        self.recorder.open(step, rate, loss)
        if loss is not None and not self._broken and not math.isfinite(loss):
            self._broken = self.pressing = True

    def looks(self, step: int) -> bool:
        """Whether to capture at this step: two steps that follow each other, then a pause as long
        as the budget asks for; a small model at every recorded step."""
        if self._captures is None:
            return False
        if self.whole:
            return (step - self.recorder.first) % self.recorder.stride == 0
        if step < self.next_look:
            return False
        if self._every is not None:
            self.next_look = step + (1 if step % self._every == 0 else self._every - 1)
            return True
        if step < OPENING:
            return True
        captures = self._captures
        if captures.count and captures.last[0] == step - 1:
            self.next_look = step + (1 if self._affords(2 * self._look_costs) else PAUSE)
            return True
        if not self._affords(2 * self._look_costs):
            self.next_look = step + PAUSE
            return False
        self.next_look = step + 1
        return True

    def _affords(self, seconds: float) -> bool:
        return self.looking.allows(seconds, steps=self.step + 1)

    def capture(
        self,
        step: int,
        params: Numbers,
        gradient: Numbers,
        seconds: float,
    ) -> bool:
        """Parameters before the update (s,) and gradient (s,) of a step; how long it took.

        Says whether the gradient is finite.
        """
        self.room[0], self.room[1] = params, gradient
        return self.captured(step, seconds)

    @property
    def room(self) -> Numbers:
        """Where the next capture goes (2, s): the parameters, the gradient; then `captured`."""
        assert self._captures is not None  # noqa: S101
        return self._captures.room

    def captured(self, step: int, seconds: float) -> bool:
        """The room was filled; as `capture`."""
        assert self._captures is not None  # noqa: S101
        gradient = self._captures.room[1]
        self._captures.taken(step)
        self._look_costs = 0.9 * self._look_costs + 0.1 * seconds
        self.looking.spend(seconds)
        with np.errstate(all="ignore"):
            sound = math.isfinite(gradient.dot(gradient)) or bool(np.isfinite(gradient).all())
        if self._captures.full:
            self.settle()
        return sound

    def loss(self, step: int, value: float) -> None:
        """The loss of a step, as a number."""
        self.recorder.loss(step, value)
        if not self._broken and not math.isfinite(value):
            self._broken = self.pressing = True

    def measure(self, step: int, name: str, value: float) -> None:
        """Any other number of a step."""
        self.recorder.measure(step, name, value)

    def fact(
        self, name: str, value: float | str | Array, how: str, *, pressing: bool = False
    ) -> None:
        """Something that holds of the loop; `pressing`: a rule should look at it at once."""
        self.facts[name] = Fact(value, how)
        self.pressing = self.pressing or pressing

    def tick(self) -> None:
        """A step is over: work out what waits, and ask the rules where it is time."""
        if not self.pressing and self.step < self.next_tick:
            return
        if self.pressing or self.step >= self._consider_at:
            self._consider()
        else:
            self.settle()
        pace = (perf_counter() - self._began) / (self.step + 1)
        settle_at = self.step + max(1, int(SETTLE_SECONDS / pace))
        self.next_tick = min(self._consider_at, settle_at)

    def _consider(self) -> None:
        """Ask the rules; then not again before a third more steps, or two seconds."""
        self.pressing = False
        self.settle()
        began = perf_counter()
        trace, rules = self.trace(), LIVE
        if self.by_hand and self.whole and self.step >= self._deeper[0]:
            del self._deeper[0]
            rules = BY_HAND
        else:
            trace = replace(trace, params=None, gradient=None)  # what can be read at once
        self.tell(diagnose(trace, self.context(), rules=rules))
        ended = perf_counter()
        self.budget.spend(ended - began)
        pace = (ended - self._began) / (self.step + 1)
        soon = min(self.step // 3, int(CONSIDER_SECONDS / pace))
        self._consider_at = self.step + max(FIRST, soon)

    def settle(self) -> None:
        """Work out the measures of what was captured, and put them into the rows."""
        began = perf_counter()
        if self._captures is not None:
            if self.whole:
                self.recorder.vectors(*self._captures.held)
            self.recorder.measures(self._captures.measured())
        self.recorder.settled = self.step - 1
        for hook in self.settled:
            hook()
        self.looking.spend(perf_counter() - began)

    def tell(self, diagnosis: Diagnosis) -> None:
        """Hand on the findings that are new; of the harmless ones only in the record."""
        for finding in diagnosis.findings:
            key = (finding.code, finding.layers)
            if key not in self.findings and finding.severity != "info":
                self.findings[key] = finding
                self.facts[FACT] = Fact(told_text(self.findings.values()), "told by then")
                self._found(finding)

    def context(self) -> Context:
        """What is known of the loop besides its record."""
        classes, batch = self.facts.get("classes"), self.facts.get("batch_size")
        return Context(
            classes=None if classes is None else int(classes.number),
            batch=None if batch is None else int(batch.number),
            optimizer=None if self.rule == "unknown" else self.rule,
        )

    def outline(self, stop: Stop | None = None) -> Outline:
        """What the trace says besides its columns."""
        names = () if {"params", "gradient"} <= self.lacking else self.names
        return Outline(self.rule, names, "unknown", dict(self.facts), stop)

    def trace(self, stop: Stop | None = None) -> Trace:
        """The record so far; InputError where not even one step was made."""
        if not self.recorder.told:
            self.fact("loss_unknown", "no loss was said", "none came through w.log or the model")
        else:
            self.facts.pop("loss_unknown", None)
        ending = stop or Stop("interrupted", f"on its way, at step {self.step:,}")
        columns = self.recorder.columns()
        for name in self.lacking:
            columns.pop(name, None)
        return join(self.outline(ending), columns, ending)

    def end(self, stop: Stop, *, whole: bool = True) -> tuple[Trace, Diagnosis]:
        """The whole record, and what every rule says of it; of a part of a loop, those that may
        be asked of a part."""
        self.settle()
        trace = self.trace(stop)
        diagnosis = diagnose(trace, self.context(), rules=RULES if whole else LIVE)
        self.tell(diagnosis)
        return trace, diagnosis
