"""The path that is computed, not walked: a linear rule with a constant rate on a known bowl."""

from __future__ import annotations

import numpy as np

from steepest.descent.choice import bowl_rate
from steepest.descent.closed_form import ExactDescent
from steepest.descent.curvature import bowl_facts
from steepest.descent.error_bound import error_bound
from steepest.descent.plan import Plan
from steepest.descent.rates import Constant
from steepest.descent.recorder import Columns
from steepest.descent.replay import replayed
from steepest.descent.rule import Recurrence, Rule
from steepest.descent.taken import to_read
from steepest.objective.bowl import Bowl
from steepest.trace import Fact, Trace

__all__ = ["descend_exactly", "why_walked"]


def why_walked(plan: Plan, rule: Rule) -> str | None:
    """Why the steps have to be walked; None where a closed form gives them all."""
    if plan.powers.proximal is not None:
        return "the cost has kinks (l1)"
    if plan.powers.bowl is None:
        return "the cost is not a bowl that is known exactly"
    if rule.recurrence is None:
        return f"{rule.name} is not linear in the gradients"
    if plan.asked is not None and not isinstance(plan.asked, Constant):
        return "the learning rate changes from step to step"
    return None


def descend_exactly(plan: Plan, bowl: Bowl, recurrence: Recurrence) -> Trace:
    """Any step by itself, at the same cost; see `ExactDescent`."""
    rate, why = bowl_rate(plan.asked, bowl.sharpness)
    assert isinstance(rate, Constant)  # noqa: S101
    exact = ExactDescent(bowl, plan.start, rate.rate, recurrence)
    last, stop = exact.end(plan.steps, plan.tolerance, plan.schedule)
    columns = Columns.joined(list(exact.record(plan.schedule, last)))
    if plan.on_step is not None:
        for row in columns.rows():
            plan.on_step(to_read(row))
    facts = bowl_facts(bowl, plan.objective.names, stability=recurrence.stability)
    facts |= _trust(plan, exact, last)
    path = "closed form: the cost is a bowl known exactly, so that no step need be walked"
    return plan.record(columns, stop, facts, path, why)


def _trust(plan: Plan, exact: ExactDescent, last: int) -> dict[str, Fact]:
    """How far the closed form can be off, and what walking a few steps says to that."""
    facts: dict[str, Fact] = {}
    worst, bound = exact.worst_parameter(last), error_bound(exact, last)
    if np.isfinite(worst):
        facts["worst_parameter"] = Fact(worst, "bound on the relative error of any parameter")
    if np.isfinite(bound):
        how = "rounding, to first order, relative to the size of the params at the last step"
        facts["error_bound"] = Fact(bound, how)
    if plan.powers.on_rows is not None:
        found = replayed(exact, plan.powers.on_rows, last)
        facts |= {} if found is None else {"replay": found}
    return facts
