"""The paths that are walked: over all rows, over mini-batches, or by a solver of SciPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from steepest.descent.batching import Batching, batches_of
from steepest.descent.choice import chosen_rate
from steepest.descent.curvature import bowl_facts, local_facts, sharpness_along
from steepest.descent.interruption import Interruption
from steepest.descent.plan import Plan
from steepest.descent.recorder import Columns, Row
from steepest.descent.reference import Reference, solve
from steepest.descent.rule import Rule
from steepest.descent.stepping import Walk
from steepest.errors import InputError
from steepest.objective.distance import Distance
from steepest.objective.objective import Batches, Powers
from steepest.trace import Array, Stop, Trace

__all__ = ["by_reference", "check_kinks", "over_all_rows", "over_batches"]

FEW, MANY = 16, 64  # Hessian-vector products for the curvature at the lowest step
WORK = 20_000_000  # numbers that curvature may always go through, some hundredths of a second


def over_all_rows(plan: Plan, rule: Rule, reason: str) -> Trace:
    """Every step evaluates the whole cost; `reason` says why they are walked."""
    walk, why = _walk(plan, rule, None)
    taken = plan.taken()
    with Interruption() as interruption:
        try:
            for row in walk.over_all():
                if taken.add(row) or interruption.asked:
                    break
        except KeyboardInterrupt:
            if taken.empty:
                raise
    path = f"step by step: {reason}"
    return _recorded(plan, taken.columns(), taken.ended(), path, why, plan.steps // 2)


def over_batches(plan: Plan, rule: Rule, batch: int) -> Trace:
    """Every step looks at some rows: in one compiled loop where there is one for the rule."""
    batches = batches_of(plan.powers, batch)
    walk, why = _walk(plan, rule, batches)
    batching = Batching(walk, batches, batch, plan.steps, plan.seed, plan.full_every, plan.average)
    taken = plan.taken()
    path, facts = batching.take_into(taken)
    columns = taken.columns()
    if np.isnan(columns.full_loss[-1]):
        columns.full_loss[-1] = plan.objective.value_and_gradient(columns.params[-1])[0]
    passes = plan.steps * batch // batches.rows
    small = WORK // (batches.rows * len(plan.start))
    trace = _recorded(plan, columns, taken.ended(), path, why, max(passes // 2, small))
    return replace(trace, facts={**trace.facts, **facts})


def by_reference(plan: Plan, rule: Reference) -> Trace:
    """Let SciPy's solver go, and record where it went."""
    if plan.batch is not None or plan.powers.proximal is not None:
        raise InputError(
            f"{rule.name} needs a smooth cost of all rows at every step; leave out the batch "
            "and l1, or take another rule"
        )
    if plan.asked is not None:
        raise InputError(f"{rule.name} sets its own steps; leave the learning rate out")
    taken = plan.taken()
    with Interruption() as interruption:

        def take(row: Row) -> bool:
            return taken.add(row) or interruption.asked

        ending = solve(rule, plan.objective.value_and_gradient, plan.start, plan.steps, take)
    own = None if interruption.asked else _held(plan, ending, taken.columns())
    stop, columns = taken.stop or own or taken.ended(), taken.columns()
    path, why = "SciPy's solver, its iterates recorded", "set by the solver's line search"
    return _recorded(plan, columns, stop, path, why, len(columns.step))


def _held(plan: Plan, ending: Stop, columns: Columns) -> Stop:
    """The solver's own ending, held against the distance where that is known."""
    bowl = plan.powers.bowl
    if ending.reason != "converged" or bowl is None:
        return ending
    error = np.abs(bowl.along_axes(bowl.residual(columns.params[-1])))
    left = Distance.of(bowl, plan.start, error).whole + bowl.minimum_error
    if left <= max(plan.tolerance, 2.0 * bowl.minimum_error):
        return Stop("converged", ending.because, left)
    because = f"{ending.because}; still {left:.2g} times the minimum's size away from it"
    return Stop("budget", because, left)


def _walk(plan: Plan, rule: Rule, batches: Batches | None) -> tuple[Walk, str]:
    """The walk, and why its learning rate is this one."""
    check_kinks(plan.powers, rule)
    rate, why = chosen_rate(
        plan.asked, rule, plan.objective, plan.powers, plan.start, batches, plan.batch
    )
    return Walk(plan.objective, plan.powers.proximal, plan.start, rule, rate), why


def check_kinks(powers: Powers, rule: Rule) -> None:
    """Raise InputError for a rule that cannot step around the kinks of the cost."""
    if powers.proximal is not None and not rule.traits.proximal:
        raise InputError(
            f"the cost has kinks (l1), around which {rule.name} cannot step; take "
            "gradient_descent or fista"
        )


def _recorded(
    plan: Plan, columns: Columns, stop: Stop, path: str, why: str, products: int
) -> Trace:
    """The record, with the curvature where it went, by so many Hessian-vector products."""
    stability = None if plan.recurrence is None else plan.recurrence.stability
    objective, powers = plan.objective, plan.powers
    if powers.bowl is not None:
        facts = bowl_facts(powers.bowl, objective.names, stability=stability)
        return plan.record(columns, stop, facts, path, why)
    if not plan.curvature:
        return plan.record(columns, stop, {}, path, why)
    at, most = _lowest(columns, plan.batch), min(max(products, FEW), MANY)
    facts = local_facts(objective, powers, at, stability=stability, products=most)
    trace = plan.record(columns, stop, facts, path, why)
    along, known = sharpness_along(objective, powers, columns.params, products, steps=columns.step)
    return replace(trace, measures={**trace.measures, **along}, facts={**trace.facts, **known})


def _lowest(columns: Columns, batch: int | None) -> Array:
    """The parameters where curvature is measured: the lowest point of the path.

    Of mini-batches, whose losses cannot be compared, the last finite one.
    """
    finite = np.isfinite(columns.loss) & np.all(np.isfinite(columns.params), axis=1)
    rows = np.flatnonzero(finite)
    if not rows.size:
        return columns.params[0]
    return columns.params[rows[-1] if batch else rows[np.argmin(columns.loss[rows])]]
