"""The gradient that the loop used is too large or too small by a factor."""

from __future__ import annotations

import math

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.gradients.gradient_words import cannot_compare, explained, left_over, where
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable
from steepest.trace import Fact

__all__ = ["gradient_scale"]

SOME = 1.5
CLOSE = 0.02
FAR = 8.0
UNSCALED = 256


def gradient_scale(reading: Reading) -> Answer:
    """The gradient is a multiple of the slope of the loss: 2, 1/2, 1/m, in all or one coordinate.

    Sees
        How much the loss changed between rows, against what the recorded gradients say it
        should have changed by: ½(g + g')·Δθ, split by coordinate. A watched loop that hands
        over a closure: the gradient that the optimizer was handed, over a central difference of
        the loss along it.
    Matters
        In all coordinates it is a wrong learning rate in disguise: stable limits and advice
        are off by it. In one coordinate it bends the path, and that coordinate is late or
        overshoots.
    Decides
        As in `gradient_sign`; found where the factor that explains the difference is above
        zero and away from 1 by 2 % (by 20 % where the trapezoid is not exact).
        Of a watched loop the median of such ratios counts: a warning where it is a whole number
        of two or more within 2 %, or above 8; other factors, and smaller ones, which clipping
        makes on purpose, are only said.
    When it is wrong
        When the loss that is logged is another one on purpose: a mean where the gradient is
        that of a sum, or without the ½ that the gradient assumes.
    Try
        Divide by the factor given. Factors of 2 come from the square, of m from a mean that
        was taken in one of the two only.
    Sources
        The trapezoidal rule for the line integral of the gradient; Nocedal and Wright 2006,
        section 8.1, for checking derivatives.
    """
    if (fact := reading.trace.facts.get("slope_ratio")) is not None:
        return _watched(fact)
    fault = reading.fault
    if fault is None or fault.kind != "scale" or fault.values[0] <= 0:
        return cannot_compare(reading) or Clear()
    factor, place = fault.values[0], where(fault, reading)
    return Finding(
        "gradient_scale",
        "error",
        "The gradient is off by a factor",
        f"the gradient of {place} is {readable(factor)} times the slope of the loss, "
        f"{explained(fault)}",
        {"factor": factor, **left_over(fault)},
        (Remedy(f"divide the gradient of {place} by {readable(factor)}{_hint(factor)}", {}),),
    )


def _watched(fact: Fact) -> Answer:
    """What a probe measured: clear below one and a half either way, as noise and clipping go."""
    factor = fact.number
    if not factor > 0 or 1 / SOME < factor < SOME:
        return Clear()
    whole = round(factor)
    doubled = whole >= UNSCALED and math.log2(whole).is_integer()
    sure = factor > FAR or (whole >= 2 and abs(factor / whole - 1.0) < CLOSE)
    sentence = (
        f"look at what stands between the loss and the step: a factor of {readable(factor, 3)} "
        "comes from gradients that were not zeroed, from a sum in place of a mean, or from a "
        "loss that was multiplied"
    )
    if doubled:
        sentence = "call scaler.step(optimizer), which divides the gradient by the scale again"
    elif factor < 1:
        sentence = "nothing, where the gradient is clipped or divided on purpose"
    return Finding(
        "gradient_scale",
        "warning" if sure else "info",
        "The gradient is off by a factor",
        f"the gradient that the optimizer was handed is {readable(factor, 3)} times the slope of "
        f"the loss, {fact.how}",
        {"factor": factor},
        (Remedy(sentence, {}),),
    )


def _hint(factor: float) -> str:
    """What usually makes such a factor."""
    if abs(factor - 2.0) < 0.02:
        return " (the loss has a ½ that the gradient does not know of)"
    if abs(factor - 0.5) < 0.005:
        return " (the 2 of the square is missing)"
    whole = factor if factor > 1 else 1.0 / factor
    if whole > 2.5 and abs(whole - round(whole)) < 1e-3 * whole:
        side = "sum" if factor > 1 else "mean"
        other = "mean" if factor > 1 else "sum"
        return (
            f" (is the gradient that of a {side} over {round(whole):,} rows, and the loss a "
            f"{other}?)"
        )
    return ""
