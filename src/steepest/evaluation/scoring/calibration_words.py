"""What the calibration of predictions means, in a sentence or two."""

from __future__ import annotations

from steepest.evaluation.scoring.calibration_line import Line
from steepest.evaluation.words import amount, percent
from steepest.readable import readable

__all__ = ["number_words", "top_words", "two_class_words"]

_LEVEL = 0.05


def number_words(name: str, unit: str, line: Line, mean_error: float) -> str:
    """Of predicted numbers; mean_error: prediction minus truth, on average."""
    side = "high" if mean_error > 0 else "low"
    bias = f"too {side} by {amount(abs(mean_error), unit)} on average" if mean_error else "right"
    start = f"Over all rows its predictions of {name} are {bias}"
    if line.slope is None:
        return f"{start}; they are all the same, so that nothing is known of larger and smaller."
    slope = f"where one is higher by 1, the truth is higher by {readable(line.slope, digits=3)}"
    if line.slope_low is None or line.slope_high is None or line.p_value is None:
        return f"{start}; {slope}."
    ends = f"95 % interval {readable(line.slope_low, digits=3)} to "
    slope += f" ({ends}{readable(line.slope_high, digits=3)})"
    if line.p_value >= _LEVEL:
        return f"{start}; {slope}: not shown to be off in size ({_p(line.p_value)})."
    return f"{start}; {slope}: {_off_in_size(line)} ({_p(line.p_value)})."


def two_class_words(
    positive: str,
    given: float,
    observed: float,
    line: Line,
    error: float,
    p_value: float | None,
) -> str:
    """Of the probabilities of two classes, and what share of the rows is positive."""
    start = (
        f"On average it gives {positive} a probability of {percent(given)}; "
        f"{percent(observed)} of the rows are {positive}."
    )
    return f"{start}{_tested(line, error, p_value)}"


def top_words(
    name: str, given: float, right: float, line: Line, error: float, p_value: float | None
) -> str:
    """Of the probability of the likeliest class, and what share of the rows are of it."""
    start = (
        f"On average it gives the likeliest {name} a probability of {percent(given)}; "
        f"{percent(right)} of the rows are what is likeliest for them."
    )
    return f"{start}{_tested(line, error, p_value)}"


def _tested(line: Line, error: float, p_value: float | None) -> str:
    """Whether the probabilities are shown to be off, with a blank before it."""
    if p_value is None:
        return ""
    distance = f"tenth by tenth they differ by {percent(error)} on average"
    if p_value >= _LEVEL:
        return f" Its probabilities are not shown to be off ({distance}, {_p(p_value)})."
    return f" Its probabilities are off: {_how(line)} ({distance}, {_p(p_value)})."


def _how(line: Line) -> str:
    if line.slope_high is not None and line.slope_high < 1:
        return "they are too sure, those near 0 and 1 come true less often than they say"
    if line.slope_low is not None and line.slope_low > 1:
        return "they are too timid, nearer to the middle than what comes true"
    return "they do not come true as often as they say"


def _off_in_size(line: Line) -> str:
    if line.slope_high is not None and line.slope_high < 1:
        return "large predictions are too large for what comes, small ones too small"
    if line.slope_low is not None and line.slope_low > 1:
        return "large predictions are too small for what comes, small ones too large"
    return "predictions are off to one side"


def _p(p_value: float) -> str:
    return "p below 0.001" if p_value < 0.001 else f"p = {readable(p_value, digits=2)}"
