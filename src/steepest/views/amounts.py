"""Shares, intervals, money and units, as the report and the screen write them."""

from __future__ import annotations

from steepest.readable import readable
from steepest.run import Run

__all__ = ["interval_words", "money", "of_target", "percent", "percent_interval", "unit_of_target"]


def percent(share: float, digits: int = 3) -> str:
    """A share of one as a share of a hundred.

    >>> percent(0.0934567), percent(1.0)
    ('9.35 %', '100 %')
    """
    return f"{readable(100 * share, digits)} %"


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

    >>> percent_interval(0.5, 0.617)
    '50 % to 61.7 %'
    """
    return "not known" if low is None or high is None else f"{percent(low)} to {percent(high)}"


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
