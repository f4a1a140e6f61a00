"""The adaptive learning rate of Malitsky and Mishchenko: curvature met on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from steepest.descent.rate import Here
from steepest.trace import Array

__all__ = ["Adaptive"]

_FEELER = 1e-6
_FIRST_GROWTH = _FEELER**-2
"""So that the second step is no longer than the parameters are large: over a cost that is flat
where it begins (Huber's, far out) the curvature felt is zero but for rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class _Last:
    params: Array
    gradient: Array
    rate: float
    growth: float


@dataclass(frozen=True, slots=True)
class Adaptive:
    """A rate from the curvature met on the way, with nothing to tune.

    α_k = min(√(1 + α_{k-1}/α_{k-2}) α_{k-1}, ‖θ_k - θ_{k-1}‖ / (2 ‖g_k - g_{k-1}‖)):
    never above half of one over the local curvature, and never growing too fast (α_0 = 1e-6
    (1 + ‖θ_0‖)/‖g_0‖, and α_1 at most a million times as large). Converges for every convex
    function with a locally Lipschitz gradient (Malitsky and Mishchenko 2020, "Adaptive
    gradient descent without descent", algorithm 1).
    """

    def start(self) -> None:
        """Nothing has been met yet."""
        return

    def next(self, here: Here, state: _Last | None) -> tuple[float, _Last | None]:
        """The next rate; the first step is a tiny one, to feel the curvature."""
        params, gradient = here.params, here.gradient
        norm = float(np.linalg.norm(gradient))
        if state is None:
            rate = _FEELER * (1.0 + float(np.linalg.norm(params))) / norm if norm > 0 else 1.0
            return rate, _Last(params, gradient, rate, _FIRST_GROWTH)
        moved = float(np.linalg.norm(params - state.params))
        turned = float(np.linalg.norm(gradient - state.gradient))
        local = moved / (2.0 * turned) if turned > 0 else math.inf
        rate = min(math.sqrt(1.0 + state.growth) * state.rate, local)
        if not math.isfinite(rate):
            rate = state.rate
        growth = rate / state.rate if state.rate > 0 else 1.0
        return rate, _Last(params, gradient, rate, growth)
