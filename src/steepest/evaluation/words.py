"""Rows, shares and amounts as the sentences of an evaluation say them."""

from __future__ import annotations

from steepest.evaluation.evaluation import Score
from steepest.readable import readable

__all__ = ["amount", "counted_rows", "diverged", "ends_words", "interval_words", "percent"]


def amount(number: float, unit: str) -> str:
    """A number with its unit behind it, where there is one: "11.45 USD"."""
    return f"{readable(number)} {unit}" if unit else readable(number)


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
    """The ends of a 95 % interval, with a blank before it; "" for none."""
    if low is None or high is None:
        return ""
    say = percent if as_percent else readable
    return f" (95 % interval {say(low)} to {say(high)})"


def diverged(name: str) -> str:
    """What is said of a model whose predictions of `name` are not finite."""
    return (
        f"The model's predictions of {name} are not finite numbers: its descent diverged, "
        "and there is nothing in it to trust."
    )
