"""The derivative of an expression, written out with SymPy.

SymPy gets our own tree, node by node, never a text: its reader runs what it reads. The
functions it sees have a derivative and nothing else, because its own ones work constants
out exactly, and exp(1e12*log(9)) has a trillion digits; large powers and numbers are
written as floats for the same reason.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from steepest.objective.tree import Binary, Call, Negative, Node, Number, Variable

__all__ = ["derivative_text"]

LONGEST = 500
LARGEST_POWER = 30.0
LARGEST_EXACT = 1e9


def derivative_text(tree: Node, variable: str) -> str:
    """The derivative in the words of the expression; "sign" is the slope of abs.

    >>> from steepest.objective.expression import parse
    >>> derivative_text(parse("3*exp(-w**2) + abs(w)").tree, "w")
    '-6*w*exp(-w**2) + sign(w)'
    """
    sympy = _sympy()
    symbol = sympy.Symbol(variable)
    builder = _Builder(symbol, exact=_power_size(tree) <= LARGEST_POWER)
    try:
        text = _printed(sympy.diff(builder.build(tree), symbol))
    except (ValueError, OverflowError, RecursionError):
        return "too large to write out"
    return text if len(text) <= LONGEST else f"too long to write out: {len(text):,} characters"


def _sympy() -> Any:
    """SymPy, imported only when a derivative is written out; it takes 0.3 s and has no types."""
    return import_module("sympy")


def _printed(expression: Any) -> str:
    sympy = _sympy()
    # Its constant prints as E, ours is called e.
    return str(sympy.sstr(expression.subs(sympy.E, sympy.Symbol("e")), full_prec=False))


def _power_size(node: Node) -> float:
    """The largest product of exponents nested in each other: 6 for (w**2)**3."""
    match node:
        case Number() | Variable():
            return 1.0
        case Negative(inner) | Call(_, inner):
            return _power_size(inner)
        case Binary("**", base, Number(value)):
            return max(1.0, abs(value)) * _power_size(base)
        case Binary(_, left, right):
            return max(_power_size(left), _power_size(right))


class _Builder:
    """Turns a tree into SymPy's, with exact numbers or with floats."""

    def __init__(self, symbol: Any, *, exact: bool) -> None:
        self._symbol = symbol
        self._exact = exact
        self._functions = _functions()

    def build(self, node: Node) -> Any:
        """The SymPy expression of the node."""
        match node:
            case Variable():
                return self._symbol
            case Number():
                return self._number(node)
            case Negative(operand):
                return -self.build(operand)
            case Call(function, argument):
                return self._functions[function](self.build(argument))
            case Binary("+", left, right):
                return self.build(left) + self.build(right)
            case Binary("-", left, right):
                return self.build(left) - self.build(right)
            case Binary("*", left, right):
                return self.build(left) * self.build(right)
            case Binary("/", left, right):
                return self.build(left) / self.build(right)
            case Binary(_, left, Number() as exponent):
                return self.build(left) ** self._number(exponent, whole=True)
            case Binary(_, left, right):
                return self._base(left) ** self.build(right)

    def _number(self, number: Number, *, whole: bool = False) -> Any:
        sympy = _sympy()
        value = number.value
        if number.written in ("pi", "e"):
            return sympy.pi if number.written == "pi" else sympy.E
        if value == int(value) and abs(value) <= LARGEST_EXACT and (self._exact or whole):
            return sympy.Integer(int(value))
        if isinstance(number.written, Node) and self._exact and _worth_writing(number):
            return self.build(number.written)
        return sympy.Float(value)

    def _base(self, node: Node) -> Any:
        """A number under a varying exponent: a name, so that no power of it is worked out."""
        sympy = _sympy()
        if isinstance(node, Number) and node.written is None:
            return sympy.Symbol(f"{node.value:g}", positive=node.value > 0)
        return self.build(node)


def _worth_writing(number: Number) -> bool:
    match number.written:
        case Binary("**", _, Number(exponent)) if abs(exponent) > LARGEST_POWER:
            return False
        case _:
            return 1.0 / LARGEST_EXACT <= abs(number.value) <= LARGEST_EXACT


def _functions() -> dict[str, Any]:
    """Name -> a SymPy function that knows its derivative and nothing else."""
    sympy = _sympy()
    made: dict[str, Any] = {}
    sign = sympy.Function("sign")
    derivatives: dict[str, Callable[[Any], Any]] = {
        "exp": lambda u: made["exp"](u),
        "log": lambda u: 1 / u,
        "sin": lambda u: made["cos"](u),
        "cos": lambda u: -made["sin"](u),
        "tanh": lambda u: 1 - made["tanh"](u) ** 2,
        "sqrt": lambda u: 1 / (2 * made["sqrt"](u)),
        "abs": lambda u: sign(u),
    }
    for name, derivative in derivatives.items():
        made[name] = type(name, (sympy.Function,), {"nargs": 1, "fdiff": _fdiff(derivative)})
    return made


def _fdiff(derivative: Callable[[Any], Any]) -> Callable[..., Any]:
    """The method that SymPy asks for a function's derivative in its first argument."""

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return derivative(self.args[0])

    return fdiff
