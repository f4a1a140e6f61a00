"""Accelerated descent with restart: the rule for those who just want the minimum."""

from __future__ import annotations

import math
from dataclasses import dataclass

from steepest.descent.rule import Prox, Recurrence, Traits, fixed
from steepest.trace import Array

__all__ = ["Fista"]


@dataclass(frozen=True, slots=True, eq=False)
class _Memory:
    point: Array
    weight: float


@dataclass(frozen=True, slots=True)
class Fista:
    """x := prox(y - α g(y)); y := x + (t_before - 1)/t (x - x_before), restarted at a turn.

    Beck and Teboulle 2009, "A fast iterative shrinkage-thresholding algorithm", with the
    restart of O'Donoghue and Candès 2015, "Adaptive restart for accelerated gradient
    schemes" (gradient scheme): where the step points against the way taken, the memory is
    dropped, so that it goes down as fast as the condition number allows without knowing it.
    The recorded params are y, where the gradient is taken.
    """

    name: str = fixed("fista")
    recurrence: Recurrence | None = fixed(None)
    traits: Traits = fixed(Traits(proximal=True))

    def start(self, params: Array) -> _Memory:
        """No way taken yet."""
        return _Memory(params, 1.0)

    def step(
        self, params: Array, gradient: Array, rate: float, state: _Memory, prox: Prox
    ) -> tuple[Array, _Memory]:
        """A plain step, carried on along the way taken."""
        point = prox(params - rate * gradient, rate)
        way = point - state.point
        if float((params - point) @ way) > 0.0:
            return point, _Memory(point, 1.0)
        weight = 0.5 * (1.0 + math.sqrt(1.0 + 4.0 * state.weight**2))
        return point + (state.weight - 1.0) / weight * way, _Memory(point, weight)
