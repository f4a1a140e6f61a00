"""How far parameters are from the bottom of a bowl, and when that is near enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.objective.bowl import Bowl
from steepest.trace import Array

__all__ = ["Distance", "distance_scale"]

TINY = 1e-9
NOISE = 10.0


@dataclass(frozen=True, slots=True)
class Distance:
    """How far parameters are from the minimum.

    whole:  ‖θ - θ*‖ / ‖θ*‖; relative to where it began where the minimum is at the origin
    worst:  the largest |θ_j - θ*_j| / |θ*_j|, of those that are not below 1e-9 of ‖θ*‖

    >>> bowl = Bowl(np.eye(2), np.array([2.0, 1.0]), np.array([2.0, 3.0]), 0.5, 1)
    >>> Distance.of(bowl, np.zeros(2), np.array([0.3, 0.1])).worst
    0.3
    """

    whole: float
    worst: float

    def within(self, tolerance: float) -> bool:
        """The whole within the tolerance, and every parameter within a hundred times that."""
        return self.whole <= tolerance and self.worst <= 100.0 * tolerance

    @classmethod
    def of(cls, bowl: Bowl, start: Array, error: Array) -> Distance:
        """From |θ - θ*| (p,) along each axis of the bowl, for a descent from `start` (p,).

        The worst is a bound: the axes' errors are taken to add up in every parameter.
        """
        minimum, scale = _minimum_and_scale(bowl, start)
        if scale == 0:
            return cls(0.0, 0.0)
        known = np.abs(minimum) > TINY * scale
        with np.errstate(over="ignore", invalid="ignore"):
            each = (np.abs(bowl.axes) @ error)[known] / np.abs(minimum[known])
            return cls(float(np.linalg.norm(error)) / scale, float(np.max(each, initial=0.0)))


def distance_scale(bowl: Bowl, start: Array) -> float:
    """What distances are relative to: ‖θ*‖, or where the descent began if that is nothing."""
    return _minimum_and_scale(bowl, start)[1]


def _minimum_and_scale(bowl: Bowl, start: Array) -> tuple[Array, float]:
    """The minimum, flat axes left out, and what distances are relative to."""
    minimum = bowl.minimum
    size, noise = float(np.linalg.norm(minimum)), float(np.linalg.norm(bowl.minimum_errors))
    if size > NOISE * noise:
        return minimum, size
    return minimum, float(np.linalg.norm(bowl.along_axes(bowl.residual(start))))
