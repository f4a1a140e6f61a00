"""How a descent goes once its arguments are checked: which path it takes, and its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from steepest.descent.batching import Batching
from steepest.descent.choice import bowl_rate, chosen_rate
from steepest.descent.closed_form import ExactDescent
from steepest.descent.curvature import bowl_facts, local_facts, sharpness_along
from steepest.descent.error_bound import error_bound
from steepest.descent.interruption import Interruption
from steepest.descent.rate import Rate
from steepest.descent.rates import Constant
from steepest.descent.recorder import Columns, Row, Schedule
from steepest.descent.reference import Reference, solve
from steepest.descent.replay import replayed
from steepest.descent.rule import Recurrence, Rule
from steepest.descent.rules import AnyRule
from steepest.descent.stepping import Walk
from steepest.descent.stopping import Stopping
from steepest.descent.taken import Taken
from steepest.errors import InputError
from steepest.objective.bowl import Bowl
from steepest.objective.objective import Batches, Objective, Powers
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

    def trace(self) -> Trace:
        """Go down by the shortest way that there is."""
        if isinstance(self.rule, Reference):
            return self.by_reference(self.rule)
        if self.batch is not None:
            return self.over_batches(self.rule, self.batch)
        reason = self.why_not_closed(self.rule)
        if reason is None and self.powers.bowl is not None and self.rule.recurrence is not None:
            return self.in_closed_form(self.powers.bowl, self.rule.recurrence)
        return self.over_all_rows(self.rule, reason or "the cost is not a known bowl")

    def why_not_closed(self, rule: Rule) -> str | None:
        """Why the steps have to be walked; None where a closed form gives them all."""
        if self.powers.bowl is None:
            return "the cost is not a bowl that is known exactly"
        if self.powers.proximal is not None:
            return "the cost has kinks (l1)"
        if rule.recurrence is None:
            return f"{rule.name} is not linear in the gradients"
        if self.asked is not None and not isinstance(self.asked, Constant):
            return "the learning rate changes from step to step"
        return None

    def in_closed_form(self, bowl: Bowl, recurrence: Recurrence) -> Trace:
        """Exact descent on a known bowl: the steps are computed, not walked."""
        rate, why = bowl_rate(self.asked, bowl.sharpness)
        assert isinstance(rate, Constant)  # noqa: S101
        exact = ExactDescent(bowl, self.start, rate.rate, recurrence)
        last, stop = exact.end(self.steps, self.tolerance, self.schedule)
        columns = Columns.joined(list(exact.record(self.schedule, last)))
        if self.on_step is not None:
            for row in columns.rows():
                self.on_step(row)
        facts = bowl_facts(bowl, self.objective.names, stability=recurrence.stability)
        facts |= self.trust_in(exact, last)
        path = "closed form: the cost is a bowl known exactly, so that no step need be walked"
        return self.record(columns, stop, facts, path, why)

    def trust_in(self, exact: ExactDescent, last: int) -> dict[str, Fact]:
        """How far the closed form can be off, and what walking a few steps says to that."""
        facts: dict[str, Fact] = {}
        worst, bound = exact.distance(last).worst, error_bound(exact, last)
        if np.isfinite(worst):
            facts["worst_parameter"] = Fact(worst, "bound on the relative error of any parameter")
        if np.isfinite(bound):
            how = "rounding, to first order, relative to the size of the params at the last step"
            facts["error_bound"] = Fact(bound, how)
        if self.powers.on_rows is not None:
            found = replayed(exact, self.powers.on_rows, last)
            facts |= {} if found is None else {"replay": found}
        return facts

    def over_all_rows(self, rule: Rule, reason: str) -> Trace:
        """Walk: every step evaluates the whole cost."""
        self.check_kinks(rule)
        rate, why = chosen_rate(
            self.asked, rule, self.objective, self.powers, self.start, None, None
        )
        walk = Walk(self.objective, self.powers.proximal, self.start, rule, rate)
        columns, stop = self.walked(walk.over_all())
        return self.walked_record(columns, stop, f"step by step: {reason}", why)

    def over_batches(self, rule: Rule, batch: int) -> Trace:
        """Walk over mini-batches: in one compiled loop where there is one for the rule."""
        self.check_kinks(rule)
        batches = self.batches(batch)
        rate, why = chosen_rate(
            self.asked, rule, self.objective, self.powers, self.start, batches, batch
        )
        walk = Walk(self.objective, self.powers.proximal, self.start, rule, rate)
        batching = Batching(
            walk, batches, batch, self.steps, self.seed, self.full_every, self.average
        )
        taken = self.taken()
        path, facts = batching.take_into(taken)
        columns = taken.columns()
        if np.isnan(columns.full_loss[-1]):
            columns.full_loss[-1] = self.objective.value_and_gradient(columns.params[-1])[0]
        trace = self.walked_record(columns, taken.ended(), path, why)
        return replace(trace, facts={**trace.facts, **facts})

    def by_reference(self, rule: Reference) -> Trace:
        """Let SciPy's solver go, and record where it went."""
        if self.batch is not None or self.powers.proximal is not None:
            raise InputError(
                f"{rule.name} needs a smooth cost of all rows at every step; leave out the batch "
                "and l1, or take another rule"
            )
        if self.asked is not None:
            raise InputError(f"{rule.name} sets its own steps; leave the learning rate out")
        taken = self.taken()
        with Interruption() as interruption:

            def take(row: Row) -> bool:
                return taken.add(row) or interruption.asked

            ending = solve(rule, self.objective.value_and_gradient, self.start, self.steps, take)
        own = None if interruption.asked else ending
        stop = taken.stop or own or taken.ended()
        path = "SciPy's solver, its iterates recorded"
        return self.walked_record(taken.columns(), stop, path, "set by the solver's line search")

    def taken(self) -> Taken:
        """Nothing yet."""
        batch = self.batch is not None
        stopping = Stopping(self.powers, self.steps, self.tolerance, batch=batch)
        return Taken(self.schedule, stopping, len(self.start), self.on_step)

    def walked(self, rows: Iterator[Row]) -> tuple[Columns, Stop]:
        """Take rows until there is a reason to stop; Ctrl-C keeps what there is."""
        taken = self.taken()
        with Interruption() as interruption:
            try:
                for row in rows:
                    if taken.add(row) or interruption.asked:
                        break
            except KeyboardInterrupt:
                if taken.empty:
                    raise
        return taken.columns(), taken.ended()

    def walked_record(self, columns: Columns, stop: Stop, path: str, why: str) -> Trace:
        """The record of a walk, with the curvature where it went."""
        stability = _stability(self.rule)
        if self.powers.bowl is not None:
            facts = bowl_facts(self.powers.bowl, self.objective.names, stability=stability)
            return self.record(columns, stop, facts, path, why)
        lowest = lowest_params(columns, self.batch)
        facts = local_facts(self.objective, self.powers, lowest, stability=stability)
        trace = self.record(columns, stop, facts, path, why)
        if not self.curvature:
            return trace
        measures, known = sharpness_along(
            self.objective, self.powers, columns.params, len(columns.step), steps=columns.step
        )
        return replace(
            trace, measures={**trace.measures, **measures}, facts={**trace.facts, **known}
        )

    def check_kinks(self, rule: Rule) -> None:
        """Raise InputError for a rule that cannot step around the kinks of the cost."""
        if self.powers.proximal is not None and not rule.traits.proximal:
            raise InputError(
                f"the cost has kinks (l1), around which {rule.name} cannot step; take "
                "gradient_descent or fista"
            )

    def batches(self, batch: int) -> Batches:
        """The view of the objective that can be asked about some rows."""
        if self.powers.batches is None:
            raise InputError("this objective has no rows to take batches of; leave batch out")
        batches = self.powers.batches()
        if batch > batches.rows:
            raise InputError(
                f"batch is {batch:,} but there are {batches.rows:,} rows; "
                "take a smaller batch, or 'full'"
            )
        return batches

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


def _stability(rule: AnyRule) -> float | None:
    """The largest stable αλ of the rule, where there is such a number."""
    if isinstance(rule, Reference) or rule.recurrence is None:
        return None
    return rule.recurrence.stability


def lowest_params(columns: Columns, batch: int | None) -> Array:
    """The parameters where curvature is measured: the lowest point of the path.

    Of mini-batches, whose losses cannot be compared, the last finite one.
    """
    finite = np.isfinite(columns.loss) & np.all(np.isfinite(columns.params), axis=1)
    rows = np.flatnonzero(finite)
    if not rows.size:
        return columns.params[0]
    return columns.params[rows[-1] if batch else rows[np.argmin(columns.loss[rows])]]
