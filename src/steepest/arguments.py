"""Arguments of the public functions: taken as what they mean, or refused in one sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from numbers import Integral, Real
from reprlib import Repr
from typing import Any

from steepest.errors import InputError
from steepest.readable import readable

__all__ = ["as_float", "flag", "function", "keep_real", "real", "shown", "texts", "whole"]

Fits = Callable[[float], bool]

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def shown(value: object) -> str:
    """A value for a sentence about it: short, on one line, numbers without their type.

    >>> shown(2.0), shown("2"), shown(list(range(100)))
    ('2', "'2'", '[0, 1, 2, 3, 4, 5, ...]')
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    try:
        return " ".join(_SHORT.repr(_plain(value)).split()).removesuffix(".0")
    except ValueError:  # Python writes out no whole number of thousands of digits
        return "a number of thousands of digits"


def real(
    name: str, value: object, expected: str = "a finite number", fits: Fits | None = None
) -> float:
    """The number as a float; InputError unless it is a finite number that fits.

    Python's numbers and NumPy's are numbers; text, truth values and complex numbers are not.

    >>> real("l2", 2, "a number from 0 up", lambda number: number >= 0)
    2.0
    """
    number = as_float(value)
    if not math.isfinite(number) or (fits is not None and not fits(number)):
        raise InputError(f"{name} is {shown(value)}; expected {expected}")
    return number


def as_float(value: object) -> float:
    """The number as a float, infinite where it is too large for one; NaN for what is none."""
    plain = _plain(value)
    if isinstance(plain, bool) or not isinstance(plain, Real):
        return math.nan
    try:
        return float(plain)
    except OverflowError:
        return math.inf


def whole(name: str, value: object, low: int, high: int | None = None, also: str = "") -> int:
    """The number as an int; InputError unless it is whole and from `low` to `high`.

    A float that is whole, as 1e6, is taken; `also` ends the sentence.

    >>> whole("steps", 1e6, 0)
    1000000
    """
    plain = _plain(value)
    if isinstance(plain, float) and plain.is_integer():
        plain = int(plain)
    most = math.inf if high is None else high
    if isinstance(plain, bool) or not isinstance(plain, Integral) or not low <= int(plain) <= most:
        up_to = "" if high is None else f" to {readable(high, digits=10)}"
        expected = f"a whole number from {low}{up_to}{also}"
        raise InputError(f"{name} is {shown(value)}; expected {expected}")
    return int(plain)


def flag(name: str, value: object) -> bool:
    """True or False; InputError for anything else but 1 and 0."""
    plain = _plain(value)
    if not isinstance(plain, Integral) or plain not in (0, 1):
        raise InputError(f"{name} is {shown(value)}; expected True or False")
    return bool(plain)


def texts(name: str, value: Iterable[str]) -> tuple[str, ...]:
    """The texts, each of which comes once; InputError for what is no collection of texts.

    >>> texts("names", ["a", "b"])
    ('a', 'b')
    """
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"{name} is {shown(value)}; expected a list of texts")
    found: dict[str, None] = {}
    for text in value:
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"{name} holds {shown(text)}; expected texts only")
        if text in found:
            raise InputError(f"{name} holds {shown(text)} twice; expected every one once")
        found[str(text)] = None
    return tuple(found)


def function(name: str, value: object, of: str) -> None:
    """Raise InputError for what cannot be called; `of`: of what it should be a function."""
    if not callable(value):
        raise InputError(f"{name} is {shown(value)}; expected a function of {of}")


def keep_real(owner: object, name: str, expected: str, fits: Fits, called: str = "") -> None:
    """`real` of a field of a frozen dataclass, which then holds it as a float."""
    number = real(called or name, getattr(owner, name), expected, fits)
    object.__setattr__(owner, name, number)


def _plain(value: Any) -> Any:
    """A scalar of NumPy, or an array of no dimensions, as the Python number that it holds."""
    return value.item() if getattr(value, "shape", None) == () else value
