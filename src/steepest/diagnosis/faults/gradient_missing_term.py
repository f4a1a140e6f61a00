"""The gradient that the loop used lacks a term of the loss, or a coordinate."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.gradients.gradient_fault import GradientFault
from steepest.diagnosis.gradients.gradient_words import cannot_compare, explained, left_over, where
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["gradient_missing_term"]

LISTED = 4
TERMS = {
    "l2": ("{0}·θ, the slope of a ridge penalty of {0} on {1}", "a ridge (l2) penalty"),
    "l1": ("{0}·sign(θ), the slope of a lasso penalty of {0} on {1}", "a lasso (l1) penalty"),
    "constant": ("a constant of {0} in {1}", "a term that is linear in it"),
    "coupling": ("a term in {1} that depends on the other parameters", "a product with others"),
}


def gradient_missing_term(reading: Reading) -> Answer:
    """A coordinate of the gradient is always zero, or a term of the loss is not in it.

    Sees
        Coordinates whose gradient is exactly zero in every row; and the difference between
        the changes of the loss and what the gradients say, ½(g + g')·Δθ.
    Matters
        A coordinate without a slope never moves. Without a term the path runs to the minimum
        of another loss, and the one that is logged rises at the end.
    Decides
        A coordinate is missing where its gradient is zero to the last bit in every row and it
        never moves, while others do. A term is missing where the difference is explained, as
        in `gradient_sign`, by the slope of a ridge or a lasso penalty, a constant in one
        coordinate, or a linear function of all parameters in one coordinate.
    When it is wrong
        A feature that is zero in every row has no slope, rightly. A loss that is logged
        without the penalty that the optimizer applies (weight decay) shows a term below zero.
    Try
        Add the term that is named, with the strength given; or leave the penalty out of both.
    Sources
        The trapezoidal rule for the line integral of the gradient; Nocedal and Wright 2006,
        section 8.1, for checking derivatives.
    """
    fault = reading.fault
    if fault is None or (fault.kind != "zero" and fault.kind not in TERMS):
        return cannot_compare(reading) or Clear()
    if fault.kind == "zero":
        return _coordinate(fault, where(fault, reading), reading)
    if fault.kind == "constant" and len(fault.coordinates) > 1:
        return _constants(fault, reading)
    place, strength = where(fault, reading), readable(fault.values[0])
    term, kind = TERMS[fault.kind]
    named = term.format(strength, place)
    return Finding(
        "gradient_missing_term",
        "error",
        "The gradient lacks a term of the loss",
        f"loss and gradient differ by {named}, {explained(fault)}",
        {"strength": fault.values[0], **left_over(fault)},
        (Remedy(f"add {named}, to the gradient: {kind} that only the loss has", {}),),
    )


def _constants(fault: GradientFault, reading: Reading) -> Finding:
    """A constant of its own in each coordinate, as a target that was forgotten makes."""
    names = [reading.trace.names[index] for index in fault.coordinates]
    listed = [f"{readable(c)} on {name}" for name, c in zip(names, fault.values, strict=True)]
    more = "" if len(listed) <= LISTED else f" and {len(listed) - LISTED} more"
    terms = ", ".join(listed[:LISTED]) + more
    strengths = {f"strength_{name}": c for name, c in zip(names, fault.values, strict=True)}
    return Finding(
        "gradient_missing_term",
        "error",
        "The gradient lacks a term of the loss",
        f"loss and gradient differ by constants: {terms}",
        strengths | left_over(fault),
        (Remedy(f"add these constants to the gradient: {terms}; is the target in it?", {}),),
    )


def _coordinate(fault: GradientFault, place: str, reading: Reading) -> Finding:
    return Finding(
        "gradient_missing_term",
        "error",
        "The gradient lacks a coordinate",
        f"the gradient of {place} is exactly 0 in all {reading.finite:,} rows, and it never moves",
        {"coordinates": float(len(fault.coordinates)), "rows": float(reading.finite)},
        (
            Remedy(
                f"add the slope of the loss along {place}; if it is a feature that is zero in "
                "every row, drop it",
                {},
            ),
        ),
    )
