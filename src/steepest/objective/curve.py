"""A function of one variable as something to descend on: the smallest case there is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.objective.expression import Expression, parse
from steepest.objective.objective import Powers
from steepest.trace import Array

__all__ = ["Curve"]


@dataclass(frozen=True, slots=True)
class Curve:
    """J(w) = an expression of one variable.

    >>> loss, gradient = Curve.of("w**2").value_and_gradient(np.array([10.0]))
    >>> loss, gradient.tolist()
    (100.0, [20.0])
    """

    expression: Expression

    @classmethod
    def of(cls, text: str) -> Curve:
        """The curve of a text; InputError where `parse` refuses it."""
        return cls(parse(text))

    @property
    def names(self) -> tuple[str]:
        """The variable, as it is called in the text."""
        return (self.expression.variable,)

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J and its slope (1,) at params (1,); infinite or NaN where the function is."""
        jet = self.expression.at(params[0])
        return float(jet.value), np.array([jet.slope], dtype=np.float64)

    def hessian(self, params: Array) -> Array:
        """The second derivative, (1, 1)."""
        curvature = self.expression.at(params[0]).curvature
        return np.array([[curvature]], dtype=np.float64)

    def powers(self) -> Powers:
        """Its curvature at any point."""
        return Powers(hessian=self.hessian)
