"""A function of one variable as something to descend on: the smallest case there is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.objective.expression import Expression, parse
from steepest.objective.objective import Powers
from steepest.objective.tree import quadratic
from steepest.readable import readable
from steepest.trace import Array, Fact

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
        """Its curvature at any point; for a parabola as it is written, its minimum too."""
        return Powers(hessian=self.hessian, facts=_parabola_facts(self.expression))


def _parabola_facts(expression: Expression) -> dict[str, Fact]:
    """Where c + b·w + a·w² with a > 0 has its one minimum; nothing for other functions."""
    coefficients = quadratic(expression.tree)
    if coefficients is None or not coefficients[2] > 0.0:
        return {}
    c, b, a = coefficients
    how = f"exact: {expression.text} is a parabola"
    return {
        "minimum": Fact(np.array([-b / (2.0 * a)]), how),
        "minimum_loss": Fact(c - b * b / (4.0 * a), how),
        "one_minimum": Fact(
            f"the curve has one minimum: its second derivative is {readable(2.0 * a)} everywhere",
            how,
        ),
    }
