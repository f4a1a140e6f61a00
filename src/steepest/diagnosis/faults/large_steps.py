"""The learning rate is far too high: every step moves the weights by much of their own size."""

from __future__ import annotations

import math

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.record.looks import Looks
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import unseen
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["large_steps"]

LEAST = 4
SEVERAL = 12
SOUND = 0.01
LARGE = 0.05
HUGE = 0.25
ROSE = 1.15
GREW = 5.0
SIGMAS = 4.0
AGAINST = -0.15
STALLED = 0.4
ROWS = 32
CALM = 16
CATAPULT = 4.0
BATCHES = ("sgd", "gradient_descent")


def large_steps(reading: Reading) -> Answer:
    """The learning rate is far too high: a step moves the weights by a large part of their size.

    Sees
        A watched loop: the norm of each update against the norm of the weights, the cosine of
        successive gradients, the norms of the gradients and the losses of the steps; where it
        hands over a closure, the sharpness of its batches.
    Matters
        A gradient says how the loss changes nearby. A step of a quarter of the size of the weights
        ends where it says nothing: what was learned is overwritten, units die, the loss jumps.
        It need not run off, since a normalised or saturated network cannot; it only stays bad.
    Decides
        Some step moved the weights by a quarter of their norm or more (a sound one moves them by
        a thousandth to a hundredth), and the loss then rose by 15 % and four times its scatter
        above its first level, three rows together, or the gradient grew to five times its first
        norm. Or steps of a twentieth and more, of which successive gradients point against
        each other: a mean cosine of -0.15, four standard errors from zero. Or the later half of
        32 rows and more does not fall from above 0.4 of the first level, under steps as large.
        Or, of plain descent, the rate times the sharpness is above 4 from the first probe
        on, where no catapult ends well, and the loss or the gradient grows as above. Weights that
        began at zero have no size to compare with.
    When it is wrong
        A loop that resets or renormalises its weights takes large steps on purpose. A network
        that survives its first large steps may train well all the same; then it is luck.
    Try
        The rate that brings the first steps to a hundredth of the size of the weights; a warmup
        of some hundred steps; of plain descent half of 2 / sharpness.
    Sources
        Bottou, Curtis and Nocedal 2018, "Optimization methods for large-scale machine learning";
        Lewkowycz et al. 2020, "The large learning rate phase of deep learning: the catapult
        mechanism"; Bernstein et al. 2020, "On the distance between two neural networks and
        the stability of learning".
    """
    looks = reading.looks
    if looks is None:
        return unseen(reading)
    known = looks.share[np.isfinite(looks.share)]
    if len(looks) < LEAST or len(known) < 2:
        return CannotTell(MORE) if len(looks) < LEAST else Clear()
    loss = _losses(reading)
    speed = _first_speed(reading)
    far = float(known.max()) > HUGE or (speed is not None and speed >= CATAPULT)
    hurt = _hurt(looks, loss) if far else ""
    why = (
        _thrown(looks, hurt)
        or _bouncing(looks, known)
        or _stalled(loss, known)
        or _unstable(speed, hurt)
    )
    return Clear() if why is None else _finding(reading, known, loss, why)


def _losses(reading: Reading) -> Array:
    """The losses known so far, up to the first that is not finite."""
    loss = reading.trace.loss
    known = loss[~np.isnan(loss)]
    broken = np.flatnonzero(~np.isfinite(known))
    return known[: broken[0]] if len(broken) else known


