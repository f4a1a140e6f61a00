"""A function of one variable as a tree of plain values, and its value, slope and curvature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from steepest.objective import jet
from steepest.objective.jet import FUNCTIONS, Jet

__all__ = ["Binary", "Call", "Negative", "Node", "Number", "Operator", "Variable", "jet_of"]

Operator = Literal["+", "-", "*", "/", "**"]


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
