"""Factors by which gradients are off, as people know them: 2, 1/2, the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from steepest.diagnosis.checking.slopes import Slope
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["FactorWords", "factor_remedy", "factor_words", "same_for_all"]

SAME = 1e-4
LARGEST = 12


@dataclass(frozen=True, slots=True)
class FactorWords:
    """A factor in words.

    exact:   the simple number that it is within a ten-thousandth, else itself
    known:   whether it is such a simple number
    times:   "2 times", "minus"
    meaning: what usually leads to it, after ": ", or ""
    """

    exact: float
    known: bool
    times: str
    meaning: str


def factor_words(factor: float, rows: int | None) -> FactorWords:
    """The factor as a known one where it is one.

    >>> factor_words(0.50000001, None).times, factor_words(-1.0, None).times
    ('1/2 times', 'minus')
    >>> factor_words(150.0, 150).meaning
    ': a sum over the 150 rows, where the loss is their mean'
    """
    if abs(factor + 1) < SAME:
        return FactorWords(-1.0, True, "minus", ": it climbs where it should descend")
    of_rows = _of_rows(factor, rows)
    if of_rows is not None:
        return of_rows
    simple = Fraction(factor).limit_denominator(LARGEST)
    if simple and abs(simple.numerator) <= LARGEST and _same(factor, float(simple)):
        return FactorWords(float(simple), True, f"{simple} times", _known(simple))
    nearest = round(factor)
    if abs(nearest) > LARGEST and abs(factor - nearest) < 1e-6 * abs(factor):
        return FactorWords(float(nearest), False, f"{nearest:,} times", _maybe_rows(nearest))
    if factor and abs(round(1 / factor)) > LARGEST and _same(1 / factor, round(1 / factor)):
        count = round(1 / factor)
        return FactorWords(1 / count, False, f"1/{count:,} times", _maybe_rows(count))
    return FactorWords(factor, False, f"{readable(factor, 5)} times", "")


def factor_remedy(words: FactorWords, where: str) -> str:
    """What to do about it."""
    if words.exact == -1:
        return f"turn the sign of the gradient of {where}"
    return f"divide the gradient of {where} by {readable(words.exact, 6)}"


def same_for_all(told: Array, slope: Array, along: Sequence[Slope]) -> bool:
    """Whether the factor of some coordinates is that of directions that mix all of them."""
    total = float(slope @ slope)
    if total == 0 or not along:
        return False
    factor = float(told @ slope) / total
    return all(
        abs(one.told - factor * one.value)
        <= max(1.0, abs(factor)) * one.allowed + SAME * abs(one.told)
        for one in along
        if one.kink is None
    )


def _of_rows(factor: float, rows: int | None) -> FactorWords | None:
    if rows is None or rows <= 1:
        return None
    shown = f"{rows:,}"
    for known, text, meaning in (
        (rows, shown, f": a sum over the {shown} rows, where the loss is their mean"),
        (1 / rows, f"1/{shown}", f": a mean over the {shown} rows, where the loss is their sum"),
        (2 * rows, f"2·{shown}", f": a sum over the {shown} rows, and a factor 2"),
        (rows / 2, f"{shown}/2", f": a sum over the {shown} rows, and a factor 1/2"),
        (2 / rows, f"2/{shown}", f": a mean over the {shown} rows, and a factor 2"),
        (0.5 / rows, f"1/(2·{shown})", f": a mean over the {shown} rows, and a factor 1/2"),
    ):
        for sign, minus in ((1, ""), (-1, "-")):
            if _same(factor, sign * known):
                return FactorWords(sign * known, True, f"{minus}{text} times", meaning)
    return None


def _known(simple: Fraction) -> str:
    if simple == 2:
        return ": twice as long, as when the loss has a factor 1/2 that the gradient lacks"
    if simple == Fraction(1, 2):
        return ": half as long, as when the 2 from the derivative of a square is missing"
    return ""


def _maybe_rows(count: int) -> str:
    return f"; is {abs(count):,} the number of rows (a sum on one side, a mean on the other)?"


def _same(factor: float, known: float) -> bool:
    return bool(np.isclose(factor, known, rtol=SAME, atol=0))
