"""A learning-rate range test: try ever larger steps, and see where the loss falls and breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from steepest.descent.batching import batches_of
from steepest.descent.curvature import local_facts
from steepest.descent.descend import checked_start
from steepest.descent.reference import Reference
from steepest.descent.rule import Rule, no_prox
from steepest.descent.rules import AnyRule, rule_given
from steepest.descent.stepping import epochs
from steepest.descent.walked_paths import check_kinks
from steepest.errors import InputError
from steepest.objective.objective import Objective, Powers
from steepest.trace import Array

__all__ = ["RangeTest", "find_learning_rate"]

GROWTH = 1.1
MOST_STEPS = 500
BROKEN = 4.0
BELOW = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class RangeTest:
    """What ever larger learning rates did to the loss, one step each.

    rates:       (k,) rising by a tenth from step to step
    losses:      (k,) the loss of all rows before the step of that rate
    suggestion:  a tenth of the rate at the lowest loss, the usual rule of thumb
    lowest_at:   the rate at the lowest loss
    limit:       the largest stable rate, 2/λ_max for plain descent, where it is known
    limit_how:   how it is known
    """

    rates: Array
    losses: Array
    suggestion: float
    lowest_at: float
    limit: float | None
    limit_how: str

    @property
    def share_of_limit(self) -> float | None:
        """The suggestion over the limit; above 1 a descent with it would blow up."""
        return None if self.limit is None else self.suggestion / self.limit


def find_learning_rate(
    objective: Objective,
    start: Sequence[float] | Array | None = None,
    *,
    rule: AnyRule | str | None = None,
    batch: int | None = None,
    seed: int = 0,
) -> RangeTest:
    """Descend with a rate that grows by a tenth at every step until the loss breaks out.

    Smith 2017, "Cyclical learning rates for training neural networks", section 3.3. The first
    rate moves the parameters by a millionth; it ends where the loss has risen above its lowest
    by four times what it had fallen, is not finite, or after 500 steps. With `batch` the steps
    look at mini-batches, and the loss of all rows judges them: that of a batch is too noisy to
    tell where it breaks. The suggestion is held against the largest stable rate of steps over
    all rows, where the curvature is known.

    Raises InputError for a rule that takes no learning rate, and where there is nothing to
    learn from: a zero gradient at the start.

    >>> from steepest.objective.function import objective_from
    >>> bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w)
    >>> found = find_learning_rate(bowl, [10.0])
    >>> found.limit, round(found.suggestion, 3), round(found.share_of_limit, 3)
    (1.0, 0.098, 0.098)
    """
    chosen = rule_given(rule)
    if isinstance(chosen, Reference) or chosen.traits.own_rate is not None:
        raise InputError(f"{chosen.name} sets its own steps; there is no learning rate to find")
    begin = checked_start(objective, start)
    powers = objective.powers()
    check_kinks(powers, chosen)
    with np.errstate(over="ignore", invalid="ignore"):
        rates, losses = _tried(objective, powers, begin, chosen, batch, seed)
        limit, how = _known_limit(objective, powers, begin, chosen)
    finite = np.flatnonzero(np.isfinite(losses))
    if not finite.size:
        raise InputError("the loss at the start is not finite; start somewhere else")
    lowest = float(rates[max(0, int(finite[np.argmin(losses[finite])]) - 1)])
    return RangeTest(rates, losses, lowest / BELOW, lowest, limit, how)


def _tried(
    objective: Objective, powers: Powers, start: Array, rule: Rule, batch: int | None, seed: int
) -> tuple[Array, Array]:
    batches = None if batch is None else batches_of(powers, batch)
    orders = None if batches is None or batch is None else epochs(batches.rows, batch, seed)
    prox = no_prox if powers.proximal is None else powers.proximal.prox
    smooth = objective.value_and_gradient if powers.proximal is None else powers.proximal.smooth
    params, state = start, rule.start(start)
    rates: list[float] = []
    losses: list[float] = []
    rate, lowest = 0.0, np.inf
    for _ in range(MOST_STEPS):
        loss, gradient = smooth(params)
        loss += 0.0 if powers.proximal is None else powers.proximal.value(params)
        if batches is not None and orders is not None:
            gradient = batches.value_and_gradient_on(params, next(orders))[1]
        rate = rate * GROWTH if rate else _first_rate(params, gradient)
        rates.append(rate)
        losses.append(loss)
        lowest = min(lowest, loss)
        if not np.isfinite(loss) or loss - lowest > BROKEN * max(losses[0] - lowest, abs(lowest)):
            break
        params, state = rule.step(params, gradient, rate, state, prox)
    return np.array(rates), np.array(losses)


def _first_rate(params: Array, gradient: Array) -> float:
    norm = float(np.linalg.norm(gradient))
    if not norm > 0 or not np.isfinite(norm):
        raise InputError(
            "the gradient at the start is zero or not finite, so no rate can be tried; start "
            "somewhere else"
        )
    return 1e-6 * (1.0 + float(np.linalg.norm(params))) / norm


def _known_limit(
    objective: Objective, powers: Powers, start: Array, rule: Rule
) -> tuple[float | None, str]:
    if rule.recurrence is None:
        return None, f"no such limit is known for {rule.name}"
    if powers.bowl is not None:
        sharpness, how = powers.bowl.sharpness, "by the sharpness of the bowl, which is exact"
    else:
        fact = local_facts(objective, powers, start).get("sharpness")
        sharpness = 0.0 if fact is None else fact.number
        how = "by the sharpness at the start, which changes along the path"
    if not sharpness > 0:
        return None, "the cost is not curved upwards at the start"
    return rule.recurrence.stability / sharpness, how
