"""Rows, shares and amounts as the sentences of an evaluation say them."""

from __future__ import annotations

from steepest.evaluation.evaluation import Score
from steepest.readable import readable

__all__ = ["amount", "counted_rows", "diverged", "ends_words", "interval_words", "percent"]


_LARGE = ((1e9, "billion"), (1e12, "trillion"))


def amount(number: float, unit: str) -> str:
    """A number with its unit behind it, where there is one; billions are said in words.

    >>> amount(11.45, "USD"), amount(-2.5e12, "EUR"), amount(3e9, "")
    ('11.45 USD', '-2.5 trillion EUR', '3 billion')
    """
    said = readable(number)
    for size, name in _LARGE:
        if size <= abs(number) < 1e3 * size:
            said = f"{readable(number / size)} {name}"
    return f"{said} {unit}" if unit else said


def percent(share: float) -> str:
    """A share in per cent: "93.3 %"."""
    return f"{readable(100 * share, digits=3)} %"


def counted_rows(rows: int) -> str:
    """A number of rows: "1 row", "2,100 rows"."""
    return f"{readable(rows)} row" if rows == 1 else f"{readable(rows)} rows"


def interval_words(score: Score, *, as_percent: bool = False) -> str:
    """The interval of a score behind its value, with a blank before it; "" for none."""
    return ends_words(score.low, score.high, as_percent=as_percent)


def ends_words(low: float | None, high: float | None, *, as_percent: bool = False) -> str:
    """The ends of a 95 % interval, with a blank before it; "" for none, and for one whose ends
    read alike, which would say nothing.

    >>> ends_words(0.61, 0.66, as_percent=True), ends_words(0.99998, 1.0, as_percent=True)
    (' (95 % interval 61 % to 66 %)', '')
    """
    if low is None or high is None:
        return ""
    ends = [percent(end) if as_percent else amount(end, "") for end in (low, high)]
    return "" if ends[0] == ends[1] else f" (95 % interval {ends[0]} to {ends[1]})"


def diverged(name: str) -> str:
    """What is said of a model whose predictions of `name` are not finite."""
    return (
        f"The model's predictions of {name} are not finite numbers: its descent diverged, "
        "and there is nothing in it to trust."
    )
