"""A descent whose arguments are checked: what every path needs, and how its record is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from steepest.descent.rate import Rate
from steepest.descent.recorder import Columns, Row, Schedule
from steepest.descent.reference import Reference
from steepest.descent.rule import Recurrence
from steepest.descent.rules import AnyRule
from steepest.descent.stopping import Stopping
from steepest.descent.taken import Taken
from steepest.objective.objective import Objective, Powers
from steepest.trace import Array, Fact, Stop, Trace

__all__ = ["OnStep", "Plan"]

OnStep = Callable[[Row], None]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One descent, ready to go; `asked` is the learning rate asked for, None for auto."""

    objective: Objective
    powers: Powers
    start: Array
    rule: AnyRule
    asked: Rate | None
    steps: int
    batch: int | None
    tolerance: float
    seed: int
    average: bool
    full_every: int | None
    curvature: bool
    on_step: OnStep | None

    @property
    def schedule(self) -> Schedule:
        """Which steps are recorded."""
        return Schedule.for_parameters(len(self.start))

    @property
    def recurrence(self) -> Recurrence | None:
        """The rule as a linear recurrence, where it is one."""
        return None if isinstance(self.rule, Reference) else self.rule.recurrence

    def taken(self) -> Taken:
        """Nothing yet."""
        batch, linear = self.batch is not None, self.recurrence
        memory = not isinstance(self.rule, Reference) and (linear is None or linear.memory > 0)
        stopping = Stopping(self.powers, self.steps, self.tolerance, batch=batch, memory=memory)
        return Taken(self.schedule, stopping, len(self.start), self.on_step)

    def record(
        self, columns: Columns, stop: Stop, facts: dict[str, Fact], path: str, why: str
    ) -> Trace:
        """The record, with what is known besides."""
        measures: dict[str, Array] = {}
        if self.batch is not None:
            measures["full_loss"] = columns.full_loss
        known = dict(self.powers.facts) | facts
        known["path"] = Fact(path, "chosen by the objective, the rule and the batch")
        known["tolerance"] = Fact(self.tolerance, "asked for")
        known["learning_rate_choice"] = Fact(why, "chosen before the first step")
        if len(columns.step) <= int(columns.step[-1] - columns.step[0]):
            known["thinning"] = Fact(self.schedule.sentence(), "the schedule of the record")
        return Trace(
            step=columns.step,
            loss=columns.loss,
            learning_rate=columns.learning_rate,
            rule=self.rule.name,
            names=self.objective.names,
            stop=stop,
            loss_of="full" if self.batch is None else "batch",
            params=columns.params,
            gradient=columns.gradient,
            measures=measures,
            facts=known,
        )
