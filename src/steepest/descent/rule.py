"""What an update rule is: which way to go, and how much of the steps before to keep."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from steepest.arguments import keep_real
from steepest.descent.rate import Rate
from steepest.trace import Array

__all__ = ["Prox", "Recurrence", "Rule", "Traits", "check_within", "fixed", "no_prox"]

Prox = Callable[[Array, float], Array]
"""(params, rate) -> where the kinked part of a cost pulls them, see `Proximal.prox`."""


def no_prox(params: Array, rate: float) -> Array:
    """Of a cost without kinks."""
    return params


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that is linear in the gradients, with the same numbers at every step.

    v := memory·v + g, then θ := θ - α (on_gradient·g + on_velocity·v_before).

    >>> round(Recurrence(0.9, 1.0, 0.9).stability, 12)  # heavy ball: 2 (1 + β)
    3.8
    """

    memory: float
    on_gradient: float
    on_velocity: float

    @property
    def stability(self) -> float:
        """The largest stable αλ: where a root of the recurrence's polynomial reaches -1."""
        beta, a, b = self.memory, self.on_gradient, self.on_velocity
        return 2.0 * (1.0 + beta) / (a * (1.0 + beta) - b)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a descent has to know of a rule beforehand.

    usual_rate:  the learning rate that its authors suggest, where curvature does not say
    own_rate:    the learning rate that belongs to it, where it has one of its own
    proximal:    whether it steps around kinks (l1) by the proximal operator
    """

    usual_rate: float | None = None
    own_rate: Rate | None = None
    proximal: bool = False


@runtime_checkable
class Rule(Protocol):
    """An update rule: a pair of pure functions over an explicit state."""

    @property
    def name(self) -> str:
        """The name that a trace records."""
        ...

    @property
    def recurrence(self) -> Recurrence | None:
        """The rule as a linear recurrence, where it is one: then bowls have a closed form."""
        ...

    @property
    def traits(self) -> Traits:
        """What a descent has to know of it beforehand."""
        ...

    def start(self, params: Array) -> Any:
        """The state before the first step; params is (p,)."""
        ...

    def step(
        self, params: Array, gradient: Array, rate: float, state: Any, prox: Prox
    ) -> tuple[Array, Any]:
        """The next params (p,), all at once, and the next state."""
        ...


def fixed(value: Any) -> Any:
    """A field that is the same in every rule of a kind, and that nobody sets."""
    return field(default=value, init=False, repr=False)


def check_within(rule: object, name: str, low: float, high: float = math.inf) -> None:
    """Raise InputError for a number of a rule that is not from `low` to below `high`."""
    up_to = "up" if math.isinf(high) else f"to below {high:g}"
    keep_real(rule, name, f"a number from {low:g} {up_to}", lambda number: low <= number < high)
