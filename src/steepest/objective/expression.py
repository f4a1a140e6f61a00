"""A function of one variable, written as text and read without ever being run.

Python's own parser turns the text into a syntax tree; that is walked against a short list
of what is allowed (numbers, one variable, + - * / **, a few functions) and rebuilt from the
node types of `steepest.objective.tree`. Nothing is run as code, so nothing can be broken
into, and everything outside the list is refused with the part that offends.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from steepest.errors import InputError
from steepest.objective.jet import FUNCTIONS, Jet
from steepest.objective.tree import (
    Binary,
    Call,
    Negative,
    Node,
    Number,
    Operator,
    Variable,
    jet_of,
)

__all__ = ["Expression", "parse"]

LONGEST = 500
DEEPEST = 50
CONSTANTS = {"pi": math.pi, "e": math.e}
OPERATORS: dict[type[ast.operator], Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
ALLOWED = "allowed are numbers, pi, e, one variable, + - * / ** and brackets, and " + ", ".join(
    FUNCTIONS
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A function of one variable: its text, the variable's name, and its tree.

    >>> square = parse("w**2")
    >>> square.derivative_text, float(square.at(10.0).slope)
    ('2*w', 20.0)
    """

    text: str
    variable: str
    tree: Node

    def at(self, point: Any) -> Jet:
        """Value, slope and curvature at a number, or at each number of an array.

        Infinite where it overflows, NaN outside the domain (the log of a negative number);
        never raises. The slope of abs at 0 is taken as 0.
        """
        x = np.asarray(point, dtype=np.float64)[()]
        with np.errstate(all="ignore"):
            return jet_of(self.tree, Jet(x, np.ones_like(x)[()], np.zeros_like(x)[()]))

    @property
    def derivative_text(self) -> str:
        """The derivative, written out: "2*w"."""
        from steepest.objective.symbolic import derivative_text

        return derivative_text(self.tree, self.variable)


def parse(text: str) -> Expression:
    """The expression that the text holds.

    Raises InputError, with the offending part, for anything but arithmetic, powers and
    known functions of exactly one variable.

    >>> parse("x**4 - 3*x**2 + x").variable
    'x'
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise InputError(
            f"the expression is {len(text):,} characters long; write it in at most {LONGEST}"
        )
    syntax = _syntax(text)
    _check_calls(text, syntax)
    variable = _variable(text, syntax)
    return Expression(text, variable, _read(text, variable, syntax, 1))


def _syntax(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd literal is refused below, in our words
            return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise InputError(f"cannot read the expression {_shown(text)!r}: {_hint(text)}") from None


def _hint(text: str) -> str:
    """What is most likely wrong with a text that Python's grammar refuses."""
    if not text:
        return "it is empty; write a function of one variable, such as w**2"
    if "=" in text:
        return "write only the right-hand side, without ="
    if "|" in text:
        return "write abs(w) for the size of w"
    product = re.search(r"[0-9.][A-Za-z_]+|\)\s*[0-9A-Za-z_]+", text)
    if product:
        return f"at {product.group()!r}; write * for every product, as in 2*w"
    return f"{ALLOWED}; close every bracket and give every operator two sides"


def _refuse(text: str, reason: str) -> NoReturn:
    raise InputError(f"cannot use the expression {_shown(text)!r}: {reason}; {ALLOWED}")


def _check_calls(text: str, syntax: ast.expr) -> None:
    """Every call names a known function; told apart early, so that `tan(w)` says so."""
    for node in ast.walk(syntax):
        if not isinstance(node, ast.Call):
            continue
        part = _part(text, node)
        if not isinstance(node.func, ast.Name):
            _refuse(text, f"{part!r} is no call of a function; write * for a product")
        if node.func.id not in FUNCTIONS:
            called = node.func.id
            _refuse(text, f"in {part!r}, {called} is no known function; write * for a product")
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            _refuse(text, f"in {part!r}, {node.func.id} takes exactly one argument")


def _variable(text: str, syntax: ast.expr) -> str:
    found = {node.id for node in ast.walk(syntax) if isinstance(node, ast.Name)}
    names = found - FUNCTIONS.keys()
    # A lone e or pi is the variable: nobody descends on a constant.
    variables = sorted(names - CONSTANTS.keys() or names)
    if not variables:
        _refuse(text, "it has no variable to descend on")
    if len(variables) > 1:
        listed = ", ".join(variables[:-1]) + " and " + variables[-1]
        _refuse(text, f"it has {len(variables)} variables, {listed}, where one is expected")
    return variables[0]


def _part(text: str, node: ast.AST) -> str:
    return _shown(ast.get_source_segment(text, node) or text)


def _shown(text: str) -> str:
    """The text, without its middle where it would drown the sentence around it."""
    return text if len(text) <= 60 else f"{text[:28]} ... {text[-27:]}"


def _read(text: str, variable: str, syntax: ast.expr, depth: int) -> Node:
    if depth > DEEPEST:
        _refuse(text, f"it is nested more than {DEEPEST} deep at {_part(text, syntax)!r}")
    match syntax:
        case ast.Constant(value=bool() | complex() | str() | bytes()):
            pass
        case ast.Constant(value=int() | float() as value):
            return _settled(text, syntax, Number(_float(value)))
        case ast.Name(id=name) if name == variable:
            return Variable()
        case ast.Name(id="pi" | "e" as name):
            return Number(CONSTANTS[name], name)
        case ast.Name(id=name):
            _refuse(text, f"{name} is a function; write {name}({variable})")
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _read(text, variable, operand, depth + 1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _settled(text, syntax, Negative(_read(text, variable, operand, depth + 1)))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            inner = _read(text, variable, argument, depth + 1)
            return _settled(text, syntax, Call(name, inner))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            nodes = [_read(text, variable, side, depth + 1) for side in (left, right)]
            return _settled(text, syntax, Binary(OPERATORS[type(sign)], *nodes))
        case ast.BinOp(op=ast.BitXor()):
            _refuse(text, f"{_part(text, syntax)!r} uses ^; write ** for powers")
        case _:
            pass
    _refuse(text, f"{_part(text, syntax)!r} is neither arithmetic nor a known function")


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _settled(text: str, syntax: ast.expr, node: Node) -> Node:
    """The node, or the one number that it comes to where no variable is in it.

    Done in floats, so that 9**9**9**9 is infinite at once instead of a number that fills
    the memory.
    """
    match node:
        case Number(value):
            number = Number(value)
        case Negative(Number()) | Call(_, Number()) | Binary(_, Number(), Number()):
            with np.errstate(all="ignore"):
                number = Number(float(jet_of(node, Jet(0.0, 0.0, 0.0)).value), node)
        case Binary("/", _, Number(0.0)):
            _refuse(text, f"{_part(text, syntax)!r} divides by zero")
        case _:
            return node
    if not math.isfinite(number.value):
        _refuse(text, f"{_part(text, syntax)!r} is not a finite number")
    return number
