"""What only rows in memory can show of a cost: its curvature and its landscape, of the rows drawn.

A picture of the cost asks for its value at hundreds of places, each of which would be a walk over
all rows. The rows drawn from those that train give the same picture, but for chance, and say so.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from steepest.data.table import target_values
from steepest.data.weights import row_weights
from steepest.descent.curvature import local_facts, sharpness_along
from steepest.descent.reference import Reference
from steepest.descent.rules import rule_named
from steepest.landscape import Landscape, landscape_of
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.losses import huber, loss_named
from steepest.objective.objective import Objective
from steepest.passes.survey import Surveyed
from steepest.scaling.preparing import Ready
from steepest.trace import Fact, Trace

__all__ = ["objective_of_drawn", "pictured", "told_of", "with_curvature"]

PRODUCTS = 200  # of a Hessian with a vector, along the path


def objective_of_drawn(ready: Ready) -> GeneralizedLinear:
    """The cost over the rows drawn from those that train."""
    request, contract = ready.looked.request, ready.contract
    frame = ready.found.some_train.frame
    loss = huber(request.huber_delta or 1.0) if request.loss == "huber" else None
    return GeneralizedLinear(
        ready.representation.transform(frame),
        target_values(frame, contract),
        loss=loss or loss_named(request.loss),
        intercept=request.intercept,
        names=ready.representation.names,
        weight=row_weights(frame, contract),
        l2=request.l2,
        l1=request.l1,
        classes=contract.classes if request.loss == "softmax" else None,
        threads=1,
    )


def with_curvature(trace: Trace, objective: Objective, told: str, drawn: int = 0) -> Trace:
    """The record with the curvature at its lowest step, and along the path.

    told: of which rows the objective is, see `told_of`; drawn: how many these are.
    """
    if trace.params is None:
        return trace
    finite = np.isfinite(trace.loss) & np.all(np.isfinite(trace.params), axis=1)
    if not finite.any():
        return trace
    lowest = int(np.argmin(np.where(finite, trace.loss, np.inf)))
    rule, powers = rule_named(trace.rule), objective.powers()
    recurrence = None if isinstance(rule, Reference) else rule.recurrence
    stability = None if recurrence is None else recurrence.stability
    with np.errstate(all="ignore"):
        facts = local_facts(objective, powers, trace.params[lowest], stability=stability)
        along, known = sharpness_along(objective, powers, trace.params, PRODUCTS, steps=trace.step)
    found = facts | known
    if told:
        before = f"{told.removeprefix('; ')}, and for these: "
        found = {name: replace(fact, how=f"{before}{fact.how}") for name, fact in found.items()}
        found["curvature_rows"] = Fact(drawn, "drawn at random from those that train")
    return replace(trace, measures={**trace.measures, **along}, facts={**trace.facts, **found})


def pictured(trace: Trace, objective: Objective, told: str, scale: str) -> Landscape | None:
    """The landscape around the path; scale: of the request."""
    units = "standardised" if scale == "standard" else ""
    found = landscape_of(objective, trace, units=units)
    return None if found is None else replace(found, plane=f"{found.plane}{told}")


def told_of(found: Surveyed) -> str:
    """Of how many rows the cost of the drawn ones is; "" where these are all that train."""
    drawn = len(found.some_train.keys)
    if drawn == found.train.rows:
        return ""
    return f"; of {drawn:,} of {found.train.rows:,} rows that train, drawn at random"
