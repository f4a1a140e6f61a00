"""Diverging and not finite, from the losses alone."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.loss_curve import LossCurve
from steepest.diagnosis.losses.stall import stall
from steepest.diagnosis.losses.upturn import upturn
from steepest.diagnosis.record.needs import MORE
from steepest.readable import readable

__all__ = ["diverging_alone", "grew_alone"]

GREW = 2.0
FAR = 10.0
ABSURD = 1e15  # no data cost as much
HIGH = 1.2
WILD = 0.3
OWN_SIZE = 0.1
RECOVERED = 0.8
ASTRAY = 3.0
AT_LEAST = 0.97


def diverging_alone(curve: LossCurve) -> Answer:
    """The loss rises before it ever fell, or runs off to infinity, or stays above guessing.

    A sound rate lowers the loss from the first steps on, on average; one above what the
    curvature allows throws the parameters out at once. Cross-entropy grows only linearly in
    the scores, so that it need not overflow: it bounces high, or comes to rest at guessing or
    above with all units dead. So a rise to twice the first level (three rows together: mini-
    batches of eight rows of a squared error scatter by half of their mean) before a third of
    it was gained is called; or growth to twice the first level before an overflow; or an end a
    fifth above guessing, ln(classes), where the classes are told, or never below five times
    that, or from three times that down to it and no lower; or, with Adam at a rate
    above 0.1, at which every weight moves by its own size in a few steps, wild scatter. A
    network that was thrown out once and has not moved since is left to `dead_units`.
    """
    train = curve.train
    found = upturn(curve)
    lifted = found is not None and found.kind in ("jump", "climb")
    if curve.broken and grew_alone(curve) and not lifted:
        return _finding(curve, train.lowest, float(train.value[-1]), "and then overflows")
    if curve.broken:
        return Clear()
    if len(train) < 3:
        return CannotTell(MORE)
    killed = stall(curve) if found is not None and found.kind == "early" else None
    if killed is not None and killed.kind == "dead":
        return Clear()
    if found is not None and found.kind == "early" and train.gained > RECOVERED:
        return Clear()  # thrown up once, by a rate that it came to bear
    if found is not None and found.kind == "early":
        after = f"and ends at {readable(train.last)}"
        return _finding(curve, found.low, found.high, after)
    if (
        (found is None and _above_guessing(curve))
        or _wild(curve)
        or curve.absurd
        or _fell_to_guessing(curve)
    ):
        highest = float(train.value.max())
        return _finding(curve, train.lowest, highest, f"and ends at {readable(train.last)}")
    return Clear()


def grew_alone(curve: LossCurve) -> bool:
    """Whether the losses had grown to twice the first, or the lowest, before they broke."""
    value = curve.train.value
    if len(value) < 2:
        return curve.chance is not None and bool(value[-1] > GREW * curve.chance)
    first, last = float(curve.train.first), float(np.max(value[-3:]))
    astray = float(value.max()) > FAR * max(first, abs(curve.train.lowest))
    return last > GREW * first or astray or last > ABSURD


def _above_guessing(curve: LossCurve) -> bool:
    told = curve.context.classes
    if told is None or told < 2 or len(curve.train) < 10:
        return False
    high = HIGH * float(np.log(told))
    falls = curve.train.trend(2 / 3, 1.0).sigmas < -6.0 and curve.train.gained > WILD
    scatter = curve.train.noise > 0.05 * curve.train.last
    return curve.train.last > high and scatter and not falls


def _fell_to_guessing(curve: LossCurve) -> bool:
    """Whether it began at three times the loss of guessing, where the classes are told, and
    never got below that: a first row is a mean over steps that threw the parameters out."""
    told = curve.context.classes
    if told is None or told < 2:
        return False
    chance = float(np.log(told))
    return curve.train.first > ASTRAY * chance and curve.train.lowest > AT_LEAST * chance


def _wild(curve: LossCurve) -> bool:
    if curve.rate is None or not curve.adaptive:
        return False
    wild = curve.train.noise > WILD * curve.train.last
    return wild and float(np.median(curve.rate.value)) > OWN_SIZE and curve.train.last > 0.1


def _finding(curve: LossCurve, low: float, high: float, after: str) -> Finding:
    evidence = {"lowest_loss": low, "highest_loss": high, "last_loss": curve.train.last}
    remedy = Remedy("lower the learning rate tenfold, and again if it still rises", {})
    if curve.rate is not None and curve.rate.last > 0:
        evidence["learning_rate"] = float(curve.rate.value.max())
        tenth = evidence["learning_rate"] / 10
        sentence = f"lower the learning rate to {readable(tenth)}, and further if it still rises"
        remedy = Remedy(sentence, {"learning_rate": tenth})
    return Finding(
        "diverging",
        "error",
        "Diverging: the steps are too large",
        f"the loss rises from {readable(low)} to {readable(high)} {after}",
        evidence,
        (remedy,),
    )
