"""Exact batch descent on a bowl: any step in closed form, without taking the ones before.

With the residual r = s·(Vᵀθ) - c along the axes of the bowl, plain descent with rate α
multiplies r by q = 1 - αλ at every step. So r after k steps is qᵏ r₀, the loss is
floor + ½ ‖r‖², and θ = θ₀ - V φ_k(λ) s r₀ with φ_k(λ) = (1 - qᵏ)/λ, computed without
cancellation: kα at λ = 0, -expm1(k·log1p(-αλ))/λ below αλ = 1, and by log(αλ - 1) above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from steepest.descent.recorder import Columns, Schedule
from steepest.objective.bowl import Bowl
from steepest.readable import counted
from steepest.trace import Array, Stop

__all__ = ["Distance", "ExactDescent"]

CHUNK = 4096
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Distance:
    """How far parameters are from the minimum.

    whole:  ‖θ - θ*‖ / ‖θ*‖; relative to where it began where the minimum is at the origin
    worst:  the largest |θ_j - θ*_j| / |θ*_j|, of those that are not below 1e-9 of ‖θ*‖
    """

    whole: float
    worst: float

    def within(self, tolerance: float) -> bool:
        """The whole within the tolerance, and every parameter within a hundred times that."""
        return self.whole <= tolerance and self.worst <= 100.0 * tolerance


@dataclass(frozen=True, slots=True, eq=False)
class ExactDescent:
    """Plain batch descent on `bowl` from `start` (p,) with a constant learning rate."""

    bowl: Bowl
    start: Array
    learning_rate: float

    def rows(self, steps: Array) -> Columns:
        """The record at the given steps (k,), whatever their order or number."""
        bowl, residual = self.bowl, self.bowl.residual(self.start)
        shrink = self._shrink(steps)  # (k, p)
        with np.errstate(over="ignore", invalid="ignore"):
            after = np.where(residual == 0, 0.0, shrink * residual)
            slopes = bowl.roots * after
            moved = self._phi(steps, shrink) * np.where(residual == 0, 0.0, bowl.roots * residual)
            loss = bowl.floor + 0.5 * np.sum(after**2, axis=1)
            return Columns(
                step=steps.astype(np.int64),
                loss=loss,
                params=self.start - moved @ bowl.axes.T,
                gradient=slopes @ bowl.axes.T,
                learning_rate=np.full(len(steps), self.learning_rate),
                full_loss=loss,
            )

    def _shrink(self, steps: Array) -> Array:
        """qᵏ = (1 - αλ)ᵏ for every step and axis, (k, p)."""
        speed = self.learning_rate * self.bowl.curvatures  # (p,) αλ
        k = np.asarray(steps, dtype=np.float64)[:, None]
        below, above = np.minimum(speed, 0.5), np.maximum(speed, 1.5)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            small = np.exp(k * np.log1p(-below))
            sign = 1.0 - 2.0 * (k % 2)
            large = sign * np.exp(k * np.log1p(above - 2.0))
            middle = np.power(1.0 - speed, k)  # |q| <= 1/2, where a power is exact enough
        return np.where(speed <= 0.5, small, np.where(speed >= 1.5, large, middle))

    def _phi(self, steps: Array, shrink: Array) -> Array:
        """φ_k(λ) = (1 - qᵏ)/λ for every step and axis, (k, p)."""
        curvatures = self.bowl.curvatures
        speed = self.learning_rate * curvatures
        k = np.asarray(steps, dtype=np.float64)[:, None]
        gentle = (speed <= 0.5) & (speed > 0)
        safe = np.where(curvatures > 0, curvatures, 1.0)
        slow = -np.expm1(k * np.log1p(-np.where(gentle, speed, 0.25)))
        filled = np.where(gentle, slow, 1.0 - shrink) / safe
        return np.where(curvatures > 0, filled, k * self.learning_rate)

    def distance(self, step: int) -> Distance:
        """How far θ_step is from the minimum, flat axes left out.

        Both are bounds that only fall with the steps where every axis converges.
        """
        bowl = self.bowl
        error = bowl.along_axes(bowl.residual(self.start))  # (p,) before any step
        minimum = bowl.axes @ (np.where(bowl.sloped, bowl.axes.T @ self.start, 0.0) - error)
        size, began = float(np.linalg.norm(minimum)), float(np.linalg.norm(error))
        scale = size if size > TINY * began else began
        if scale == 0:
            return Distance(0.0, 0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            left = np.where(error == 0, 0.0, np.abs(self._shrink(np.array([step]))[0] * error))
            known = np.abs(minimum) > TINY * scale
            each = (np.abs(bowl.axes) @ left)[known] / np.abs(minimum[known])
            return Distance(float(np.linalg.norm(left)) / scale, float(np.max(each, initial=0.0)))

    def rounding(self) -> float:
        """How far rounding alone may hold the minimum from the truth, relative to its norm.

        First-order bound of least squares by QR: p·eps·(κ + κ²·ρ), with κ the condition
        number of the design and ρ the residual against the fit (Wedin 1973; Higham 2002,
        theorem 20.1).
        """
        bowl = self.bowl
        sloped = bowl.roots[bowl.sloped]
        if not sloped.size:
            return 0.0
        kappa = float(sloped[0] / sloped[-1])
        fitted = float(sloped[0] * np.linalg.norm(bowl.minimum))
        misfit = float(np.sqrt(2.0 * bowl.minimum_loss)) / fitted if fitted > 0 else 0.0
        return len(bowl.roots) * float(np.finfo(np.float64).eps) * (kappa + kappa**2 * misfit)

    def end(self, steps: int, tolerance: float) -> tuple[int, Stop]:
        """The last step, and why: found by bisection, not by walking."""
        if not np.isfinite(self._loss(steps)):
            last = first_true(lambda k: not np.isfinite(self._loss(k)), steps)
            return last, Stop("non_finite", f"the loss overflowed at step {last:,}")
        rounding = self.rounding()
        if tolerance > 0 and self.distance(steps).within(tolerance):
            last = first_true(lambda k: self.distance(k).within(tolerance), steps)
            bound = self.distance(last).whole + rounding
            return last, Stop(
                "converged",
                f"within {bound:.2g} of the minimum, relative to its size, after "
                f"{counted(last, 'step')}",
                bound,
            )
        bound = self.distance(steps).whole + rounding
        return steps, Stop(
            "budget",
            f"{counted(steps, 'step')} done, as many as were allowed; still {bound:.2g} times the "
            "minimum's size away from it",
            bound if np.isfinite(bound) else None,
        )

    def _loss(self, step: int) -> float:
        row = self.rows(np.array([step]))
        return float(row.loss[0]) if np.all(np.isfinite(row.params)) else float("inf")

    def kept_steps(self, schedule: Schedule, last: int) -> Array:
        """The schedule's steps up to `last`, and the lowest one where the loss turns.

        The loss is a sum of exponentials (q²)ᵏ, so it is convex in k and its lowest step is
        found by bisection.
        """
        lowest = first_true(lambda k: self._loss(k + 1) >= self._loss(k), last)
        return np.union1d(schedule.up_to(last), [min(lowest, last)])

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
