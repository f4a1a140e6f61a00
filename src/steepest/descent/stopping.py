"""When to stop a descent that is walked step by step, and what to say of it."""

from __future__ import annotations

import math

import numpy as np

from steepest.descent.recorder import Row
from steepest.objective.bowl import Bowl
from steepest.objective.distance import Distance, distance_scale
from steepest.objective.objective import Powers
from steepest.readable import counted
from steepest.trace import Array, Stop

__all__ = ["Stopping", "arrived"]

SETTLED = 1000.0


class Stopping:
    """Looks at every row and says when to stop.

    Bounds on the distance and proofs that there is no minimum cost more than a step, so
    they are asked for only where the gradient has halved since the last time, or the step
    number has doubled.
    """

    def __init__(
        self, powers: Powers, steps: int, tolerance: float, *, batch: bool, memory: bool = False
    ) -> None:
        self._powers = powers
        self._steps = steps
        self._tolerance = tolerance
        self._batch = batch
        self._memory = memory
        self._near_before = False
        self._first_norm = math.nan
        self._asked_norm = math.inf
        self._bounded = False
        self._asked_step = 8
        self._looked_along = False
        self._last: Row | None = None
        self._start: Array | None = None
        self._scale = math.nan

    def after(self, row: Row) -> Stop | None:
        """A stop, or None to go on."""
        norm = float(np.linalg.norm(row.gradient))
        if not math.isfinite(row.loss):
            return Stop("non_finite", f"the loss became {_kind(row.loss)} at step {row.step:,}")
        if not np.all(np.isfinite(row.gradient)):
            kind = _kind(float(np.sum(np.abs(row.gradient))))
            return Stop("non_finite", f"the gradient became {kind} at step {row.step:,}")
        if row.step == 0:
            self._first_norm, self._start = norm, row.params
        stop = None if self._batch else self._converged(row, norm) or self._unbounded(row)
        stop = stop or self._spent(row)
        self._last = row
        if stop is None and row.step >= self._steps:
            return Stop("budget", f"{counted(self._steps, 'step')} done, as many as were allowed")
        return stop

    def _spent(self, row: Row) -> Stop | None:
        """A learning rate that fell so far that steps no longer move the parameters."""
        last = self._last
        if last is None or self._batch:
            return None
        falling = row.learning_rate < last.learning_rate or row.learning_rate == 0.0
        if not falling or not np.array_equal(row.params, last.params):
            return None
        return Stop(
            "budget",
            f"the learning rate has fallen to {row.learning_rate:.2g}, at which steps no longer "
            f"move the parameters, by step {row.step:,}",
        )

    def _converged(self, row: Row, norm: float) -> Stop | None:
        if self._tolerance == 0:
            return None
        stop = self._within_bound(row, norm) or self._settled(row, norm)
        vanished = norm <= self._tolerance * self._first_norm
        # where a bound on the distance can be had, it decides, and not the gradient
        if stop is None and vanished and not self._bounded:
            stop = self._without_end(row) or _vanished(row, norm, self._first_norm)
        # a rule with a memory may only be passing through: near twice in a row is near
        passing = stop is not None and stop.reason == "converged" and self._memory
        if passing and norm > 0 and not self._near_before:
            self._near_before = True
            return None
        self._near_before = stop is not None
        return stop

    def _within_bound(self, row: Row, norm: float) -> Stop | None:
        if self._powers.bowl is not None and self._powers.proximal is None:
            return self._within_bowl(self._powers.bowl, row)
        lately = norm > 0.5 * self._asked_norm and not self._near_before
        if lately or self._powers.distance_bound is None:
            return None
        self._asked_norm = norm
        distance = self._powers.distance_bound(row.params, row.gradient)
        self._bounded = distance is not None
        size = float(np.linalg.norm(row.params))
        if distance is None or not distance < size:
            return None
        bound = distance / (size - distance)
        if not bound <= self._tolerance:
            return None
        return Stop("converged", arrived(bound, self._tolerance, row.step), bound)

    def _within_bowl(self, bowl: Bowl, row: Row) -> Stop | None:
        """On a known bowl the distance is known at every step."""
        self._bounded = True
        start = row.params if self._start is None else self._start
        error = np.abs(bowl.along_axes(bowl.residual(row.params)))
        if math.isnan(self._scale):
            self._scale = distance_scale(bowl, start)
        if np.linalg.norm(error) > 1.01 * self._tolerance * self._scale:
            return None
        distance = Distance.of(bowl, start, error)
        if not distance.within(self._tolerance):
            return None
        bound = distance.whole + bowl.minimum_error
        return Stop("converged", arrived(bound, self._tolerance, row.step), bound)

    def _settled(self, row: Row, norm: float) -> Stop | None:
        """Where one parameter goes to infinity: stop when the others have settled."""
        if self._powers.unbounded_along is None or self._looked_along:
            return None
        if norm > SETTLED * self._tolerance * self._first_norm:
            return None
        self._looked_along = True
        proof = self._powers.unbounded_along()
        return None if proof is None else Stop("unbounded", proof)

    def _unbounded(self, row: Row) -> Stop | None:
        if self._tolerance == 0 or row.step < self._asked_step:
            return None
        self._asked_step = 2 * row.step
        return self._without_end(row)

    def _without_end(self, row: Row) -> Stop | None:
        """A proof that there is no minimum, where there is one."""
        if self._powers.unbounded is None:
            return None
        proof = self._powers.unbounded(row.params)
        return None if proof is None else Stop("unbounded", proof)


def arrived(bound: float, tolerance: float, step: int) -> str:
    """That the minimum is reached: within the tolerance, or as near as rounding allows."""
    near = f"within {bound:.2g} of the minimum, relative to its size, after {counted(step, 'step')}"
    if bound <= 1.01 * tolerance:
        return near
    return f"{near}: as near as the rounding of the data allows, which is beyond the tolerance"


def _vanished(row: Row, norm: float, first: float) -> Stop:
    if norm == 0:
        return Stop("converged", f"the gradient is exactly zero at step {row.step:,}")
    return Stop(
        "converged",
        f"the gradient norm fell to {norm / first:.2g} of the first after "
        f"{counted(row.step, 'step')} (no bound on the distance to the minimum is known)",
    )


def _kind(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinite"
