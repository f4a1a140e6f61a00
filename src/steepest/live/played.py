"""A setting played: its descent, what is known of it, and what has to be said beside it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from steepest.descent.curvature import bowl_facts, local_facts
from steepest.descent.descend import descend
from steepest.descent.plan import OnStep
from steepest.descent.reference import Reference
from steepest.descent.rule import Rule
from steepest.descent.rules import rule_named
from steepest.diagnosis.diagnose import diagnose
from steepest.diagnosis.finding import Diagnosis
from steepest.errors import InputError
from steepest.landscape import Landscape, losses_at
from steepest.live.bugs import Bugged
from steepest.live.examples import Examples, validation_losses
from steepest.live.growing import descended, trace_so_far
from steepest.live.problems import Problem
from steepest.live.setting import Setting
from steepest.live.thinning import kept_rows
from steepest.live.wire import Fit
from steepest.objective.objective import Objective
from steepest.trace import Array, Fact, Trace

__all__ = ["Played", "is_light", "play", "rate_for"]

MOST_HELD = 5_000
WORK = 2_000_000_000  # numbers that a plane or a curve of J may go through, some seconds
GRID = 1_000
GUESS = 0.01

OWN_RATE = "This rule sets its own learning rate; the one that was chosen is not used."
BATCHES = (
    "Each step looks at {batch:,} of {rows:,} training rows. J is that of all of them, worked "
    "out at every step shown; the loop itself saw only its batches."
)
NO_PLANE = "J is not shown on a plane: with so many rows and terms that would take too long."
AT_REST = "The branch begins at rest: what the rule remembered of the way is not carried over."


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """A descent with what is needed to show it.

    trace:      as it is diagnosed; its names are those that are shown
    rows:       which rows of the trace are shown
    objective:  the true cost; None where it is not at hand
    loss, validation: at the rows shown; None: as the trace has it, and none
    examples:   the rows under it; None where there are none at hand
    landscape, fit: of a saved run whose table is not at hand: what the store has
    facts:      of the true cost; growing: not at its end yet;
                light: J can be worked out at a thousand points while somebody waits;
                watched: of somebody else's loop, whose cost and rows nobody knows
    trend:      (k,) at all rows of the trace; None where the losses are steady
    """

    trace: Trace
    diagnosis: Diagnosis
    rows: NDArray[np.int64]
    objective: Objective | None = None
    loss: Array | None = None
    validation: Array | None = None
    examples: Examples | None = None
    landscape: Landscape | None = None
    fit: Fit | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    notes: tuple[str, ...] = ()
    growing: bool = False
    light: bool = True
    watched: bool = False
    trend: Array | None = None


def play(problem: Problem, setting: Setting, first: int = 0) -> Generator[Played | None]:
    """Go down as a setting says: what there is so far, if it takes long, None where that is
    nothing new, and then the whole. Closing the iterator ends the descent.

    first:  the number of the first step; of a branch that begins at rest later than 0
    """
    rule = rule_named(setting.rule)
    rate, notes = rate_for(problem, setting)
    objective = _bugged(problem, setting, rate)

    def go(on_step: OnStep) -> Trace:
        return descend(
            objective,
            problem.start,
            learning_rate=rate,
            rule=rule,
            steps=setting.steps,
            batch=setting.batch,
            tolerance=0.0,
            seed=setting.seed,
            curvature=setting.bug == "none",
            on_step=on_step,
        )

    if setting.batch is not None:
        notes = (*notes, BATCHES.format(batch=setting.batch, rows=problem.rows))
    if first and not (isinstance(rule, Rule) and _memoryless(rule)):
        notes = (*notes, AT_REST)
    if not is_light(problem.objective, problem.rows):
        notes = (*notes, NO_PLANE)
    with closing(descended(_as_shown(go, problem, setting, first))) as parts:
        for part in parts:
            if part is None:
                yield None
                continue
            growing = isinstance(part, list)
            batch = setting.batch is not None
            trace = trace_so_far(part, rule.name, problem.names, batch=batch) if growing else part
            yield _told(problem, trace, notes, growing=growing)


def is_light(objective: Objective, rows: int) -> bool:
    """Whether J of so many rows can be worked out at a thousand points while somebody waits."""
    if objective.powers().bowl is not None:
        return True
    return rows * len(objective.names) * GRID <= WORK


def rate_for(problem: Problem, setting: Setting) -> tuple[float | str, tuple[str, ...]]:
    """The learning rate of a setting, "auto" where `descend` chooses; and what to say of it.

    With a bug the rate is that of the true cost: 1/λ_max.
    """
    rule = rule_named(setting.rule)
    if isinstance(rule, Rule) and rule.traits.own_rate is not None:
        return "auto", () if setting.rate is None else (OWN_RATE,)
    if setting.rate is not None:
        return setting.rate, ()
    usual = isinstance(rule, Rule) and rule.traits.usual_rate is not None
    if setting.bug == "none" or usual:
        return "auto", ()
    powers = problem.objective.powers()
    if setting.batch is not None and powers.batches is not None:
        memory = rule.recurrence.memory if isinstance(rule, Rule) and rule.recurrence else 0.0
        return 0.5 * (1.0 - memory) / powers.batches().expected_smoothness(setting.batch), ()
    return 1.0 / (_sharpness(problem) or 1.0 / GUESS), ()


def _sharpness(problem: Problem) -> float | None:
    """λ_max of the true cost: everywhere, bounded, or at the start; None where it is flat."""
    powers = problem.objective.powers()
    if powers.bowl is not None:
        return powers.bowl.sharpness
    bound = powers.facts.get("sharpness_bound")
    if bound is None:
        bound = local_facts(problem.objective, powers, problem.start).get("sharpness")
    return bound.number if bound is not None and bound.number > 0 else None


def _bugged(problem: Problem, setting: Setting, rate: float | str) -> Objective:
    if setting.bug == "none":
        return problem.objective
    if setting.bug != "order":
        return Bugged(problem.objective, setting.bug, problem.rows, 0.0)
    if isinstance(rate, str) or rule_named(setting.rule).name != "gradient_descent":
        raise InputError("one after the other is a bug of plain gradient descent; take that rule")
    return Bugged(problem.objective, setting.bug, problem.rows, rate)


def _memoryless(rule: Rule | Reference) -> bool:
    return isinstance(rule, Rule) and rule.recurrence is not None and not rule.recurrence.memory


def _as_shown(
    go: Callable[[OnStep], Trace], problem: Problem, setting: Setting, first: int
) -> Callable[[OnStep], Trace]:
    """The descent under the names that are shown, its steps counted from `first`."""

    def shown(on_step: OnStep) -> Trace:
        trace = go(lambda row: on_step(replace(row, step=row.step + first)))
        facts = dict(trace.facts)
        if setting.bug != "none":
            facts |= _true_facts(problem, setting, trace)
        return replace(trace, names=problem.names, step=trace.step + first, facts=facts)

    return shown


def _true_facts(problem: Problem, setting: Setting, trace: Trace) -> dict[str, Fact]:
    """What is known of the cost under a bug."""
    rule = rule_named(setting.rule)
    linear = rule.recurrence if isinstance(rule, Rule) else None
    stability = None if linear is None else linear.stability
    powers = problem.objective.powers()
    if powers.bowl is not None:
        return bowl_facts(powers.bowl, problem.names, stability=stability)
    assert trace.params is not None  # noqa: S101
    finite = np.flatnonzero(np.isfinite(trace.loss) & np.isfinite(trace.params).all(axis=1))
    at = trace.params[finite[np.argmin(trace.loss[finite])]] if len(finite) else problem.start
    with np.errstate(all="ignore"):
        return local_facts(problem.objective, powers, at, stability=stability)


def _told(problem: Problem, trace: Trace, notes: tuple[str, ...], *, growing: bool) -> Played:
    """The descent diagnosed, with J of the rows kept for validation where there are some."""
    rows = kept_rows(len(trace))
    examples, params = problem.examples, trace.params
    light = is_light(problem.objective, problem.rows)
    seen = trace.loss_of == "full" or not light
    assert params is not None  # noqa: S101
    validation = None
    if examples is not None:
        validation = validation_losses(examples, params[rows], MOST_HELD)
    if validation is not None:
        column = np.full(len(trace), np.nan)
        column[rows] = validation
        trace = replace(trace, measures={**trace.measures, "val_loss": column})
    return Played(
        trace=trace,
        diagnosis=diagnose(trace),
        rows=rows,
        objective=problem.objective,
        loss=None if seen else losses_at(problem.objective, params[rows]),
        validation=validation,
        examples=examples,
        facts=trace.facts,
        notes=notes,
        growing=growing,
        light=light,
    )
