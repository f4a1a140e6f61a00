"""Shares, intervals, money and units, as the report and the screen write them."""

from __future__ import annotations

import math

from steepest.readable import readable
from steepest.run import Run

__all__ = [
    "difference_words",
    "gain_words",
    "interval_words",
    "money",
    "of_target",
    "percent",
    "percent_interval",
    "threshold_words",
    "unit_of_target",
]

MOST_DIGITS = 8
LARGE = 100.0
TINY = 5e-5  # of a score: what nobody would act on


def percent(share: float, digits: int = 3) -> str:
    """A share of one as a share of a hundred.

    What is not all, nor none, is never rounded to it.

    >>> percent(0.0934567), percent(1.0), percent(0.99996)
    ('9.35 %', '100 %', '99.996 %')
    """
    return f"{_inside(100 * share, 0.0, 100.0, digits)} %"


def _inside(number: float, low: float, high: float, digits: int) -> str:
    """The number with as many digits as keep it off the ends that it does not reach."""
    ends = {readable(low), readable(high)}
    told = readable(number, digits)
    while low < number < high and told in ends and digits < MOST_DIGITS:
        digits += 1
        told = readable(number, digits)
    return told


def threshold_words(threshold: float) -> str:
    """A probability from which on a row is called positive; 1 only where it is 1.

    >>> threshold_words(0.1258), threshold_words(0.99996), threshold_words(2.776e-17)
    ('0.126', '0.99996', 'nearly 0')
    >>> threshold_words(1 - 1e-12), threshold_words(0.000246)
    ('nearly 1', '0.00025')
    """
    if 0.0 < threshold < TINY:
        return "nearly 0"
    if 0.0 < 1.0 - threshold < TINY / 10:
        return "nearly 1"
    return _inside(threshold, 0.0, 1.0, 3) if threshold >= 1e-3 else gain_words(threshold, 2)


def gain_words(number: float, digits: int = 3) -> str:
    """A difference of scores as people read it: never with an exponent.

    >>> gain_words(0.0561234), gain_words(-3.31e-4), gain_words(2.6e-9), gain_words(24.31)
    ('0.0561', '-0.00033', '0.0000', '24.3')
    """
    if abs(number) >= LARGE or not math.isfinite(number):
        return readable(number)
    if abs(number) >= 1e-3 or number == 0.0:
        return readable(number, digits)
    return f"{number:.5f}" if abs(number) >= TINY / 10 else "0.0000"


def difference_words(value: float, low: float | None, high: float | None, scale: float) -> str:
    """A difference with its interval; none where all of that is too small to be of use.

    scale: of the scores that differ

    >>> difference_words(0.0123, -0.00304, 0.0519, 0.33)
    '0.0123 (-0.00304 to 0.0519)'
    >>> difference_words(3.777e-7, -1.155e-5, 1.154e-5, 0.64)
    'no difference (within 0.00002)'
    """
    ends = [end for end in (low, high) if end is not None]
    most = max(map(abs, (value, *ends)))
    if most < TINY * (abs(scale) or 1.0):
        return f"no difference (within {_above(most)})"
    unsure = f" ({gain_words(ends[0])} to {gain_words(ends[1])})" if len(ends) == 2 else ""
    return f"{gain_words(value)}{unsure}"


def _above(size: float) -> str:
    """A round number above it, of one digit."""
    if not size or not math.isfinite(size):
        return readable(size)
    place = max(-math.floor(math.log10(size)), 0)
    step = 10.0**-place
    return f"{math.ceil(size / step) * step:.{place}f}"


def interval_words(low: float | None, high: float | None, digits: int = 4) -> str:
    """From the one to the other, or that it is not known.

    >>> interval_words(1.23456, 2.0), interval_words(None, 2.0)
    ('1.235 to 2', 'not known')
    """
    if low is None or high is None:
        return "not known"
    return f"{readable(low, digits)} to {readable(high, digits)}"


def percent_interval(low: float | None, high: float | None) -> str:
    """The same, of shares.

    >>> percent_interval(0.5, 0.617), percent_interval(1.0, 1.0)
    ('50 % to 61.7 %', '100 %')
    """
    if low is None or high is None:
        return "not known"
    ends = (percent(low), percent(high))
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def money(cost: float, currency: str) -> str:
    """A cost in its currency, where that was said.

    >>> money(1234.5, "EUR"), money(12, "")
    ('1,234 EUR', '12')
    """
    return f"{readable(cost)} {currency}".rstrip()


def unit_of_target(run: Run) -> str:
    """What the target is measured in; "" where nobody said."""
    column = next((c for c in run.contract.columns if c.name == run.contract.target), None)
    return "" if column is None else column.unit


def of_target(run: Run, amount: float, digits: int = 4) -> str:
    """An amount in the target's unit."""
    return f"{readable(amount, digits)} {unit_of_target(run)}".rstrip()
