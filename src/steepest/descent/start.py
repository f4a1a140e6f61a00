"""Where a descent begins, as people write it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from steepest.arguments import as_float, shown
from steepest.errors import InputError
from steepest.readable import listed
from steepest.trace import Array

__all__ = ["Start", "start_from", "start_text"]

Start = str | Sequence[float] | Array | Mapping[str, float]


def start_from(start: Start, names: tuple[str, ...], seed: int) -> Array:
    """The parameters (p,) to begin at; InputError where they do not fit the names.

    start: "zeros"; "random" (standard normal, by the seed); p numbers; or numbers by name,
    the others zero. As text, "1,2,3" or "size=-0.1,intercept=900".

    >>> start_from("size=-0.1,intercept=900", ("size", "intercept"), 0).tolist()
    [-0.1, 900.0]
    """
    if isinstance(start, str):
        if start == "zeros":
            return np.zeros(len(names))
        if start == "random":
            return np.random.default_rng(seed).standard_normal(len(names))
        start = _parsed(start)
    if isinstance(start, Mapping):
        return _by_name(start, names)
    values = _numbers(start)
    if len(values) != len(names):
        raise InputError(
            f"start has {len(values):,} numbers; expected {len(names):,}, one for each of "
            f"{listed(names)} (a function's parameters are named or counted with "
            "objective_from(..., names=))"
        )
    return values


def start_text(start: Start) -> str:
    """The start as text, for the record."""
    if isinstance(start, str):
        return start
    if isinstance(start, Mapping):
        return ",".join(f"{name}={_finite(value)!r}" for name, value in start.items())
    return ",".join(repr(value) for value in _numbers(start).tolist())


def _parsed(text: str) -> Sequence[float] | Mapping[str, float]:
    parts = [part.strip() for part in text.split(",")]
    named = [part.rpartition("=") for part in parts]
    if all(equals for _, equals, _ in named):
        return {name.strip(): _number(value, text) for name, _, value in named}
    return [_number(part, text) for part in parts]


def _numbers(start: object) -> Array:
    """Numbers in a row, or one alone, as (p,)."""
    try:
        given = np.array(start)
        if given.dtype.kind in "iuf" and np.isfinite(given).all():
            return np.array(given, dtype=np.float64).reshape(-1)
        given = np.array(start, dtype=object)  # as they came, so that the first wrong one is shown
    except ValueError:
        raise InputError(f"start is {shown(start)}; expected numbers in a row") from None
    return np.array([_finite(value) for value in given.reshape(-1).tolist()])


def _finite(value: object) -> float:
    number = as_float(value)
    if not math.isfinite(number):
        raise InputError(
            f"start holds {shown(value)}; expected finite numbers, 'zeros', 'random', or a mapping "
            "of names to numbers"
        )
    return number


def _number(text: str, whole: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not math.isfinite(value):
        raise InputError(
            f"start {whole!r} has {text!r} where a number should be; give zeros, random, "
            "numbers separated by commas, or name=number pairs"
        )
    return value


def _by_name(start: Mapping[str, float], names: tuple[str, ...]) -> Array:
    values = np.zeros(len(names))
    for name, value in start.items():
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            hint = f" did you mean {near[0]!r}?" if near else f" there are {listed(names)}"
            raise InputError(f"start names {shown(name)}, which is no parameter;{hint}")
        values[names.index(name)] = _finite(value)
    return values
