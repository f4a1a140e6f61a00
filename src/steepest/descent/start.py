"""Where a descent begins, as people write it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np

from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["Start", "start_from", "start_text"]

Start = str | Sequence[float] | Mapping[str, float]


def start_from(start: Start, names: tuple[str, ...], seed: int) -> Array:
    """The parameters (p,) to begin at.

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
    values = np.array(start, dtype=np.float64).reshape(-1)
    if len(values) != len(names):
        raise InputError(
            f"the start has {len(values)} numbers; expected {len(names)}, one for each of "
            f"{', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"
        )
    return values


def start_text(start: Start) -> str:
    """The start as text, for the record."""
    if isinstance(start, str):
        return start
    if isinstance(start, Mapping):
        return ",".join(f"{name}={float(value)!r}" for name, value in start.items())
    return ",".join(repr(float(value)) for value in start)


def _parsed(text: str) -> Sequence[float] | Mapping[str, float]:
    parts = [part.strip() for part in text.split(",")]
    named = [part.rpartition("=") for part in parts]
    if all(equals for _, equals, _ in named):
        return {name.strip(): _number(value, text) for name, _, value in named}
    return [_number(part, text) for part in parts]


def _number(text: str, whole: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise InputError(
            f"the start {whole!r} has {text!r} where a number should be; give zeros, random, "
            "numbers separated by commas, or name=number pairs"
        )
    return value


def _by_name(start: Mapping[str, float], names: tuple[str, ...]) -> Array:
    values = np.zeros(len(names))
    for name, value in start.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(
                f"the start names {name!r}, which is no parameter{hint or '.'} The parameters are "
                f"{', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"
            )
        values[names.index(name)] = value
    return values
