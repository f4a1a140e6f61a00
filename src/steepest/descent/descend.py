"""The descent: choose how to go, go, and hand back the record."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steepest.descent.closed_form import ExactDescent
from steepest.descent.curvature import bowl_facts, local_facts
from steepest.descent.interruption import Interruption
from steepest.descent.rates import Adaptive, Constant, Rate
from steepest.descent.recorder import Columns, Recorder, Row, Schedule
from steepest.descent.rules import GradientDescent, Rule
from steepest.descent.stepping import batch_steps, full_steps
from steepest.descent.stopping import Stopping
from steepest.errors import InputError
from steepest.objective.objective import Objective, Powers
from steepest.trace import Array, Fact, Stop, Trace

__all__ = ["descend"]

OnStep = Callable[[Row], None]


def descend(
    objective: Objective,
    start: Sequence[float] | Array | None = None,
    *,
    learning_rate: float | Literal["auto"] = "auto",
    rule: Rule | None = None,
    steps: int = 1000,
    batch: int | None = None,
    tolerance: float = 1e-8,
    seed: int = 0,
    on_step: OnStep | None = None,
) -> Trace:
    """Go down from `start` by gradient descent, and record every step.

    objective:      what to minimise: LeastSquares, GeneralizedLinear, objective_from(...)
    start:          (p,) parameters to begin at; zeros
    learning_rate:  the step size, or "auto": 1/λ_max for least squares; adaptive
                    (Malitsky and Mishchenko 2020) otherwise; 1/(2L) with the expected
                    smoothness L for mini-batches (Gower et al. 2019)
    rule:           the update rule; plain gradient descent
    steps:          at most so many updates; the trace then holds steps + 1 rows
    batch:          None for all rows at every step, else how many
    tolerance:      stop at this relative distance of the parameters to the minimum where
                    it can be known, else at this gradient norm relative to the first; the
                    trace's stop says which; 0 never stops early
    seed:           of the shuffling of rows for mini-batches
    on_step:        called with every recorded Row, in order

    Ctrl-C ends it and keeps what was recorded. Raises InputError for arguments that make
    no sense.

    >>> from steepest.objective.function import objective_from
    >>> bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    >>> trace = descend(bowl, [10.0], learning_rate=0.1, steps=3, tolerance=0)
    >>> trace.loss.round(4).tolist()
    [100.0, 64.0, 40.96, 26.2144]
    """
    rule = GradientDescent() if rule is None else rule
    begin = checked_start(objective, start)
    check_numbers(learning_rate, steps, batch, tolerance)
    powers = objective.powers()
    plan = Plan(objective, powers, begin, rule, steps, batch, tolerance, seed, on_step)
    if powers.bowl is not None and batch is None and isinstance(rule, GradientDescent):
        return plan.in_closed_form(learning_rate)
    # overflow is an ending that the stop names, not a warning on the way
    with np.errstate(over="ignore", invalid="ignore"):
        return plan.step_by_step(learning_rate)


def checked_start(objective: Objective, start: Sequence[float] | Array | None) -> Array:
    """The start as (p,) float64; InputError where it does not fit the objective."""
    count = len(objective.names)
    if start is None:
        return np.zeros(count)
    begin = np.array(start, dtype=np.float64).reshape(-1)
    if begin.size != count:
        raise InputError(
            f"start has {begin.size} numbers; expected {count}, one for each of "
            f"{', '.join(objective.names[:8])}{', ...' if count > 8 else ''}"
        )
    if not np.all(np.isfinite(begin)):
        raise InputError(f"start holds {begin[~np.isfinite(begin)][0]}; expected finite numbers")
    return begin


def check_numbers(
    learning_rate: float | str, steps: int, batch: int | None, tolerance: float
) -> None:
    """Raise InputError for settings that make no sense."""
    if isinstance(learning_rate, str):
        if learning_rate != "auto":
            raise InputError(f"the learning rate is {learning_rate!r}; expected a number or 'auto'")
    elif not (math.isfinite(learning_rate) and learning_rate > 0):
        raise InputError(
            f"the learning rate is {learning_rate}; expected a number above 0, or 'auto'"
        )
    if steps < 0 or steps > 10**12:
        raise InputError(f"steps is {steps}; expected a whole number from 0 to 1e12")
    if batch is not None and batch < 1:
        raise InputError(f"batch is {batch}; expected a number of rows from 1, or 'full'")
    if not (math.isfinite(tolerance) and 0 <= tolerance < 1):
        raise InputError(f"tolerance is {tolerance}; expected a number from 0 to below 1")


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
        return Schedule.for_parameters(len(self.start))

    def in_closed_form(self, learning_rate: float | Literal["auto"]) -> Trace:
        """Exact descent on a known bowl: the steps are computed, not walked."""
        bowl = self.powers.bowl
        assert bowl is not None  # noqa: S101
        rate, why = bowl_rate(learning_rate, bowl.sharpness)
        exact = ExactDescent(bowl, self.start, rate)
        last, stop = exact.end(self.steps, self.tolerance)
        pieces = list(exact.record(self.schedule, last))
        columns = Columns(
            *(np.concatenate(parts) for parts in zip(*map(tuple_of, pieces), strict=True))
        )
        if self.on_step is not None:
            for row in rows_of(columns):
                self.on_step(row)
        path = "closed form: the cost is a bowl known exactly after one pass over the rows"
        facts = bowl_facts(bowl, self.objective.names)
        return self.trace(columns, stop, facts, path, why)

    def step_by_step(self, learning_rate: float | Literal["auto"]) -> Trace:
        """Walk: every step evaluates the objective."""
        rate, why = self.rate(learning_rate)
        recorder = Recorder(self.schedule, len(self.start))
        stopping = Stopping(self.powers, self.steps, self.tolerance, batch=self.batch is not None)
        stop: Stop | None = None
        row: Row | None = None
        with Interruption() as interruption:
            try:
                for row in self.walk(rate):
                    if recorder.add(row) and self.on_step is not None:
                        self.on_step(row)
                    stop = stopping.after(row)
                    if stop is not None or interruption.asked:
                        break
            except KeyboardInterrupt:
                if row is None:
                    raise
        if stop is None:
            step = 0 if row is None else row.step
            stop = Stop("interrupted", f"interrupted at step {step:,}; all until then is kept")
        columns = recorder.columns()
        if self.powers.bowl is not None:
            facts = bowl_facts(self.powers.bowl, self.objective.names)
        else:
            facts = local_facts(self.objective, self.powers, lowest(columns, self.batch))
        path = "step by step: every step evaluates the cost and its gradient"
        return self.trace(columns, stop, facts, path, why)

    def walk(self, rate: Rate) -> Iterator[Row]:
        if self.batch is None:
            return full_steps(self.objective, self.start, self.rule, rate)
        if self.powers.batches is None:
            raise InputError("this objective has no rows to take batches of; leave batch out")
        batches = self.powers.batches()
        if self.batch > batches.rows:
            raise InputError(
                f"batch is {self.batch:,} but there are {batches.rows:,} rows; "
                "take a smaller batch, or 'full'"
            )
        return batch_steps(
            self.objective, batches, self.start, self.rule, rate, batch=self.batch, seed=self.seed
        )

    def rate(self, learning_rate: float | Literal["auto"]) -> tuple[Rate, str]:
        if learning_rate != "auto":
            return Constant(float(learning_rate)), "as asked"
        if self.batch is not None and self.powers.batches is not None:
            smooth = self.powers.batches().expected_smoothness(self.batch)
            if smooth > 0:
                return Constant(0.5 / smooth), "auto: 1/(2L), L the expected smoothness of a batch"
        return Adaptive(), "auto: adaptive, half of one over the curvature met on the way"

    def trace(
        self, columns: Columns, stop: Stop, facts: dict[str, Fact], path: str, why: str
    ) -> Trace:
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


def lowest(columns: Columns, batch: int | None) -> Array:
    """The parameters where curvature is measured: the lowest point of the path.

    Of mini-batches, whose losses cannot be compared, the last finite one.
    """
    finite = np.isfinite(columns.loss) & np.all(np.isfinite(columns.params), axis=1)
    rows = np.flatnonzero(finite)
    if not rows.size:
        return columns.params[0]
    return columns.params[rows[-1] if batch else rows[np.argmin(columns.loss[rows])]]


def tuple_of(columns: Columns) -> tuple[Array, ...]:
    """The columns, in their order."""
    return tuple(getattr(columns, name) for name in Columns.__slots__)


def rows_of(columns: Columns) -> Iterator[Row]:
    """The same record, row by row."""
    for i in range(len(columns.step)):
        yield Row(
            int(columns.step[i]),
            float(columns.loss[i]),
            columns.params[i],
            columns.gradient[i],
            float(columns.learning_rate[i]),
            float(columns.loss[i]),
        )
