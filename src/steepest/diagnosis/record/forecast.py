"""What would happen at another learning rate, or with more steps: from the recorded bowl."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from steepest.diagnosis.record.reading import Reading
from steepest.trace import Array

__all__ = ["all_in_sight", "excess_after", "larger_rate_helps", "steps_needed"]

FAR = 10**15


@dataclass(frozen=True, slots=True, eq=False)
class _Modes:
    """A recorded bowl at one row: curvatures (p,), axes (p, p), distances along them (p,)."""

    curvatures: Array
    axes: Array
    left: Array
    minimum: Array


def _modes(reading: Reading, row: int) -> _Modes | None:
    hessian = reading.trace.facts.get("hessian")
    minimum = reading.trace.facts.get("minimum")
    if hessian is None or minimum is None or reading.trace.params is None or row < 0:
        return None
    curvatures, axes = np.linalg.eigh(hessian.array)
    left = axes.T @ (reading.trace.params[row] - minimum.array)
    return _Modes(np.maximum(curvatures, 0.0), axes, left, minimum.array)


def excess_after(reading: Reading, rate: float, steps: int) -> float | None:
    """Excess loss that plain descent would have after so many steps at that rate, from the
    first row; None where the bowl is not known."""
    modes = _modes(reading, 0)
    if modes is None:
        return None
    with np.errstate(over="ignore"):
        after = np.abs(1.0 - rate * modes.curvatures) ** float(steps) * modes.left
        return 0.5 * float(np.sum(modes.curvatures * after**2))


def larger_rate_helps(reading: Reading) -> bool:
    """Whether the same steps at 1/λ_max would have left less than half of what is left.

    True where the bowl is not known.
    """
    excess, rate = reading.excess, reading.recommended_rate
    then = None if rate is None else excess_after(reading, rate, int(reading.steps[-1]))
    return excess is None or then is None or then < 0.5 * float(excess[-1])


def all_in_sight(reading: Reading) -> bool:
    """Whether the recorded bowl is known in every direction, so that steps can be counted to
    their end. Directions that a record never showed are flatter than those that it did, and a
    factor by which the loss shrinks only grows towards 1: then the count is a lower bound."""
    modes = _modes(reading, reading.finite - 1)
    if modes is None:
        return False
    return not reading.inferred or bool(modes.curvatures.min() > 1e-15 * modes.curvatures.max())


def steps_needed(reading: Reading, rate: float) -> int | None:
    """Steps still needed from the last row at that rate, to the tolerance that was asked for.

    From the recorded bowl where there is one, else from the factor by which the excess
    loss has been shrinking. None where it cannot be known, or would never end.
    """
    asked = reading.trace.number("tolerance") or 1e-8
    modes = _modes(reading, reading.finite - 1)
    if modes is not None:
        return _steps_on_bowl(modes, rate, asked) or None
    factor, left = reading.factor, reading.left
    if factor is None or left is None or rate != reading.rate or left <= 0:
        return None
    if not factor < 1.0:  # what is left shrinks by less than rounding
        return None
    return max(0, math.ceil(math.log(min(asked, 1e-3) ** 2 / left) / math.log(factor)))


def _steps_on_bowl(modes: _Modes, rate: float, asked: float) -> int | None:
    """Until the distance is within `asked`, and that of every parameter within a hundred
    times it: what the descent itself stops at."""
    curved = modes.curvatures > 1e-15 * modes.curvatures.max()
    shrink = np.abs(1.0 - rate * modes.curvatures[curved])
    if np.any(shrink >= 1):
        return None
    left, axes = np.abs(modes.left[curved]), np.abs(modes.axes[:, curved])
    size = float(np.linalg.norm(modes.minimum)) or float(np.linalg.norm(left))
    known = np.abs(modes.minimum) > 1e-9 * size
    goal = 100.0 * asked * np.abs(modes.minimum[known])

    def there(step: int) -> bool:
        now = shrink ** float(step) * left
        return float(np.linalg.norm(now)) <= asked * size and bool(
            np.all((axes @ now)[known] <= goal)
        )

    low, high = 0, 1
    while not there(high):
        low, high = high, high * 2
        if high > FAR:
            return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if there(middle) else (middle + 1, high)
    return low
