"""Value, slope and curvature of a function of one variable, carried along together.

Forward-mode differentiation of second order (Griewank and Walther 2008, "Evaluating
derivatives", chapter 13): every operation takes jets and gives a jet, exact to rounding.
Numbers may be single floats or arrays of points. Overflow gives an infinity, a point
outside the domain gives NaN, and neither raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "FUNCTIONS",
    "Jet",
    "add",
    "divide",
    "divide_by",
    "multiply",
    "negate",
    "power",
    "power_of_constant",
    "power_to_constant",
    "scale",
]

# A number or an array of numbers: every operation here works on both alike.
Numbers = Any


class Jet(NamedTuple):
    """f, f' and f'' at one point, or at each of many points."""

    value: Numbers
    slope: Numbers
    curvature: Numbers


def scale(u: Jet, constant: float) -> Jet:
    """The jet of c·u; apart from `multiply`, so that 0·infinity does not come up."""
    return Jet(u.value * constant, u.slope * constant, u.curvature * constant)


def divide_by(u: Jet, constant: float) -> Jet:
    """The jet of u/c, for the same reason apart from `divide`."""
    return Jet(*(np.divide(part, constant) for part in u))


def negate(u: Jet) -> Jet:
    """The jet of -u."""
    return Jet(-u.value, -u.slope, -u.curvature)


def add(u: Jet, v: Jet) -> Jet:
    """The jet of u + v."""
    return Jet(u.value + v.value, u.slope + v.slope, u.curvature + v.curvature)


def multiply(u: Jet, v: Jet) -> Jet:
    """The jet of u·v: (uv)'' = u''v + 2u'v' + uv''."""
    return Jet(
        u.value * v.value,
        u.slope * v.value + u.value * v.slope,
        u.curvature * v.value + 2.0 * u.slope * v.slope + u.value * v.curvature,
    )


def divide(u: Jet, v: Jet) -> Jet:
    """The jet of q = u/v, from u = qv differentiated twice and solved for q', q''."""
    value = np.divide(u.value, v.value)
    slope = np.divide(u.slope - value * v.slope, v.value)
    rest = u.curvature - 2.0 * slope * v.slope - value * v.curvature
    return Jet(value, slope, np.divide(rest, v.value))


def power_to_constant(u: Jet, exponent: float) -> Jet:
    """The jet of u**n. A negative base has powers where n is whole, and gives NaN otherwise."""
    n = exponent
    value = np.power(u.value, n)
    first = n * np.power(u.value, n - 1.0) if n != 0.0 else 0.0
    second = n * (n - 1.0) * np.power(u.value, n - 2.0) if n not in (0.0, 1.0) else 0.0
    return _chain(u, value, first, second)


def power_of_constant(base: float, u: Jet) -> Jet:
    """The jet of c**u; its slope is NaN for a negative c, whose powers have gaps everywhere."""
    value = np.power(base, u.value)
    growth = np.log(base) if base != 0.0 else 0.0
    return _chain(u, value, value * growth, value * growth * growth)


def power(u: Jet, v: Jet) -> Jet:
    """The jet of u**v = exp(v·log u), where both vary; its slope is NaN unless u > 0."""
    exponent = multiply(v, FUNCTIONS["log"](u))
    value = np.power(u.value, v.value)
    return _chain(exponent, value, value, value)


def _chain(u: Jet, value: Numbers, first: Numbers, second: Numbers) -> Jet:
    """The jet of f(u) from f, f' and f'' at u: (f∘u)'' = f''·u'² + f'·u''."""
    return Jet(value, first * u.slope, second * u.slope * u.slope + first * u.curvature)


def _exp(u: Jet) -> Jet:
    value = np.exp(u.value)
    return _chain(u, value, value, value)


def _log(u: Jet) -> Jet:
    value = np.log(u.value)
    first = np.where(np.isnan(value), np.nan, np.divide(1.0, u.value))
    return _chain(u, value, first, -first * first)


def _sin(u: Jet) -> Jet:
    value = np.sin(u.value)
    return _chain(u, value, np.cos(u.value), -value)


def _cos(u: Jet) -> Jet:
    value = np.cos(u.value)
    return _chain(u, value, -np.sin(u.value), -value)


def _tanh(u: Jet) -> Jet:
    value = np.tanh(u.value)
    # 1 - tanh² loses its digits far out, where the slope is tiny; 1/cosh² keeps them.
    first = np.divide(1.0, np.cosh(u.value) ** 2)
    return _chain(u, value, first, -2.0 * value * first)


def _sqrt(u: Jet) -> Jet:
    value = np.sqrt(u.value)
    first = np.divide(0.5, value)
    return _chain(u, value, first, np.divide(-0.25, value * u.value))


def _abs(u: Jet) -> Jet:
    """At the kink, where |u| has no slope, it is taken as 0: the subgradient in the middle."""
    return _chain(u, np.abs(u.value), np.sign(u.value), 0.0)


FUNCTIONS: Mapping[str, Callable[[Jet], Jet]] = MappingProxyType(
    {
        "exp": _exp,
        "log": _log,
        "sin": _sin,
        "cos": _cos,
        "tanh": _tanh,
        "sqrt": _sqrt,
        "abs": _abs,
    }
)
