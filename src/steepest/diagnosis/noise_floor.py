"""Mini-batch noise: the loss hovers above the minimum and gets no lower."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.reading import Reading
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
        but wander around the minimum, at a level that goes with rate / batch.
    Decides
        Over the later half of at least eight epochs, the slope of the loss is not below
        zero by twice its standard error (a false alarm on one falling run in forty), and
        the descent has not converged.
    When it is wrong
        A plateau that will fall again later looks the same.
    Try
        Half the learning rate, or twice the batch: either halves the level. A rate that
        decays reaches the minimum.
    Sources
        Bottou, Curtis and Nocedal 2018, theorem 4.6.
    """
    if reading.full:
        return Clear()
    if len(reading.losses) < EPOCHS:
        return CannotTell(f"the loss of all rows at {EPOCHS} epochs or more")
    half = len(reading.losses) // 2
    losses = reading.losses[half:]
    if reading.done or reading.falls:
        return Clear()
    level, spread = float(np.mean(losses)), float(np.std(losses))
    evidence = {"level": level, "spread": spread, "learning_rate": reading.rate}
    because = f"over the last {len(losses)} epochs the loss hovers around {readable(level)}"
    if reading.minimum_loss is not None:
        evidence["excess"] = level - reading.minimum_loss
        because += f", {readable(level - reading.minimum_loss)} above the least possible"
    half_rate = reading.rate / 2
    return Finding(
        "noise_floor",
        "info",
        "Noise floor: mini-batches keep it from settling",
        because,
        evidence,
        (
            Remedy(
                f"halve the learning rate, to {readable(half_rate)}, or double the batch: either "
                "halves the level",
                {"learning_rate": half_rate},
            ),
        ),
    )
