"""A function of one variable as a tree of plain values, and its value, slope and curvature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from steepest.objective import jet
from steepest.objective.jet import FUNCTIONS, Jet

__all__ = [
    "Binary",
    "Call",
    "Negative",
    "Node",
    "Number",
    "Operator",
    "Quadratic",
    "Variable",
    "jet_of",
    "quadratic",
]

Operator = Literal["+", "-", "*", "/", "**"]
Quadratic = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Number:
    """A constant; `written` says how it was written where that is no plain number: pi, 1/3."""

    value: float
    written: Node | Literal["pi", "e"] | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """The one variable."""


@dataclass(frozen=True, slots=True)
class Negative:
    """-operand."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """left operator right."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """function(argument), one of `steepest.objective.jet.FUNCTIONS`."""

    function: str
    argument: Node


Node = Number | Variable | Negative | Binary | Call


def jet_of(node: Node, x: Jet) -> Jet:
    """Value, slope and curvature of the tree, where the variable is the jet x.

    >>> square = Binary("**", Variable(), Number(2.0))
    >>> [float(part) for part in jet_of(square, Jet(3.0, 1.0, 0.0))]
    [9.0, 6.0, 2.0]
    """
    match node:
        case Number(value):
            return Jet(value, 0.0, 0.0)
        case Variable():
            return x
        case Negative(operand):
            return jet.negate(jet_of(operand, x))
        case Call(function, argument):
            return FUNCTIONS[function](jet_of(argument, x))
        case Binary("**", left, right):
            return _power(left, right, x)
        case Binary(operator, left, right):
            return _arithmetic(operator, left, right, x)


def _power(base: Node, exponent: Node, x: Jet) -> Jet:
    if isinstance(exponent, Number):
        return jet.power_to_constant(jet_of(base, x), exponent.value)
    if isinstance(base, Number):
        return jet.power_of_constant(base.value, jet_of(exponent, x))
    return jet.power(jet_of(base, x), jet_of(exponent, x))


def _arithmetic(operator: Operator, left: Node, right: Node, x: Jet) -> Jet:
    u, v = jet_of(left, x), jet_of(right, x)
    match operator:
        case "+":
            return jet.add(u, v)
        case "-":
            return jet.add(u, jet.negate(v))
        case "/" if isinstance(right, Number):
            return jet.divide_by(u, right.value)
        case "/":
            return jet.divide(u, v)
        case _ if isinstance(left, Number):
            return jet.scale(v, left.value)
        case _ if isinstance(right, Number):
            return jet.scale(u, right.value)
        case _:
            return jet.multiply(u, v)


def quadratic(node: Node) -> Quadratic | None:
    """(c, b, a) where the tree is c + b·x + a·x² as it is written, else None.

    >>> quadratic(Binary("**", Binary("-", Variable(), Number(3.0)), Number(2.0)))
    (9.0, -6.0, 1.0)
    """
    match node:
        case Number(value):
            return (value, 0.0, 0.0)
        case Variable():
            return (0.0, 1.0, 0.0)
        case Negative(operand):
            return _combined(quadratic(operand), (0.0, 0.0, 0.0), -1.0, 0.0)
        case Binary("+" | "-" as operator, left, right):
            sign = 1.0 if operator == "+" else -1.0
            return _combined(quadratic(left), quadratic(right), 1.0, sign)
        case Binary("*", left, right):
            return _product(quadratic(left), quadratic(right))
        case Binary("/", left, Number(value)):
            return _combined(quadratic(left), (0.0, 0.0, 0.0), 1.0 / value, 0.0)
        case Binary("**", base, Number(value)) if value in (1.0, 2.0):
            return _product(quadratic(base), quadratic(base) if value == 2.0 else (1.0, 0.0, 0.0))
        case _:
            return None


def _combined(
    p: Quadratic | None, q: Quadratic | None, first: float, second: float
) -> Quadratic | None:
    if p is None or q is None:
        return None
    c, b, a = (first * left + second * right for left, right in zip(p, q, strict=True))
    return c, b, a


def _product(p: Quadratic | None, q: Quadratic | None) -> Quadratic | None:
    if p is None or q is None:
        return None
    beyond = p[1] * q[2] != 0.0 or p[2] * q[1] != 0.0 or p[2] * q[2] != 0.0
    product = (p[0] * q[0], p[0] * q[1] + p[1] * q[0], p[0] * q[2] + p[1] * q[1] + p[2] * q[0])
    return None if beyond else product
