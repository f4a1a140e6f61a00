"""How a descent goes once its arguments are checked: in closed form, or step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steepest.descent.closed_form import ExactDescent
from steepest.descent.curvature import bowl_facts, local_facts
from steepest.descent.interruption import Interruption
from steepest.descent.rates import Adaptive, Constant, Rate
from steepest.descent.recorder import Columns, Recorder, Row, Schedule
from steepest.descent.rules import Rule
from steepest.descent.stepping import batch_steps, full_steps
from steepest.descent.stopping import Stopping
from steepest.errors import InputError
from steepest.objective.bowl import Bowl
from steepest.objective.objective import Batches, Objective, Powers
from steepest.trace import Array, Fact, Stop, Trace

__all__ = ["OnStep", "Plan"]

OnStep = Callable[[Row], None]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One descent, ready to go."""

    objective: Objective
    powers: Powers
    start: Array
    rule: Rule
    steps: int
    batch: int | None
    tolerance: float
    seed: int
    on_step: OnStep | None

    @property
    def schedule(self) -> Schedule:
        """Which steps are recorded."""
        return Schedule.for_parameters(len(self.start))

    def in_closed_form(self, bowl: Bowl, learning_rate: float | Literal["auto"]) -> Trace:
        """Exact descent on a known bowl: the steps are computed, not walked."""
        rate, why = bowl_rate(learning_rate, bowl.sharpness)
        exact = ExactDescent(bowl, self.start, rate)
        last, stop = exact.end(self.steps, self.tolerance)
        columns = Columns.joined(list(exact.record(self.schedule, last)))
        if self.on_step is not None:
            for row in columns.rows():
                self.on_step(row)
        path = "closed form: the cost is a bowl known exactly after one pass over the rows"
        facts = bowl_facts(bowl, self.objective.names)
        worst = exact.distance(last).worst
        if np.isfinite(worst):
            facts["worst_parameter"] = Fact(worst, "bound on the relative error of any parameter")
        return self.trace(columns, stop, facts, path, why)

    def step_by_step(self, learning_rate: float | Literal["auto"]) -> Trace:
        """Walk: every step evaluates the objective."""
        batches = self.batches()
        rate, why = walking_rate(learning_rate, batches, self.batch)
        recorder = Recorder(self.schedule, len(self.start))
        stopping = Stopping(self.powers, self.steps, self.tolerance, batch=self.batch is not None)
        stop: Stop | None = None
        row: Row | None = None
        with Interruption() as interruption:
            try:
                for row in self.walk(rate, batches):
                    if recorder.add(row) and self.on_step is not None:
                        self.on_step(row)
                    stop = stopping.after(row)
                    if stop is not None or interruption.asked:
                        break
            except KeyboardInterrupt:
                if row is None:
                    raise
        if stop is None and row is not None:
            stop = Stop("interrupted", f"interrupted at step {row.step:,}; all until then is kept")
        assert stop is not None  # noqa: S101
        columns = recorder.columns()
        if self.batch is not None and np.isnan(columns.full_loss[-1]):
            columns.full_loss[-1] = self.objective.value_and_gradient(columns.params[-1])[0]
        if self.powers.bowl is not None:
            facts = bowl_facts(self.powers.bowl, self.objective.names)
        else:
            facts = local_facts(self.objective, self.powers, lowest(columns, self.batch))
        path = "step by step: every step evaluates the cost and its gradient"
        return self.trace(columns, stop, facts, path, why)

    def batches(self) -> Batches | None:
        """The view of the objective that can be asked about some rows; None for all at once."""
        if self.batch is None:
            return None
        if self.powers.batches is None:
            raise InputError("this objective has no rows to take batches of; leave batch out")
        batches = self.powers.batches()
        if self.batch > batches.rows:
            raise InputError(
                f"batch is {self.batch:,} but there are {batches.rows:,} rows; "
                "take a smaller batch, or 'full'"
            )
        return batches

    def walk(self, rate: Rate, batches: Batches | None) -> Iterator[Row]:
        """The steps, one after the other, over all rows or over batches."""
        if batches is None or self.batch is None:
            return full_steps(self.objective, self.start, self.rule, rate)
        return batch_steps(
            self.objective, batches, self.start, self.rule, rate, batch=self.batch, seed=self.seed
        )

    def trace(
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


def bowl_rate(learning_rate: float | Literal["auto"], sharpness: float) -> tuple[float, str]:
    """The constant rate on a bowl: 1/λ_max, or the one asked for."""
    if learning_rate != "auto":
        return float(learning_rate), "as asked"
    if sharpness == 0:
        return 1.0, "auto: 1, since the cost is flat"
    return 1.0 / sharpness, "auto: 1/λ_max, half of the largest stable rate"


def walking_rate(
    learning_rate: float | Literal["auto"], batches: Batches | None, batch: int | None
) -> tuple[Rate, str]:
    """The learning rate to walk with, and why this one."""
    if learning_rate != "auto":
        return Constant(float(learning_rate)), "as asked"
    if batches is not None and batch is not None:
        smooth = batches.expected_smoothness(batch)
        if smooth > 0:
            return Constant(0.5 / smooth), "auto: 1/(2L), L the expected smoothness of a batch"
    return Adaptive(), "auto: adaptive, half of one over the curvature met on the way"


def lowest(columns: Columns, batch: int | None) -> Array:
    """The parameters where curvature is measured: the lowest point of the path.

    Of mini-batches, whose losses cannot be compared, the last finite one.
    """
    finite = np.isfinite(columns.loss) & np.all(np.isfinite(columns.params), axis=1)
    rows = np.flatnonzero(finite)
    if not rows.size:
        return columns.params[0]
    return columns.params[rows[-1] if batch else rows[np.argmin(columns.loss[rows])]]
