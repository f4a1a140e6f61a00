"""The learning rates. Adding one is one frozen dataclass and one line in `RATES`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.arguments import keep_real
from steepest.descent.adaptive import Adaptive
from steepest.descent.backtracking import Backtracking
from steepest.descent.rate import Here, Rate
from steepest.descent.spelled import spelled
from steepest.trace import Array

__all__ = ["RATES", "Constant", "Cosine", "ExponentialDecay", "StepDecay", "rate_named"]


class _Plan(ABC):
    """A rate that is known before any step is taken: one line, `at`, says it all."""

    __slots__ = ()

    @abstractmethod
    def at(self, steps: NDArray[np.int64]) -> Array:
        """The rates (k,) of the steps (k,)."""

    def start(self) -> None:
        """No state."""
        return

    def next(self, here: Here, state: None) -> tuple[float, None]:
        """The rate of the step that leaves from here."""
        return float(self.at(np.array([here.step]))[0]), None


@dataclass(frozen=True, slots=True)
class Constant(_Plan):
    """The same rate at every step."""

    rate: float

    def __post_init__(self) -> None:
        _check_rate(self)

    def at(self, steps: NDArray[np.int64]) -> Array:
        """The rate, (k,)."""
        return np.full(len(steps), self.rate)

    def next(self, here: Here, state: None) -> tuple[float, None]:
        """The rate."""
        return self.rate, None


@dataclass(frozen=True, slots=True)
class StepDecay(_Plan):
    """rate · factor^⌊step / every⌋: the same for a while, then a part of it.

    >>> StepDecay(1.0, every=2, factor=0.5).at(np.arange(5)).tolist()
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    rate: float
    every: float = 100
    factor: float = 0.5

    def __post_init__(self) -> None:
        _check_rate(self)
        _check_above(self, "every", 1.0)
        _check_share(self, "factor")

    def at(self, steps: NDArray[np.int64]) -> Array:
        """The rates (k,) of the steps (k,)."""
        return self.rate * self.factor ** np.asarray(steps // self.every, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ExponentialDecay(_Plan):
    """rate · factor^step: a little less at every step.

    >>> ExponentialDecay(1.0, factor=0.5).at(np.arange(3)).tolist()
    [1.0, 0.5, 0.25]
    """

    rate: float
    factor: float = 0.99

    def __post_init__(self) -> None:
        _check_rate(self)
        _check_share(self, "factor")

    def at(self, steps: NDArray[np.int64]) -> Array:
        """The rates (k,) of the steps (k,)."""
        return self.rate * self.factor ** steps.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Cosine(_Plan):
    """Half a cosine from `rate` down to `least` over `steps` steps, and `least` from then on.

    Loshchilov and Hutter 2017, "SGDR: stochastic gradient descent with warm restarts",
    equation 5, without the restarts.

    >>> Cosine(1.0, steps=2).at(np.arange(4)).round(12).tolist()
    [1.0, 0.5, 0.0, 0.0]
    """

    rate: float
    steps: float = 1000
    least: float = 0.0

    def __post_init__(self) -> None:
        _check_rate(self)
        _check_above(self, "steps", 1.0)
        keep_real(self, "least", "a number from 0 to the rate", lambda n: 0.0 <= n <= self.rate)

    def at(self, steps: NDArray[np.int64]) -> Array:
        """The rates (k,) of the steps (k,)."""
        done = np.minimum(steps / self.steps, 1.0)
        return self.least + 0.5 * (self.rate - self.least) * (1.0 + np.cos(np.pi * done))


RATES: dict[str, type[Rate]] = {
    "constant": Constant,
    "step": StepDecay,
    "exponential": ExponentialDecay,
    "cosine": Cosine,
    "backtracking": Backtracking,
    "adaptive": Adaptive,
}


def rate_named(text: str) -> Rate:
    """The learning rate that a text says: "0.1", "adaptive", "cosine:0.1,steps=500".

    >>> rate_named("step:0.1,every=30,factor=0.1")
    StepDecay(rate=0.1, every=30.0, factor=0.1)
    """
    try:
        number = float(text)
    except ValueError:
        return spelled(text, RATES, "learning rate", also="'auto', a number")
    return Constant(number)


def _check_rate(rate: Rate) -> None:
    expected = "a number above 0, or 'auto'"
    keep_real(rate, "rate", expected, lambda number: number > 0, "the learning rate")


def _check_above(rate: Rate, name: str, least: float) -> None:
    keep_real(rate, name, f"a number from {least:g} up", lambda number: number >= least)


def _check_share(rate: Rate, name: str) -> None:
    keep_real(rate, name, "a number above 0 and at most 1", lambda number: 0.0 < number <= 1.0)
