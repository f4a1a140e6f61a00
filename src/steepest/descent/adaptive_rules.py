"""Rules with a step of its own for every parameter, from the gradients that it has seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.descent.rule import Prox, Recurrence, Traits, check_within, fixed
from steepest.trace import Array

__all__ = ["AdaGrad", "Adam", "RMSProp"]


@dataclass(frozen=True, slots=True)
class AdaGrad:
    """s := s + g²; θ := θ - α g/(√s + ε) (Duchi, Hazan and Singer 2011), as in torch.optim."""

    eps: float = 1e-10
    initial: float = 0.0
    name: str = fixed("adagrad")
    recurrence: Recurrence | None = fixed(None)
    traits: Traits = fixed(Traits(usual_rate=0.01))

    def __post_init__(self) -> None:
        check_within(self, "eps", 0.0)
        check_within(self, "initial", 0.0)

    def start(self, params: Array) -> Array:
        """The initial sum of squares."""
        return np.full_like(params, self.initial)

    def step(
        self, params: Array, gradient: Array, rate: float, state: Array, prox: Prox
    ) -> tuple[Array, Array]:
        """Over the root of all squares so far."""
        squares = state + gradient**2
        return params - rate * gradient / (np.sqrt(squares) + self.eps), squares


@dataclass(frozen=True, slots=True)
class RMSProp:
    """s := ρ s + (1 - ρ) g²; θ := θ - α g/(√s + ε) (Tieleman and Hinton 2012)."""

    rho: float = 0.99
    eps: float = 1e-8
    name: str = fixed("rmsprop")
    recurrence: Recurrence | None = fixed(None)
    traits: Traits = fixed(Traits(usual_rate=0.01))

    def __post_init__(self) -> None:
        check_within(self, "rho", 0.0, 1.0)
        check_within(self, "eps", 0.0)

    def start(self, params: Array) -> Array:
        """No squares yet."""
        return np.zeros_like(params)

    def step(
        self, params: Array, gradient: Array, rate: float, state: Array, prox: Prox
    ) -> tuple[Array, Array]:
        """Over the root of a running mean of squares."""
        squares = self.rho * state + (1.0 - self.rho) * gradient**2
        return params - rate * gradient / (np.sqrt(squares) + self.eps), squares


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    step: int
    mean: Array
    squares: Array


@dataclass(frozen=True, slots=True)
class Adam:
    """m, s: running means of g and g², freed of their start at 0; θ := θ - α m/(√s + ε).

    Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    name: str = fixed("adam")
    recurrence: Recurrence | None = fixed(None)
    traits: Traits = fixed(Traits(usual_rate=0.001))

    def __post_init__(self) -> None:
        check_within(self, "beta1", 0.0, 1.0)
        check_within(self, "beta2", 0.0, 1.0)
        check_within(self, "eps", 0.0)

    def start(self, params: Array) -> _Moments:
        """No step yet."""
        return _Moments(0, np.zeros_like(params), np.zeros_like(params))

    def step(
        self, params: Array, gradient: Array, rate: float, state: _Moments, prox: Prox
    ) -> tuple[Array, _Moments]:
        """Over the root of the running mean of squares."""
        count = state.step + 1
        mean = self.beta1 * state.mean + (1.0 - self.beta1) * gradient
        squares = self.beta2 * state.squares + (1.0 - self.beta2) * gradient**2
        unbiased = mean / (1.0 - self.beta1**count)
        spread = np.sqrt(squares / (1.0 - self.beta2**count))
        moved = params - rate * unbiased / (spread + self.eps)
        return moved, _Moments(count, mean, squares)
