"""The descent: choose how to go, go, and hand back the record."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from steepest.descent.choice import Asked, asked_rate
from steepest.descent.exact_path import descend_exactly, why_walked
from steepest.descent.plan import OnStep, Plan
from steepest.descent.reference import Reference
from steepest.descent.rules import AnyRule, GradientDescent, rule_named
from steepest.descent.walked_paths import by_reference, over_all_rows, over_batches
from steepest.errors import InputError
from steepest.objective.objective import Objective
from steepest.trace import Array, Trace

__all__ = ["check_batch_wishes", "check_numbers", "descend"]


def descend(
    objective: Objective,
    start: Sequence[float] | Array | None = None,
    *,
    learning_rate: Asked = "auto",
    rule: AnyRule | str | None = None,
    steps: int = 1000,
    batch: int | None = None,
    tolerance: float = 1e-8,
    seed: int = 0,
    average: bool = False,
    full_loss_every: int | None = None,
    curvature: bool = True,
    on_step: OnStep | None = None,
) -> Trace:
    """Go down from `start` by gradient descent, and record every step.

    objective:      what to minimise: LeastSquares, GeneralizedLinear, objective_from(...)
    start:          (p,) parameters to begin at; zeros
    learning_rate:  the step size; a schedule, as a `Rate` or as text: "step:0.1,every=30",
                    "exponential:0.1", "cosine:0.1,steps=500", "backtracking", "adaptive"; or
                    "auto": 1/λ_max for least squares; adaptive (Malitsky and Mishchenko 2020)
                    otherwise; 1/(2L) with the expected smoothness L for mini-batches (Gower et
                    al. 2019); what is usual for rules such as Adam
    rule:           the update rule, or its name: "momentum", "nesterov:0.95", "fista", "adagrad",
                    "rmsprop", "adam", "barzilai_borwein"; "lbfgs" and "conjugate_gradients" are
                    SciPy's solvers, as a reference; plain gradient descent
    steps:          at most so many updates; the trace then holds steps + 1 rows
    batch:          None for all rows at every step, else how many
    tolerance:      stop at this relative distance of the parameters to the minimum where
                    it can be known, else at this gradient norm relative to the first; the
                    trace's stop says which; 0 never stops early
    seed:           of the shuffling of rows for mini-batches
    average:        of mini-batches, keep the mean of the iterates too, from the second epoch on
                    (Polyak and Juditsky 1992): the facts "average" and "average_loss"
    full_loss_every: of mini-batches, compute the loss of all rows every so many steps; None:
                    once an epoch
    curvature:      measure the sharpness along the path afterwards, where it is not known
    on_step:        called with every recorded Row, in order

    Ctrl-C ends it and keeps what was recorded. Raises InputError for arguments that make
    no sense.

    >>> from steepest.objective.function import objective_from
    >>> bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    >>> trace = descend(bowl, [10.0], learning_rate=0.1, steps=3, tolerance=0)
    >>> trace.loss.round(4).tolist()
    [100.0, 64.0, 40.96, 26.2144]
    """
    begin = checked_start(objective, start)
    check_numbers(learning_rate, steps, batch, tolerance)
    check_batch_wishes(batch, average, full_loss_every)
    powers = objective.powers()
    plan = Plan(
        objective=objective,
        powers=powers,
        start=begin,
        rule=rule_named(rule) if isinstance(rule, str) else rule or GradientDescent(),
        asked=asked_rate(learning_rate),
        steps=steps,
        batch=batch,
        tolerance=tolerance,
        seed=seed,
        average=average,
        full_every=full_loss_every,
        curvature=curvature,
        on_step=on_step,
    )
    # overflow is an ending that the stop names, not a warning on the way
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return go(plan)


def go(plan: Plan) -> Trace:
    """Go down by the shortest way that there is."""
    rule = plan.rule
    if isinstance(rule, Reference):
        return by_reference(plan, rule)
    if plan.batch is not None:
        return over_batches(plan, rule, plan.batch)
    reason, bowl = why_walked(plan, rule), plan.powers.bowl
    if reason is None and bowl is not None and rule.recurrence is not None:
        return descend_exactly(plan, bowl, rule.recurrence)
    return over_all_rows(plan, rule, reason or "as asked")


def checked_start(objective: Objective, start: Sequence[float] | Array | None) -> Array:
    """The start as (p,) float64; InputError where it does not fit the objective."""
    if not isinstance(objective, Objective):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(
            f"the objective is a {type(objective).__name__}; expected LeastSquares, "
            "GeneralizedLinear, or objective_from(function, gradient)"
        )
    count = len(objective.names)
    if start is None:
        return np.zeros(count)
    begin = np.array(start, dtype=np.float64).reshape(-1)
    if begin.size != count:
        raise InputError(
            f"start has {begin.size} numbers; expected {count}, one for each of "
            f"{', '.join(objective.names[:8])}{', ...' if count > 8 else ''} "
            "(a function's parameters are named or counted with objective_from(..., names=))"
        )
    if not np.all(np.isfinite(begin)):
        raise InputError(f"start holds {begin[~np.isfinite(begin)][0]}; expected finite numbers")
    return begin


def check_numbers(learning_rate: Asked, steps: int, batch: int | None, tolerance: float) -> None:
    """Raise InputError for settings that make no sense."""
    asked_rate(learning_rate)
    if steps < 0 or steps > 10**12:
        raise InputError(f"steps is {steps}; expected a whole number from 0 to 1e12")
    if batch is not None and batch < 1:
        raise InputError(f"batch is {batch}; expected a number of rows from 1, or 'full'")
    if not (math.isfinite(tolerance) and 0 <= tolerance < 1):
        raise InputError(f"tolerance is {tolerance}; expected a number from 0 to below 1")


def check_batch_wishes(batch: int | None, average: bool, full_every: int | None) -> None:
    """Raise InputError for wishes that only mini-batches can grant."""
    if full_every is not None and full_every < 1:
        raise InputError(f"full_loss_every is {full_every}; expected a number of steps from 1")
    if batch is None and (average or full_every is not None):
        wish = "average" if average else "full_loss_every"
        raise InputError(f"{wish} is for mini-batches; give batch too, or leave it out")
