"""Learning rates: how far to go. A rate is a pair of pure functions over an explicit state."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from steepest.trace import Array

__all__ = ["Adaptive", "Constant", "Rate"]


class Rate(Protocol):
    """A learning rate that may change from step to step."""

    def start(self) -> Any:
        """The state before the first step."""
        ...

    def next(self, params: Array, gradient: Array, state: Any) -> tuple[float, Any]:
        """The learning rate of the step that leaves from params (p,), and the next state."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """The same rate at every step."""

    value: float

    def start(self) -> None:
        """No state."""
        return

    def next(self, params: Array, gradient: Array, state: None) -> tuple[float, None]:
        """The value."""
        return self.value, None


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
    never above half of one over the local curvature, and never growing too fast. Converges
    for every convex function with a locally Lipschitz gradient (Malitsky and Mishchenko
    2020, "Adaptive gradient descent without descent", algorithm 1).
    """

    def start(self) -> None:
        """Nothing has been met yet."""
        return

    def next(
        self, params: Array, gradient: Array, state: _Last | None
    ) -> tuple[float, _Last | None]:
        """The next rate; the first step is a tiny one, to feel the curvature."""
        norm = float(np.linalg.norm(gradient))
        if state is None:
            rate = 1e-6 * (1.0 + float(np.linalg.norm(params))) / norm if norm > 0 else 1.0
            return rate, _Last(params, gradient, rate, math.inf)
        moved = float(np.linalg.norm(params - state.params))
        turned = float(np.linalg.norm(gradient - state.gradient))
        local = moved / (2.0 * turned) if turned > 0 else math.inf
        rate = min(math.sqrt(1.0 + state.growth) * state.rate, local)
        if not math.isfinite(rate):
            rate = state.rate
        growth = rate / state.rate if state.rate > 0 else 1.0
        return rate, _Last(params, gradient, rate, growth)
