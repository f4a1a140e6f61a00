"""A few steps of a closed form walked on the rows, to see that both say the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steepest.descent.closed_form import ExactDescent
from steepest.trace import Array, Fact

__all__ = ["replayed"]

FIRST = 3


def replayed(
    exact: ExactDescent, on_rows: Callable[[Array], tuple[float, Array]], last: int
) -> Fact | None:
    """The largest difference of a parameter, relative to the largest, over a few steps.

    The first three steps are walked on the rows, each from the one before; of a rule without
    memory also the last step, from the closed form's own step before it. None where there is
    no step, or numbers overflow.
    """
    count = min(FIRST, last)
    differences = _first_steps(exact, on_rows, count)
    shown = [f"steps 1 to {count}" if count > 1 else "step 1"]
    if exact.recurrence.memory == 0.0 and last > FIRST:
        before, after = exact.rows(np.array([last - 1, last])).params
        walked = before - exact.learning_rate * on_rows(before)[1]
        differences.append(_difference(after, walked))
        shown.append(f"step {last:,}")
    if not differences or not np.all(np.isfinite(differences)):
        return None
    return Fact(max(differences), f"{' and '.join(shown)}, walked on the rows")


def _first_steps(
    exact: ExactDescent, on_rows: Callable[[Array], tuple[float, Array]], count: int
) -> list[float]:
    rule, rate = exact.recurrence, exact.learning_rate
    params, velocity = exact.start, np.zeros_like(exact.start)
    differences: list[float] = []
    for wanted in exact.rows(np.arange(1, count + 1)).params:
        gradient = on_rows(params)[1]
        params = params - rate * (rule.on_gradient * gradient + rule.on_velocity * velocity)
        velocity = rule.memory * velocity + gradient
        differences.append(_difference(wanted, params))
    return differences


def _difference(one: Array, other: Array) -> float:
    size = float(np.max(np.abs(other)))
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.max(np.abs(one - other))) / (size if size > 0 else 1.0)
