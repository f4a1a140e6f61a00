"""The derivatives of a function of the parameters, whoever works them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from steepest.trace import Array

__all__ = ["Derivatives", "Function", "NotDifferentiableError"]

# the parameters and the value are arrays of NumPy or tensors of a framework
Function = Callable[[Any], Any]


class NotDifferentiableError(Exception):
    """A framework cannot differentiate the function; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Value, gradient and curvature of a function J of params (p,), all float64.

    value_and_gradient:  params -> J and its gradient (p,)
    hessian:             params -> the Hessian (p, p)
    hessian_vector:      params -> a function of v (p,) that gives the Hessian times v
    how:                 who worked them out: "automatic differentiation by JAX"
    """

    value_and_gradient: Callable[[Array], tuple[float, Array]]
    hessian: Callable[[Array], Array]
    hessian_vector: Callable[[Array], Callable[[Array], Array]]
    how: str
