"""Which learning rate a descent goes with: the one asked for, or the one that fits."""

from __future__ import annotations

from typing import cast

from steepest.descent.adaptive import Adaptive
from steepest.descent.backtracking import Backtracking
from steepest.descent.curvature import local_facts
from steepest.descent.rate import Planned, Rate
from steepest.descent.rates import Constant, rate_named
from steepest.descent.rule import Rule
from steepest.errors import InputError
from steepest.objective.objective import Batches, Objective, Powers
from steepest.trace import Array

__all__ = ["Asked", "asked_rate", "bowl_rate", "chosen_rate"]

Asked = float | str | Rate


def asked_rate(learning_rate: Asked) -> Rate | None:
    """The rate that was asked for; None for "auto". InputError for what is none."""
    if isinstance(learning_rate, str):
        return None if learning_rate == "auto" else rate_named(learning_rate)
    if hasattr(learning_rate, "next") and not isinstance(learning_rate, type):
        return cast("Rate", learning_rate)
    return Constant(cast("float", learning_rate))


def bowl_rate(asked: Rate | None, sharpness: float) -> tuple[Rate, str]:
    """The rate on a bowl: 1/λ_max, or the one asked for, and why."""
    if asked is not None:
        return asked, "as asked"
    if sharpness == 0:
        return Constant(1.0), "auto: 1, since the cost is flat"
    return Constant(1.0 / sharpness), "auto: 1/λ_max"


def chosen_rate(
    asked: Rate | None,
    rule: Rule,
    objective: Objective,
    powers: Powers,
    start: Array,
    batches: Batches | None,
    batch: int | None,
) -> tuple[Rate, str]:
    """The rate to walk with, and why this one; InputError where it does not fit the rule."""
    if asked is not None:
        _check_fit(asked, rule, batches is not None)
        return asked, "as asked"
    if rule.traits.own_rate is not None:
        _check_fit(rule.traits.own_rate, rule, batches is not None)
        return rule.traits.own_rate, "the rule's own, from the last change of the gradient"
    if rule.traits.usual_rate is not None:
        usual = rule.traits.usual_rate
        return Constant(usual), f"auto: {usual:g}, as usual with {rule.name}"
    if batches is not None and batch is not None:
        return _for_batches(rule, batches, batch)
    if powers.bowl is not None:
        return bowl_rate(None, powers.bowl.sharpness)
    return _for_all_rows(rule, objective, powers, start)


def _for_all_rows(
    rule: Rule, objective: Objective, powers: Powers, start: Array
) -> tuple[Rate, str]:
    plain = rule.recurrence is not None and rule.recurrence.memory == 0.0
    bound = powers.facts.get("sharpness_bound")
    if plain and powers.proximal is None and powers.batches is not None and bound is None:
        return Backtracking(), "auto: backtracking, as the curvature of this loss has no bound"
    if plain and powers.proximal is None:
        return Adaptive(), "auto: adaptive, half of one over the curvature met on the way"
    if bound is not None and bound.number > 0:
        return Constant(1.0 / bound.number), "auto: 1/L, L a bound on the sharpness everywhere"
    if rule.traits.proximal:
        return Backtracking(), "auto: backtracking, as no bound on the sharpness is known"
    sharpness = _sharpness_at(objective, powers, start)
    if sharpness is None:
        return Constant(0.01), "auto: 0.01, a guess: the cost is not curved upwards at the start"
    return Constant(1.0 / sharpness), "auto: 1/λ_max at the start"


def _for_batches(rule: Rule, batches: Batches, batch: int) -> tuple[Rate, str]:
    memory = rule.recurrence.memory if rule.recurrence is not None else 0.0
    slower = "" if memory == 0 else f", times 1-β = {1 - memory:g} for the momentum"
    smooth = batches.expected_smoothness(batch)
    if smooth == 0:
        return Constant(1.0), "auto: 1, since the cost is flat"
    rate = 0.5 * (1.0 - memory) / smooth
    return Constant(rate), f"auto: 1/(2L), L the expected smoothness of a batch{slower}"


def _sharpness_at(objective: Objective, powers: Powers, start: Array) -> float | None:
    fact = local_facts(objective, powers, start).get("sharpness")
    return fact.number if fact is not None and fact.number > 0 else None


def _check_fit(rate: Rate, rule: Rule, batch: bool) -> None:
    own = rule.traits.own_rate
    if own is not None and rate is not own:
        raise InputError(f"{rule.name} sets its own learning rate; leave the learning rate out")
    kind = type(rate).__name__.lower()
    if batch and not isinstance(rate, Planned):
        raise InputError(
            f"{rule.name if own else kind} looks at the whole cost at every step, and mini-batches "
            "do not; give a number or a schedule (step, exponential, cosine) as the learning rate"
        )
    if isinstance(rate, Backtracking) and not rule.traits.proximal:
        raise InputError(
            f"backtracking is for rules that go straight down; {rule.name} does not: take "
            "gradient_descent or fista, or give a number as the learning rate"
        )
