"""Exact batch descent on a bowl: any step in closed form, without taking the ones before.

For every rule that is linear in the gradients (plain descent, momentum, Nesterov). With the
residual r = s·(Vᵀθ) - c along the axes of the bowl, r after k steps is c_k r₀, the loss is
floor + ½ ‖r‖², and θ = θ₀ - V ψ_k s r₀: see `axis_powers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.descent.axis_powers import AxisPowers, axis_powers
from steepest.descent.recorder import Columns, Schedule
from steepest.descent.rule import Recurrence
from steepest.descent.stopping import arrived
from steepest.objective.bowl import Bowl
from steepest.objective.distance import Distance, distance_scale
from steepest.readable import counted
from steepest.trace import Array, Stop

__all__ = ["ExactDescent"]

CHUNK = 4096
NEAR = 0.5
ROOM = 1.01  # so that no step is overlooked by a rounding
PLAIN = Recurrence(0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class ExactDescent:
    """Batch descent on `bowl` from `start` (p,) with a constant rate, by a linear rule."""

    bowl: Bowl
    start: Array
    learning_rate: float
    recurrence: Recurrence = PLAIN

    def rows(self, steps: NDArray[np.int64]) -> Columns:
        """The record at the given steps (k,), whatever their order or number."""
        bowl, residual = self.bowl, self.bowl.residual(self.start)
        powers = self.powers(steps)
        with np.errstate(over="ignore", invalid="ignore"):
            after = np.where(residual == 0, 0.0, powers.left * residual)
            loss = bowl.floor + 0.5 * np.sum(after**2, axis=1)
            return Columns(
                step=steps.astype(np.int64),
                loss=loss,
                params=self._params(powers, residual),
                gradient=(bowl.roots * after) @ bowl.axes.T,
                learning_rate=np.full(len(steps), self.learning_rate),
                full_loss=loss,
            )

    def _params(self, powers: AxisPowers, residual: Array) -> Array:
        """(k, p) the parameters: from the start, and from the minimum once that is nearer.

        Along an axis with less than half of the way left, θ = θ* + c_k (θ₀ - θ*): a start that
        is far away would else leave its rounding behind.
        """
        bowl = self.bowl
        moved = powers.moved * np.where(residual == 0, 0.0, bowl.roots * residual)
        near = (np.abs(powers.left) < NEAR) & bowl.sloped
        from_start = bowl.axes.T @ self.start - moved
        from_minimum = bowl.along_axes(bowl.offset) + powers.left * bowl.along_axes(residual)
        turned = np.where(near, from_minimum, from_start) @ bowl.axes.T
        turn = np.any(near, axis=1, keepdims=True)
        return np.where(turn, turned, self.start - moved @ bowl.axes.T)

    def powers(self, steps: NDArray[np.int64]) -> AxisPowers:
        """What so many steps (k,) do along the axes."""
        return axis_powers(self.recurrence, self.bowl.curvatures, self.learning_rate, steps)

    def distance(self, step: int) -> Distance:
        """How far θ_step is from the minimum, flat axes left out; a bound on each parameter.

        With a memory, what the velocity has still to go counts as distance, so that passing
        through the minimum at speed is not having arrived.
        """
        return Distance.of(self.bowl, self.start, self._errors(np.array([step]))[0])

    def worst_parameter(self, step: int) -> float:
        """A bound on the relative error of any parameter at that step, with the rounding."""
        errors = self._errors(np.array([step]))[0] + self.bowl.minimum_errors
        return Distance.of(self.bowl, self.start, errors).worst

    def _errors(self, steps: NDArray[np.int64]) -> Array:
        """(k, p) how far each step is from the minimum along each axis."""
        began = np.abs(self.bowl.along_axes(self.bowl.residual(self.start)))  # (p,)
        powers = self.powers(steps)
        with np.errstate(over="ignore", invalid="ignore"):
            share = np.hypot(powers.left, self.recurrence.on_velocity * powers.pace)
            return np.where(began == 0, 0.0, share * began)

    def end(self, steps: int, tolerance: float, schedule: Schedule) -> tuple[int, Stop]:
        """The last step, and why: found by bisection or among the kept steps, not by walking."""
        if not np.isfinite(self._loss(steps)):
            last = first_true(lambda k: not np.isfinite(self._loss(k)), steps)
            return last, Stop("non_finite", f"the loss overflowed at step {last:,}")
        rounding = self.bowl.minimum_error
        last = self._first_within(steps, tolerance, schedule) if tolerance > 0 else None
        if last is not None:
            bound = self.distance(last).whole + rounding
            return last, Stop("converged", arrived(bound, tolerance, last), bound)
        bound = self.distance(steps).whole + rounding
        return steps, Stop(
            "budget",
            f"{counted(steps, 'step')} done, as many as were allowed; still {bound:.2g} times the "
            "minimum's size away from it",
            bound if np.isfinite(bound) else None,
        )

    def _first_within(self, steps: int, tolerance: float, schedule: Schedule) -> int | None:
        """The first step within the tolerance; of an oscillating rule, the first kept one."""
        if self.recurrence.memory == 0.0:
            if not self.distance(steps).within(tolerance):
                return None
            return first_true(lambda k: self.distance(k).within(tolerance), steps)
        kept = schedule.up_to(steps)
        near_enough = tolerance * distance_scale(self.bowl, self.start)
        for begin in range(0, len(kept), CHUNK):
            chunk = kept[begin : begin + CHUNK]
            errors = self._errors(chunk)
            near = np.linalg.norm(errors, axis=1) <= ROOM * near_enough
            for row in np.flatnonzero(near).tolist():
                if Distance.of(self.bowl, self.start, errors[row]).within(tolerance):
                    return int(chunk[row])
        return None

    def _loss(self, step: int) -> float:
        row = self.rows(np.array([step]))
        return float(row.loss[0]) if np.all(np.isfinite(row.params)) else float("inf")

    def kept_steps(self, schedule: Schedule, last: int) -> NDArray[np.int64]:
        """The schedule's steps up to `last`, and the lowest one where the loss turns.

        Without a memory the loss is a sum of exponentials (q²)ᵏ, so it is convex in k and its
        lowest step is found by bisection; with one, the lowest of the kept steps is kept.
        """
        kept = schedule.up_to(last)
        if self.recurrence.memory > 0.0:
            return kept
        lowest = first_true(lambda k: self._loss(k + 1) >= self._loss(k), last)
        return np.union1d(kept, [min(lowest, last)])

    def record(self, schedule: Schedule, last: int) -> Iterator[Columns]:
        """The kept rows up to step `last`, in pieces of at most CHUNK rows."""
        steps = self.kept_steps(schedule, last)
        for begin in range(0, len(steps), CHUNK):
            yield self.rows(steps[begin : begin + CHUNK])


def first_true(condition: Callable[[int], bool], last: int) -> int:
    """The least k in 0..last with condition(k), which stays true once it is; else `last`."""
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if condition(middle):
            high = middle
        else:
            low = middle + 1
    return low
