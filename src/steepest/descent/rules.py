"""The update rules. Adding one is one frozen dataclass and one line in `RULES`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from steepest.arguments import shown
from steepest.descent.adaptive_rules import AdaGrad, Adam, RMSProp
from steepest.descent.barzilai_borwein import BarzilaiBorwein
from steepest.descent.fista import Fista
from steepest.descent.reference import ConjugateGradients, Lbfgs, Reference
from steepest.descent.rule import Prox, Recurrence, Rule, Traits, check_within, fixed
from steepest.descent.spelled import spelled
from steepest.errors import InputError
from steepest.trace import Array

__all__ = [
    "RULES",
    "AnyRule",
    "GradientDescent",
    "Momentum",
    "Nesterov",
    "rule_given",
    "rule_named",
]


@dataclass(frozen=True, slots=True)
class GradientDescent:
    """The plain rule: θ_j := θ_j - α ∂J/∂θ_j, for every j at once (Cauchy 1847).

    Where the cost has kinks, the proximal operator follows each step (Daubechies, Defrise
    and De Mol 2004, ISTA).
    """

    name: str = fixed("gradient_descent")
    recurrence: Recurrence | None = fixed(Recurrence(0.0, 1.0, 0.0))
    traits: Traits = fixed(Traits(proximal=True))

    def start(self, params: Array) -> None:
        """No state."""
        return

    def step(
        self, params: Array, gradient: Array, rate: float, state: None, prox: Prox
    ) -> tuple[Array, None]:
        """Against the gradient, then to where the kinks pull."""
        return prox(params - rate * gradient, rate), None


@dataclass(frozen=True, slots=True)
class Momentum:
    """Heavy ball: v := β v + g; θ := θ - α v (Polyak 1964), as in torch.optim.SGD.

    beta: how much of the velocity is kept, from 0 to below 1.
    """

    beta: float = 0.9
    name: str = fixed("momentum")
    traits: Traits = fixed(Traits())

    def __post_init__(self) -> None:
        check_within(self, "beta", 0.0, 1.0)

    @property
    def recurrence(self) -> Recurrence:
        """v := β v + g; θ := θ - α (g + β v_before)."""
        return Recurrence(self.beta, 1.0, self.beta)

    def start(self, params: Array) -> Array:
        """At rest."""
        return np.zeros_like(params)

    def step(
        self, params: Array, gradient: Array, rate: float, state: Array, prox: Prox
    ) -> tuple[Array, Array]:
        """Against the velocity."""
        velocity = self.beta * state + gradient
        return params - rate * velocity, velocity


@dataclass(frozen=True, slots=True)
class Nesterov:
    """Nesterov's momentum: v := β v + g; θ := θ - α (g + β v), as in torch.optim.SGD.

    The gradient is taken where the parameters are: these are the points that look ahead in
    Nesterov 1983 (Sutskever et al. 2013, section 2). beta: from 0 to below 1.
    """

    beta: float = 0.9
    name: str = fixed("nesterov")
    traits: Traits = fixed(Traits())

    def __post_init__(self) -> None:
        check_within(self, "beta", 0.0, 1.0)

    @property
    def recurrence(self) -> Recurrence:
        """v := β v + g; θ := θ - α ((1 + β) g + β² v_before)."""
        return Recurrence(self.beta, 1.0 + self.beta, self.beta**2)

    def start(self, params: Array) -> Array:
        """At rest."""
        return np.zeros_like(params)

    def step(
        self, params: Array, gradient: Array, rate: float, state: Array, prox: Prox
    ) -> tuple[Array, Array]:
        """Against the gradient and the velocity after it."""
        velocity = self.beta * state + gradient
        return params - rate * (gradient + self.beta * velocity), velocity


AnyRule = Rule | Reference

RULES: tuple[AnyRule, ...] = (
    GradientDescent(),
    Momentum(),
    Nesterov(),
    Fista(),
    AdaGrad(),
    RMSProp(),
    Adam(),
    BarzilaiBorwein(),
    Lbfgs(),
    ConjugateGradients(),
)


def rule_named(text: str) -> AnyRule:
    """The rule of that name, with its numbers: "momentum", "momentum:0.95", "adam:beta2=0.99".

    >>> rule_named("momentum:0.95")
    Momentum(beta=0.95)
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"rule is {shown(text)}; expected a name as text, as 'momentum:0.95'")
    return spelled(text, {rule.name: type(rule) for rule in RULES}, "update rule")


def rule_given(rule: AnyRule | str | None) -> AnyRule:
    """The rule that is meant: one as it is, one by its name, or plain gradient descent.

    >>> rule_given(None)
    GradientDescent()
    """
    if rule is None:
        return GradientDescent()
    if isinstance(rule, str):
        return rule_named(rule)
    given = cast("object", rule)
    if isinstance(given, type):
        raise InputError(f"rule is {shown(given)}; expected a rule: call it, {given.__name__}()")
    if not isinstance(given, (Rule, Reference)):
        raise InputError(
            f"rule is {shown(given)}; expected an update rule or its name, as 'momentum'"
        )
    return given
