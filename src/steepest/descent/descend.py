"""The descent: choose how to go, go, and hand back the record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.arguments import flag, function, real, shown, whole
from steepest.descent.choice import Asked, asked_rate
from steepest.descent.exact_path import descend_exactly, why_walked
from steepest.descent.plan import OnStep, Plan
from steepest.descent.reference import Reference
from steepest.descent.rules import AnyRule, rule_given
from steepest.descent.start import Start, start_from
from steepest.descent.walked_paths import by_reference, over_all_rows, over_batches
from steepest.errors import InputError
from steepest.objective.objective import Objective
from steepest.trace import Array, Trace

__all__ = ["Settings", "checked_start", "descend", "settled_settings"]


def descend(
    objective: Objective,
    start: Start | None = None,
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
    start:          (p,) parameters to begin at; "zeros", "random", or numbers by name, the others
                    zero; zeros
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
    seed:           of the shuffling of rows for mini-batches, and of a random start
    average:        of mini-batches, keep the mean of the iterates too, over the second half of
                    the steps (Polyak and Juditsky 1992; Rakhlin, Shamir and Sridharan 2012): the
                    facts "average" and "average_loss"
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
    settings = settled_settings(steps, batch, tolerance, seed, average, full_loss_every)
    begin = checked_start(objective, start, settings.seed)
    if on_step is not None:
        function("on_step", on_step, "a Row")
    plan = Plan(
        objective=objective,
        powers=objective.powers(),
        start=begin,
        rule=rule_given(rule),
        asked=asked_rate(learning_rate),
        steps=settings.steps,
        batch=settings.batch,
        tolerance=settings.tolerance,
        seed=settings.seed,
        average=settings.average,
        full_every=settings.full_loss_every,
        curvature=flag("curvature", curvature),
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


def checked_start(objective: Objective, start: Start | None, seed: int = 0) -> Array:
    """The start as (p,) float64; InputError where it does not fit the objective."""
    if isinstance(objective, type) or not isinstance(objective, Objective):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(
            f"the objective is {_kind(objective)}; expected LeastSquares(X, y), "
            "GeneralizedLinear(X, y), or objective_from(function, gradient)"
        )
    return start_from("zeros" if start is None else start, objective.names, seed)


def _kind(value: object) -> str:
    return shown(value) if isinstance(value, type) else f"a {type(value).__name__}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers of a descent, see `descend`, each of the kind that it should be."""

    steps: int
    batch: int | None
    tolerance: float
    seed: int
    average: bool
    full_loss_every: int | None


def settled_settings(
    steps: int,
    batch: int | None,
    tolerance: float,
    seed: int,
    average: bool,
    full_loss_every: int | None,
) -> Settings:
    """The settings as they are meant; InputError for those that make no sense."""
    all_rows = "; leave it out for all rows at every step"
    settings = Settings(
        steps=whole("steps", steps, 0, 10**12),
        batch=None if batch is None else whole("batch", batch, 1, also=all_rows),
        tolerance=real("tolerance", tolerance, "a number from 0 to below 1", lambda n: 0 <= n < 1),
        seed=whole("seed", seed, 0),
        average=flag("average", average),
        full_loss_every=None
        if full_loss_every is None
        else whole("full_loss_every", full_loss_every, 1),
    )
    if settings.batch is None and (settings.average or settings.full_loss_every is not None):
        wish = "average" if settings.average else "full_loss_every"
        raise InputError(f"{wish} is for mini-batches; give batch too, or leave it out")
    return settings