def _hurt(looks: Looks, loss: Array) -> str:
    """What got worse since the start, in words; nothing where nothing did."""
    said: list[str] = []
    if len(loss) >= 3:
        before, here, after = loss[:-2], loss[1:-1], loss[2:]
        low, high = np.minimum(before, here), np.maximum(before, here)
        three = np.maximum(low, np.minimum(high, after))  # the medians
        first, top = float(np.median(loss[:3])), float(three.max())
        calm = loss[: max(CALM, len(loss) // 10)]
        scatter = float(np.median(np.abs(np.diff(calm)))) if len(calm) > 1 else 0.0
        first = min(float(loss[0]), first)
        if first > 0 and top > ROSE * first and top - first > SIGMAS * min(scatter, first):
            said.append(f"the loss rose from {readable(first)} to {readable(top)}")
    grown = float(looks.gradient.max() / looks.gradient[:1].max()) if looks.gradient[0] > 0 else 0.0
    if grown > GREW:
        said.append(f"the gradient grew to {readable(grown, 2)} times its first norm")
    return " and ".join(said)


def _thrown(looks: Looks, hurt: str) -> str | None:
    share = float(np.nanmax(looks.share))
    if not (share > HUGE and hurt):
        return None
    return f"a single step moved the weights by {_percent(share)} of their size, and {hurt}"


def _bouncing(looks: Looks, known: Array) -> str | None:
    mean, sigmas = looks.turning
    share = float(np.median(known))
    if len(known) < SEVERAL or not (mean < AGAINST and sigmas < -SIGMAS and share > LARGE):
        return None
    return (
        f"steps of {_percent(share)} of the size of the weights overshoot: successive gradients "
        f"point against each other, by a mean cosine of {readable(mean, 2)}, "
        f"{readable(-sigmas, 2)} standard errors below zero"
    )


def _stalled(loss: Array, known: Array) -> str | None:
    late = known[len(known) // 2 :]
    share = float(np.median(late))
    if len(loss) < ROWS or len(late) < LEAST or share < LARGE:
        return None
    train = Series(np.arange(float(len(loss))), loss)
    first, level = float(loss[0]), float(np.median(loss[len(loss) // 2 :]))
    if level < STALLED * first or train.trend(0.5, 1.0).sigmas < -2.0:
        return None
    return (
        f"the loss stays at {readable(level)}, from {readable(first)} at first, under steps of "
        f"{_percent(share)} of the size of the weights"
    )


def _unstable(speed: float | None, hurt: str) -> str | None:
    if speed is None or speed < CATAPULT or not hurt:
        return None
    return (
        f"learning rate times sharpness is {readable(speed, 3)}, above the limit of 2, and {hurt}"
    )


def _first_speed(reading: Reading) -> float | None:
    """Learning rate times the sharpness of the first probe; None where it means nothing."""
    sharpness = reading.trace.measures.get("probe_sharpness")
    if sharpness is None or reading.trace.rule not in BATCHES:
        return None
    rows = np.flatnonzero(np.isfinite(sharpness))
    if len(rows) == 0:
        return None
    speed = float(sharpness[rows[0]] * reading.trace.learning_rate[rows[0]])
    return speed if math.isfinite(speed) else None


def _finding(reading: Reading, known: Array, loss: Array, why: str) -> Finding:
    rate = reading.highest_rate
    first = max(float(known[0]), float(np.median(known[:10])))
    evidence = {
        "largest_update_to_weight": float(known.max()),
        "median_update_to_weight": float(np.median(known)),
        "first_update_to_weight": first,
    }
    speed = _first_speed(reading)
    if speed is not None:
        evidence["learning_rate_times_sharpness"] = speed
    tail = loss[-max(3, len(loss) // 5) :]
    learns = len(loss) > 3 and float(np.median(tail)) < 0.9 * float(loss[0])
    return Finding(
        "large_steps",
        "warning" if learns else "error",
        "Large steps: the learning rate is far too high",
        f"{why}; a sound step moves the weights by 0.1 to 1 %",
        evidence | ({"learning_rate": rate} if rate > 0 else {}),
        (_remedy(rate, first, speed),),
    )


def _remedy(rate: float, first: float, speed: float | None) -> Remedy:
    """The rate at which the first steps are a hundredth of the weights; at least halved."""
    if not rate > 0:
        return Remedy(f"divide the learning rate by about {readable(max(first / SOUND, 2), 2)}", {})
    factor = max(first / SOUND, 2.0 if speed is None else speed, 2.0)
    lower = float(f"{rate / factor:.1g}")
    sentence = (
        f"lower the learning rate to about {readable(lower)}, at which the first steps move the "
        "weights by a hundredth, and begin with a warmup if it is Adam's"
    )
    return Remedy(sentence, {"learning_rate": lower})


def _percent(share: float) -> str:
    return f"{readable(100 * share, 2)} %"
