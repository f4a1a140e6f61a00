"""A two-cycle: back and forth for ever, the loss frozen."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.needs import MORE, PLAIN, RATE, RECORD
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.resolution import resolution
from steepest.readable import readable

__all__ = ["oscillating"]

ROWS = 5
SAME = 1e-6
EXACT = 1e-3
BACK = -0.99
BLURS = 10.0
STILL = 1e-12


def oscillating(reading: Reading) -> Answer:
    """The parameters jump between two points for ever, and the loss does not move.

    Sees
        The last recorded parameters and gradients: whether a full step is taken at each
        row, and yet the parameters are the same again an even number of steps later.
    Matters
        On a bowl the learning rate is exactly at the limit: αλ = 2, so each step multiplies
        the distance by -1. Elsewhere the path has found a cycle of its own, over a kink or
        where the curvature changes. More steps change nothing.
    Decides
        Over the last five rows, an even number of steps apart, the loss is the same to a
        millionth and the parameters agree to a millionth of the step taken, while that step
        is above rounding. Or αλ is 2, to a billionth as a fact and to a thousandth from the
        record, and successive gradients are opposite (cosine below -0.99): the steepest
        direction is a cycle, though others still settle.
    When it is wrong
        A record thinned to every second step hides what lies between.
    Try
        Half of this learning rate: on a bowl it lands on the minimum of the steepest
        direction in one step. Over a kink it halves the jump; a rate that decays ends it.
    Sources
        DESIGN's second experiment: w² from 10 with learning rate 1.
    """
    if reading.curve is not None:
        return CannotTell(RECORD)
    if reading.fault is not None:
        return Clear()  # what its gradients show is not the cost
    trace = reading.trace
    if trace.params is None or trace.gradient is None:
        return CannotTell(RECORD)
    if not reading.plain or not reading.full:
        return CannotTell(PLAIN)
    if reading.sampled:
        return CannotTell("all parameters, not a sample of them")
    if not reading.rated:
        return CannotTell(RATE)
    if reading.finite < 3:
        return CannotTell(MORE)
    if not (_cycles(reading) or _bounces_at_the_limit(reading)):
        return Clear()
    span = float(np.linalg.norm(_step(reading, reading.finite - 1)))
    evidence = {
        "learning_rate": reading.rate,
        "loss": float(reading.losses[-1]),
        "jump": span,
    }
    if reading.speed is not None:
        evidence["learning_rate_times_sharpness"] = reading.speed
    return Finding(
        "oscillating",
        "error",
        "Oscillating: back and forth for ever",
        f"each step of length {readable(span)} is undone by the next, and the loss "
        f"{_stays(reading)}: {_why(reading)}",
        evidence,
        (_remedy(reading),),
    )


def _stays(reading: Reading) -> str:
    low, high = sorted(reading.losses[-2:].tolist())
    if high - low <= SAME * abs(high):
        return f"stays at {readable(high)}"
    return f"goes between {readable(low)} and {readable(high)}"


def _at_the_limit(reading: Reading) -> bool:
    return reading.speed is not None and abs(reading.speed - 2) <= EXACT


def _bounces_at_the_limit(reading: Reading) -> bool:
    """The steepest direction is a two-cycle already, while others still settle."""
    shown = reading.evidence
    if shown is None or not reading.at_the_limit:
        return False
    turning = shown.moves.turning[-ROWS:]
    return bool(np.all(np.isfinite(turning)) and np.all(turning < BACK))


def _why(reading: Reading) -> str:
    if _at_the_limit(reading):
        return f"learning rate {readable(reading.rate)} times sharpness is exactly 2"
    return (
        f"at learning rate {readable(reading.rate)} the path has found a cycle of its own, over "
        "a kink or where the curvature changes"
    )


def _remedy(reading: Reading) -> Remedy:
    half, safe = reading.rate / 2, reading.recommended_rate
    if reading.bounded and safe is not None and safe < half:
        return Remedy(
            f"set the learning rate to {readable(safe)}, one over the steepest that this cost "
            "gets anywhere",
            {"learning_rate": safe},
        )
    sentence = f"halve the learning rate, to {readable(half)}"
    if not _at_the_limit(reading):
        sentence += "; over a kink that halves the jump, and a rate that decays ends it"
    return Remedy(sentence, {"learning_rate": half})


def _step(reading: Reading, row: int) -> np.ndarray:
    assert reading.trace.gradient is not None  # noqa: S101
    return reading.trace.learning_rate[row] * reading.trace.gradient[row]


def _cycles(reading: Reading) -> bool:
    params, step = reading.trace.params, reading.trace.step
    assert params is not None  # noqa: S101
    end = reading.finite
    tail = reading.losses[-ROWS:]
    if np.any(np.abs(tail[2:] - tail[:-2]) > SAME * np.abs(tail).max()):
        return False
    found, blur = 0, resolution(params[:end])
    reach = float(np.max(np.abs(params[:end])))
    for row in range(max(0, end - ROWS), end - 1):
        ahead = row + 2 if (step[row + 1] - step[row]) % 2 and row + 2 < end else row + 1
        if (step[ahead] - step[row]) % 2:
            continue
        jump = float(np.linalg.norm(_step(reading, row)))
        back = float(np.linalg.norm(params[ahead] - params[row]))
        if ahead == row + 2 and not np.any(params[row + 1] != params[row]):
            return False  # it never left
        least = BLURS * float(np.linalg.norm(blur[row])) + STILL * reach
        if jump <= least or back > SAME * jump:
            return False
        found += 1
    return found > 0
