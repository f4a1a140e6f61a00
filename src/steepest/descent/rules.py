"""Update rules: which way to go, given a gradient. How far is the learning rate's matter.

A rule is a pair of pure functions over an explicit state. Adding one is one frozen
dataclass here and one line in `RULES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["RULES", "GradientDescent", "Rule", "rule_named"]


class Rule(Protocol):
    """An update rule: θ moves by -learning_rate * direction, all parameters at once."""

    @property
    def name(self) -> str:
        """The name that a trace records."""
        ...

    def start(self, params: Array) -> Any:
        """The state before the first step; params is (p,)."""
        ...

    def direction(self, gradient: Array, state: Any, params: Array) -> tuple[Array, Any]:
        """The direction (p,) to go against, and the next state."""
        ...


@dataclass(frozen=True, slots=True)
class GradientDescent:
    """The plain rule: θ_j := θ_j - α ∂J/∂θ_j, for every j at once (Cauchy 1847)."""

    name: str = "gradient_descent"

    def start(self, params: Array) -> None:
        """No state."""
        return

    def direction(self, gradient: Array, state: None, params: Array) -> tuple[Array, None]:
        """The gradient itself."""
        return gradient, None


RULES: tuple[Rule, ...] = (GradientDescent(),)


def rule_named(name: str) -> Rule:
    """The rule of that name, with its defaults."""
    for rule in RULES:
        if rule.name == name:
            return rule
    known = ", ".join(rule.name for rule in RULES)
    raise InputError(f"there is no update rule {name!r}; known: {known}")
