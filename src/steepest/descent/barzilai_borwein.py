"""Barzilai and Borwein: plain steps, each as long as the last change of the gradient says."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from steepest.descent.rate import Here
from steepest.descent.rule import Prox, Recurrence, Traits, fixed
from steepest.trace import Array

__all__ = ["BarzilaiBorwein", "SecantRate"]

LOOKED_BACK = 10
MOST_TRIES = 60
_FEELER = 1e-6
_GROWTH = 1.0 / _FEELER
"""At most so many times the last rate: where the cost is all but straight (Huber's, far out) the
curvature felt is next to nothing, and a step by it would leave the range of float64's digits."""


@dataclass(frozen=True, slots=True, eq=False)
class _Memory:
    params: Array
    gradient: Array
    rate: float
    losses: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SecantRate:
    """α = s·s / s·y, with s and y the last change of the params and of the gradient.

    Barzilai and Borwein 1988, "Two-point step size gradient methods" (the long step), held
    by Raydan's condition (1997): no step may end above the highest of the last ten losses
    but for a small part of its slope, or it is halved. Where the slope has not turned
    (s·y <= 0) the last rate is doubled. The first step is a tiny one, to feel the curvature,
    and no rate is more than a million times the last.
    """

    def start(self) -> None:
        """No step yet."""
        return

    def next(self, here: Here, state: _Memory | None) -> tuple[float, _Memory]:
        """The rate of the step that leaves from here."""
        losses = (*(state.losses if state else ()), here.loss)[-LOOKED_BACK:]
        rate = self._held(here, self._secant(here, state), max(losses))
        return rate, _Memory(here.params, here.gradient, rate, losses)

    def _secant(self, here: Here, state: _Memory | None) -> float:
        if state is None:
            norm = float(np.linalg.norm(here.gradient))
            size = 1.0 + float(np.linalg.norm(here.params))
            return _FEELER * size / norm if norm > 0 else 1.0
        moved, turned = here.params - state.params, here.gradient - state.gradient
        bend = float(moved @ turned)
        rate = float(moved @ moved) / bend if bend > 0 else 2.0 * state.rate
        rate = rate if math.isfinite(rate) and rate > 0 else state.rate
        return min(rate, _GROWTH * state.rate)

    def _held(self, here: Here, rate: float, highest: float) -> float:
        slope = float(here.gradient @ here.gradient)
        for _ in range(MOST_TRIES):
            value = here.smooth(here.trial(rate))[0]
            if value <= highest - 1e-4 * rate * slope + 1e-12 * abs(highest):
                break
            rate *= 0.5
        return rate


@dataclass(frozen=True, slots=True)
class BarzilaiBorwein:
    """Plain descent with the learning rate of `SecantRate`."""

    name: str = fixed("barzilai_borwein")
    recurrence: Recurrence | None = fixed(None)
    traits: Traits = fixed(Traits(own_rate=SecantRate()))

    def start(self, params: Array) -> None:
        """No state."""
        return

    def step(
        self, params: Array, gradient: Array, rate: float, state: None, prox: Prox
    ) -> tuple[Array, None]:
        """Against the gradient."""
        return params - rate * gradient, None
