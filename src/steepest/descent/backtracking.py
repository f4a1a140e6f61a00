"""Backtracking: the longest of ever shorter steps that goes down as far as it promised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.arguments import keep_real
from steepest.descent.rate import Here

__all__ = ["Backtracking"]

MOST_TRIES = 100
ROOM = 1e-12


@dataclass(frozen=True, slots=True)
class Backtracking:
    """Tries `grow` times the last rate, and shrinks it until the step keeps its promise.

    With u where the step would end, the promise is that of a cost with curvature 1/α:
    f(u) <= f(θ) + g·(u - θ) + ‖u - θ‖²/(2α) (Beck and Teboulle 2009, section 4). Without
    kinks this is Armijo's rule (1966) with one half of the slope. Where losses differ by no
    more than their rounding, gradients tell: (g(u) - g)·(u - θ) <= ‖u - θ‖²/α, which is the
    same for a cost of constant curvature (Hager and Zhang 2005, section 1).

    rate: what is tried first; shrink: from 0 to 1, both excluded; grow: from 1 up.
    """

    rate: float = 1.0
    shrink: float = 0.5
    grow: float = 2.0

    def __post_init__(self) -> None:
        called = "the first rate to try"
        keep_real(self, "rate", "a number above 0", lambda number: number > 0, called)
        keep_real(self, "shrink", "a number between 0 and 1", lambda number: 0 < number < 1)
        keep_real(self, "grow", "a number from 1 up", lambda number: number >= 1)

    def start(self) -> float:
        """So that the first try is `rate`."""
        return self.rate / self.grow

    def next(self, here: Here, state: float) -> tuple[float, float]:
        """The rate whose step keeps its promise; after 100 tries the last, however small."""
        rate = state * self.grow
        if not np.any(here.gradient):
            return state, state
        for _ in range(MOST_TRIES):
            if self._kept(here, rate):
                break
            rate *= self.shrink
        return rate, rate

    def _kept(self, here: Here, rate: float) -> bool:
        end = here.trial(rate)
        way = end - here.params
        square = float(way @ way)
        value, gradient = here.smooth(end)
        if not np.isfinite(value):
            return False
        if abs(value - here.loss) > ROOM * abs(here.loss):
            return value <= here.loss + float(here.gradient @ way) + square / (2.0 * rate)
        return float((gradient - here.gradient) @ way) <= square / rate
