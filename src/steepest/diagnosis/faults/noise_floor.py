"""Mini-batch noise: the loss hovers above the minimum and gets no lower."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.alone_ending import ending_alone
from steepest.diagnosis.record.reading import Reading
from steepest.readable import readable

__all__ = ["noise_floor"]

EPOCHS = 8


def noise_floor(reading: Reading) -> Answer:
    """The gradients of mini-batches differ so much that the loss hovers above the minimum.

    Sees
        The loss of all rows at the first step of each epoch, over the later half of them,
        and the least possible loss where it is known.
    Matters
        Not a fault of the rate as such: with a constant rate the parameters never settle
        but wander around the minimum, at a level that falls with the rate and as the batch
        grows.
    Decides
        Over the later half of at least eight epochs, the slope of the loss is not below
        zero by twice its standard error (a false alarm on one falling run in forty), the
        descent has not converged, and the level is not above twice the first loss, nor three
        times its scatter above it (that is no floor: the descent has run away or was thrown
        out).
        A log of losses: no fall worth having is left by the slope of its last third, and the
        scatter is above a fiftieth of the level.
    When it is wrong
        A plateau that will fall again later looks the same.
    Try
        Half the learning rate: for rows drawn with replacement the bound on the level goes
        with the rate (Bottou, Curtis and Nocedal); in shuffled epochs it falls by about half
        or more. A larger batch lowers it too. A rate that decays reaches the minimum.
    Sources
        Bottou, Curtis and Nocedal 2018, theorem 4.6, for sampling with replacement; Mishchenko,
        Khaled and Richtárik 2020, "Random reshuffling: simple analysis with vast
        improvements", for shuffled epochs.
    """
    if reading.curve is not None:
        return ending_alone(reading.curve, "noise_floor")
    if reading.full:
        return Clear()
    if len(reading.losses) < EPOCHS:
        return CannotTell(f"the loss of all rows at {EPOCHS} epochs or more")
    half = len(reading.losses) // 2
    losses = reading.losses[half:]
    level, spread = float(np.mean(losses)), float(np.std(losses))
    first = float(reading.losses[0])
    most = first + max(abs(first), 3.0 * spread)
    if reading.done or reading.falls or reading.runaway or level > most:
        return Clear()
    evidence = {"level": level, "spread": spread}
    because = f"over the last {len(losses)} epochs the loss hovers around {readable(level)}"
    if reading.minimum_loss is not None:
        evidence["excess"] = level - reading.minimum_loss
        because += f", {readable(level - reading.minimum_loss)} above the least possible"
    if reading.rated:
        evidence["learning_rate"] = reading.rate
    mean = reading.trace.number("average_loss")
    if mean is not None:
        evidence["average_loss"] = mean
        because += f"; the mean of the iterates, which is kept, is at {readable(mean)}"
    return Finding(
        "noise_floor",
        "info",
        "Noise floor: mini-batches keep it from settling",
        because,
        evidence,
        (_remedy(reading),),
    )


def _remedy(reading: Reading) -> Remedy:
    if "average" in reading.trace.facts:  # the noise is averaged out; what is left is the way
        steps = 2 * int(reading.trace.step[-1])
        return Remedy(f"the mean gains from more steps: take {steps:,}", {"steps": steps})
    lowers = "that lowers the level, at least about by half; a larger batch lowers it too"
    if not reading.rated:
        return Remedy(f"halve the learning rate: {lowers}", {})
    half = reading.rate / 2
    return Remedy(
        f"halve the learning rate, to {readable(half)}: {lowers}", {"learning_rate": half}
    )
