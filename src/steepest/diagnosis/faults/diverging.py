"""The steps are too large for the curvature, and the loss rises."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.alone_diverging import diverging_alone
from steepest.diagnosis.record.needs import MORE, RATE
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["diverging"]

LIMIT = 2.0
CLOSE = 1e-3
STAYED = 0.9
FAR = 1e10


def diverging(reading: Reading) -> Answer:
    """The learning rate is above what the curvature allows: the path bounces, the loss rises.

    Sees
        The learning rate times the sharpness (the largest eigenvalue of the Hessian, known
        from the data, by secants along the path, or from the growth of the loss), and
        whether the loss rises from step to step at the end.
    Matters
        Along the steepest direction each step multiplies the distance to the minimum by
        1 - αλ. Beyond αλ = 2 that is more than 1 in size: every step lands farther up the
        opposite wall, and no number of steps mends it.
    Decides
        Plain descent on the loss of all rows at a steady rate: the loss rises somewhere in the
        later half of the record, beyond rounding (a millionth of it on a plateau), and does not
        fall for all that (it ends above 0.9 of where that half began, or twice its lowest). By the
        descent lemma a step can only raise the loss where αλ > 2 on the way (λ as measured, a
        mean along the step, must then be above half of that). On a bowl known exactly αλ > 2
        is enough, since the rise is then certain. For other rules, changing rates and batches,
        whose limits differ, only a runaway is called: the loss (the median of the last three)
        ends above twice the first, and 100 times as far above its lowest as the first loss is
        above it, and as the lowest is above the least possible (zero where that is not
        known). A descent that is done is clear unless it ran away.
        A log of losses: it is at twice its first level before a tenth to a third of that was
        gained; it grew to twice the first before an overflow; it ends a fifth above guessing.
    When it is wrong
        A non-convex cost can rise for a while and settle in a flatter valley (the "edge of
        stability"). A loss that rises because the data changed on the way looks the same.
    Try
        A learning rate of 1/λ_max, half of the largest stable one on a bowl, and lower if the
        loss still rises where the curvature changes along the path; with a rate that must
        stay, scale the features so that the sharpness falls.
    Sources
        Nesterov 2004, "Introductory lectures on convex optimization", section 1.2.3; Cohen
        et al. 2021, "Gradient descent on neural networks typically occurs at the edge of
        stability".
    """
    if reading.curve is not None:
        return diverging_alone(reading.curve)
    if reading.fault is not None:
        return Clear()  # the cause is another, and its gradients show no curvature
    if len(reading.losses) < 3:
        return CannotTell(MORE)
    if _broke_at_once(reading):
        return Clear()
    if reading.runaway:
        return _finding(reading)
    if reading.finite < len(reading.trace) and reading.losses[-1] <= reading.losses[0]:
        return Clear()  # it broke at once, not from growth
    if reading.done:
        return Clear()
    speed = reading.speed
    if reading.plain and reading.full and reading.steady and speed is not None:
        certain = "minimum" in reading.trace.facts and speed > LIMIT and not reading.at_the_limit
        return _finding(reading) if certain or (_risen(reading) and speed > 1) else Clear()
    if not reading.full or (reading.plain and reading.losses[-1] <= reading.losses[0]):
        return Clear()
    if not reading.rated:
        return CannotTell(RATE)
    return CannotTell("parameters and gradients of consecutive steps, or the update rule")


def _broke_at_once(reading: Reading) -> bool:
    """Whether the loss became NaN or infinite where parameters and gradient are finite and it
    had not grown to ten billion times the first: a logarithm of zero, say, not an overflow."""
    row, trace = reading.finite, reading.trace
    if row == len(trace) or trace.params is None or trace.gradient is None:
        return False
    sound = np.all(np.isfinite(trace.params[row])) and np.all(np.isfinite(trace.gradient[row]))
    grown = float(np.max(np.abs(reading.losses))) > FAR * max(abs(float(reading.losses[0])), 1.0)
    return bool(sound) and not grown


def _risen(reading: Reading) -> bool:
    """Whether the loss rises in the later half of the record, and is not falling for all that:
    it ends about where the half began, or at twice its lowest."""
    if reading.rises == 0:
        return False
    tenth = max(1, len(reading.losses) // 10)
    half = len(reading.losses) // 2
    middle = float(np.median(reading.losses[half : half + tenth]))
    end, lowest = float(np.median(reading.losses[-tenth:])), float(reading.losses.min())
    floor = 0.0 if reading.minimum_loss is None else reading.minimum_loss
    return end - floor > STAYED * (middle - floor) or end - floor > 2.0 * (lowest - floor)


def _finding(reading: Reading) -> Finding:
    growth = reading.growth
    evidence = {
        "lowest_loss": float(reading.losses.min()),
        "last_loss": float(reading.losses[-1]),
    }
    if reading.rated:
        evidence["learning_rate"] = reading.rate
    because = _what_happened(reading)
    if growth is not None:
        evidence["growth_per_step"] = growth
        because += f", by a factor of {readable(growth, 8 if growth < 1 + CLOSE else 4)} a step"
    if reading.plain:
        curved, how_steep = _steepness(reading)
        evidence |= curved
        because = f"{how_steep}: {because}" if how_steep else because
    return Finding(
        "diverging",
        "error",
        "Diverging: the steps are too large",
        because,
        evidence,
        _remedies(reading),
    )


def _steepness(reading: Reading) -> tuple[dict[str, float], str]:
    """The learning rate times the sharpness as evidence and in words; nothing where that is not
    known, or was measured where the path was not thrown out.

    By the bound on the sharpness where only that shows the steps to be too large.
    """
    sharpness, speed = reading.sharpness, reading.speed
    bound = reading.trace.number("sharpness_bound")
    if bound is not None and reading.rated and (speed is None or speed <= LIMIT + CLOSE):
        if reading.rate * bound <= LIMIT:
            return {}, ""
        evidence = {"sharpness_bound": bound, "largest_stable_learning_rate": LIMIT / bound}
        product = f"{readable(reading.rate)} times {readable(bound)}"
        return evidence, (
            f"learning rate times the bound on the sharpness, {product}, is "
            f"{readable(reading.rate * bound)}, above the limit of 2"
        )
    if speed is None or sharpness is None or speed <= 1:
        return {}, ""
    over = ", above the limit of 2" if speed > LIMIT else ""
    digits = 8 if abs(speed - LIMIT) < CLOSE else 4
    evidence = {
        "sharpness": sharpness,
        "learning_rate_times_sharpness": speed,
        "largest_stable_learning_rate": LIMIT / sharpness,
    }
    return evidence, (
        f"learning rate {readable(reading.rate, digits)} times sharpness "
        f"{readable(sharpness, digits)} is {readable(speed, digits)}{over}"
    )


def _what_happened(reading: Reading) -> str:
    lowest, last = float(reading.losses.min()), float(reading.losses[-1])
    if reading.rises == 0 and not reading.runaway:
        return "the loss will rise as soon as the steepest direction dominates it"
    if last <= reading.losses[0] and reading.growth is None:
        return f"the loss bounces, between {readable(lowest)} and {readable(_highest(reading))}"
    return f"the loss rose from {readable(lowest)} to {readable(last)}"


def _highest(reading: Reading) -> float:
    return float(reading.losses[len(reading.losses) // 2 :].max())


def _remedies(reading: Reading) -> tuple[Remedy, ...]:
    if not reading.rated:
        return (Remedy("lower the learning rate", {}),)
    rate = reading.recommended_rate if reading.plain and reading.full else None
    if rate is None or (not reading.bounded and rate >= reading.rate):
        lower, safe = reading.rate / 10, reading.recommended_rate
        lower = min(lower, safe) if safe is not None and reading.plain else lower
        return (
            Remedy(f"lower the learning rate; try {readable(lower)}", {"learning_rate": lower}),
        )
    if reading.bounded:
        sentence = (
            f"set the learning rate to {readable(rate)} ({reading.recommended_from}); anything "
            f"below {readable(2 * rate)} is stable"
        )
    else:
        sentence = (
            f"lower the learning rate to {readable(rate)} ({reading.recommended_from}), and "
            "further if it still rises"
        )
    return (Remedy(sentence, {"learning_rate": rate}),)
