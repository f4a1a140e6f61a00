"""The learning rate is far too small."""

from __future__ import annotations

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.alone_ending import crawling_alone
from steepest.diagnosis.losses.stall import stall
from steepest.diagnosis.record.forecast import all_in_sight, larger_rate_helps, steps_needed
from steepest.diagnosis.record.needs import PLAIN, RATE, RECORD
from steepest.diagnosis.record.reading import Reading
from steepest.readable import counted, readable

__all__ = ["crawling"]

FAR_BELOW = 0.2
MUCH = 0.01


def crawling(reading: Reading) -> Answer:
    """Much of the loss is left, and the rate is far below what the curvature allows.

    Sees
        The learning rate times the sharpness, the share of the first excess loss that is
        left, and (where the bowl is known) what the same number of steps at 1/λ_max would
        have left.
    Matters
        The path is right and the steps are too short: time is all that is lost, but all of
        it is.
    Decides
        αλ_max < 0.2 (a tenth of the limit), more than 1 % of the excess loss left, and at
        the recommended rate the same steps would leave less than half of that. The loss
        does not rise anywhere in the later half. Of a rate that decayed, the highest counts.
        Where the least loss is not known, the share left is the square of how far the gradient
        fell; a gradient that grew cannot tell.
        A log of losses: a straight line down (the slope of the last third is at least 0.45 of
        that of the first, within two standard errors) that falls by four standard errors and
        gains less than a fifth of the first level, where the rate is not known to be a usual
        one and the held-out loss does not rise.
    When it is wrong
        A deliberate warm-up, or a schedule whose rate has decayed on purpose, looks the
        same at its slow end.
    Try
        1/λ_max, the value given. Where a long valley is what is left at that rate too,
        scale the features as well.
    Sources
        Bottou, Curtis and Nocedal 2018, "Optimization methods for large-scale machine
        learning", section 4.
    """
    if reading.curve is not None:
        found = stall(reading.curve)
        crawls = found is not None and found.kind == "crawling" and not reading.moves
        return crawling_alone(reading.curve, found.because if found and crawls else None)
    speed, rate = reading.speed, reading.recommended_rate
    if not (reading.plain and reading.full):
        return CannotTell(PLAIN)
    if not reading.rated:
        return CannotTell(RATE)
    if reading.fault is not None:
        return Clear()  # what its gradients show is not the cost
    if speed is None or rate is None:
        return CannotTell(RECORD)
    left = _left(reading)
    if left is not None and left > 1 and reading.minimum_loss is None:
        return CannotTell("the least possible loss: the gradient has grown since the start")
    if left is None:
        return CannotTell("the least possible loss, or the gradients at the steps")
    fastest = speed * reading.highest_rate / reading.rate if reading.decayed else speed
    slow = fastest < FAR_BELOW and left > MUCH and reading.rises == 0
    if reading.done or reading.spent or not slow or not larger_rate_helps(reading):
        return Clear()
    evidence = {
        "learning_rate": reading.rate,
        "learning_rate_times_sharpness": speed,
        "share_left": left,
        "recommended_learning_rate": rate,
    }
    sentence = f"set the learning rate to {readable(rate)} ({reading.recommended_from})"
    needed = steps_needed(reading, rate)
    if needed is not None and not all_in_sight(reading):
        evidence["steps_needed_then_at_least"] = float(needed)
        sentence += f", and give it at least {counted(needed, 'more step')}"
    elif needed is not None:
        evidence["steps_needed_then"] = float(needed)
        sentence += f": {counted(needed, 'more step')} would do"
    return Finding(
        "crawling",
        "warning",
        "Crawling: the steps are far too small",
        f"learning rate {readable(reading.rate * fastest / speed)} is "
        f"{readable(fastest / 2 * 100, 2)} % of the largest stable one, and "
        f"{readable(left * 100, 3)} % of what there is to gain is left after "
        f"{counted(int(reading.steps[-1]), 'step')}",
        evidence,
        (Remedy(sentence, {"learning_rate": rate}),),
    )


def _left(reading: Reading) -> float | None:
    """Share of the excess loss left; from the gradients where the least loss is unknown.

    On a bowl the excess goes with the square of the gradient in each direction.
    """
    if reading.minimum_loss is not None:
        return reading.left
    norm = reading.gradient_norm
    if norm is None or len(norm) < 2 or norm[0] == 0:
        return None
    return float((norm[-1] / norm[0]) ** 2)
