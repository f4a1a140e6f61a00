"""The gradient that the loop used points the wrong way, in all or some coordinates."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.gradients.gradient_words import cannot_compare, explained, left_over, where
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["gradient_sign"]

ALONG = -0.9
FEW = 6


def gradient_sign(reading: Reading) -> Answer:
    """The sign of the gradient is turned: the loop climbs where it should descend.

    Sees
        How much the loss changed between rows, against what the recorded gradients say it
        should have changed by: ½(g + g')·Δθ, split by coordinate. In a watched loop also the
        cosine of each step and the gradient.
    Matters
        A coordinate whose slope has the wrong sign walks uphill. Often the others hide it
        for a while: the loss falls at first, and then the path drifts away.
    Decides
        Loss and gradient disagree where they differ by more than three times what rounding
        and the trapezoid allow, in more than one pair of rows in twenty. Then one factor is
        fitted to all coordinates, to each, and to all but the first or the last. Found where
        a factor below zero leaves what is to be expected, or less than 5 % of the difference.
        The trapezoid is exact on a bowl; elsewhere it is allowed the change of the curvature
        from move to move, so that steps of changing curvature hide a fault, not feign one.
        The steps of a watched loop climb where the median of that cosine is above 0.9, over six
        looks or more, and the optimizer was not asked to maximise.
    When it is wrong
        When the loss is not that of the recorded parameters (recorded after the update, or
        of other rows).
    Try
        Turn the sign in the line that computes the slope of the coordinate named.
    Sources
        The trapezoidal rule for the line integral of the gradient; Nocedal and Wright 2006,
        section 8.1, for checking derivatives.
    """
    if (climbed := _climbs(reading)) is not None:
        return climbed
    fault = reading.fault
    if fault is None or fault.kind != "scale" or fault.values[0] > 0:
        return cannot_compare(reading) or Clear()
    factor, place = fault.values[0], where(fault, reading)
    return Finding(
        "gradient_sign",
        "error",
        "Wrong sign in the gradient",
        f"the gradient of {place} is {readable(factor)} times the slope of the loss, "
        f"{explained(fault)}: it climbs where it should descend",
        {"factor": factor, **left_over(fault)},
        (Remedy(f"turn the sign of the gradient of {place}", {}),),
    )


def _climbs(reading: Reading) -> Finding | None:
    """A watched loop whose steps go along the gradient, where nobody asked it to."""
    cosines = reading.trace.measures.get("update_cosine")
    if cosines is None or reading.trace.rule.endswith("maximize"):
        return None
    known = cosines[np.isfinite(cosines)]
    if len(known) < FEW or not float(np.median(known)) < ALONG:
        return None
    middle = float(np.median(known))
    return Finding(
        "gradient_sign",
        "error",
        "The steps climb: their sign is turned",
        f"the steps go along the gradient, not against it: the cosine of a step and the gradient "
        f"turned round is {readable(middle)} in the middle of {len(known):,} steps, where 1 goes "
        "straight down",
        {"update_cosine": middle, "looks": float(len(known))},
        (Remedy("subtract it: params = params - learning_rate * gradient", {}),),
    )
