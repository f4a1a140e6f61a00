"""The bowl under a record whose facts show it: its Hessian, its minimum, its least loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.objective.bowl import Bowl
from steepest.objective.objective import Objective, Powers
from steepest.trace import Array, Trace

__all__ = ["known_bowl"]


@dataclass(frozen=True, slots=True, eq=False)
class _KnownBowl:
    names: tuple[str, ...]
    bowl: Bowl

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        return self.bowl.loss(params), self.bowl.gradient(params)

    def powers(self) -> Powers:
        return Powers(
            bowl=self.bowl,
            hessian=lambda params: self.bowl.hessian,
            hessian_vector=lambda params: self.bowl.hessian_times,
        )


def known_bowl(trace: Trace) -> Objective | None:
    """J = J* + (θ - θ*)ᵀ H (θ - θ*) / 2; None where the facts hold no such bowl of all p."""
    facts = [trace.facts.get(name) for name in ("hessian", "minimum", "minimum_loss")]
    hessian, minimum, least = facts
    count = len(trace.names)
    if hessian is None or minimum is None or least is None or trace.coordinates is not None:
        return None
    if hessian.array.shape != (count, count) or minimum.array.shape != (count,):
        return None
    curvatures, axes = np.linalg.eigh(hessian.array)
    curvatures, axes = curvatures[::-1], axes[:, ::-1]
    if not curvatures[0] > 0 or curvatures[-1] < -1e-9 * curvatures[0]:
        return None
    roots = np.sqrt(np.maximum(curvatures, 0.0))
    offset = roots * (axes.T @ minimum.array)
    return _KnownBowl(trace.names, Bowl(axes, roots, offset, least.number, 1))
