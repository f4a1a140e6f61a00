"""Vanishing gradient, or dead rectifiers: only the bias of the output learns."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.losses.stall import stall
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.readable import listed, readable

__all__ = ["dead_units"]

UNIT = 8
HALF = 0.5
MOST = 0.9
SENTENCE = (
    "start from weights scaled for the activation (He for rectifiers) with biases at zero "
    "and standardised inputs; use leaky rectifiers or normalisation, or fewer layers"
)


def dead_units(reading: Reading) -> Answer:
    """No signal passes: the network answers every row alike, and cannot learn otherwise.

    Sees
        A log: the level of the losses against guessing, ln(classes), their trend, and the
        norm of the gradient. A record: entries of the gradient that became exactly zero. A
        watched loop, where it was asked for: units that were zero for every row of several looks.
    Matters
        Rectifiers that are negative for every row, or a long chain of saturated units, hand
        back no gradient. What is left to learn is the bias of the output: the loss slips to
        the level of guessing by the shares of the classes (or the variance of the target)
        and stays there however long the training.
    Decides
        A log whose loss gains less than a tenth of its first level, and that early: its last
        third does not fall (by four standard errors), or falls at less than a twentieth of the
        first speed, or in all by less than a hundredth; or it only scatters, at the level of
        guessing or below; or it was thrown up by the first steps and has been as good as still
        since, no higher than guessing; or the gradient falls to a thousandth of its largest
        norm, or is too small to gain a hundredth of the loss at a rate of one. A
        record: two entries of the gradient or more are not zero at first and exactly zero
        over the later half, which a smooth function does not do, while others are not (of eight
        parameters or more: fewer are no network). Watched: more than half of a layer.
    When it is wrong
        Inputs that hold nothing about the target end at the same level; so does a plateau
        that training would leave after a long time. The norm of the gradient tells.
    Try
        Start weights scaled for the activation (He for rectifiers, Glorot for tanh), biases at
        zero, inputs standardised; leaky rectifiers or normalisation; fewer layers, or residual
        connections; a smaller learning rate if the units died on the way.
    Sources
        Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward
        neural networks"; He et al. 2015, "Delving deep into rectifiers"; Lu et al. 2020,
        "Dying ReLU and initialization".
    """
    if "dead_layers" in reading.trace.facts:
        return _watched(reading)
    curve = reading.curve
    if curve is None:
        return _of_record(reading)
    if len(curve.train) < 5:
        return CannotTell(MORE)
    found = stall(curve)
    looks = reading.looks
    watched = bool(reading.framework) or looks is not None
    if found is None or found.kind != "dead" or (watched and not (looks and looks.died)):
        return Clear()
    evidence = {"first_loss": curve.train.first, "level": curve.train.last}
    if curve.chance is not None:
        evidence["loss_of_guessing"] = curve.chance
    if curve.gradient is not None:
        evidence["gradient_norm"] = curve.gradient.last
    return _finding(found.because, evidence)


def _watched(reading: Reading) -> Answer:
    """What a watched loop counted, of the layers of which more than half was dead."""
    trace = reading.trace
    shares: dict[str, float] = {}
    for layer in str(trace.facts["dead_layers"].value).split(", "):
        column = trace.measures.get(f"dead_units/{layer}", np.empty(0))
        known = column[np.isfinite(column)]
        if len(known) and known[-1] > HALF:
            shares[layer] = float(known[-1])
    if not shares:
        return Clear()
    told = [
        f"{readable(100 * share, 3)} % of the units of layer {name}"
        for name, share in shares.items()
    ]
    return Finding(
        "dead_units",
        "error" if max(shares.values()) > MOST else "warning",
        "Dead units: no gradient gets through",
        f"{listed(told)} were zero for every row of several batches",
        {f"dead_{layer}": share for layer, share in shares.items()},
        (Remedy(SENTENCE, {}),),
        tuple(shares),
    )


def _of_record(reading: Reading) -> Answer:
    if reading.built_in:
        return Clear()  # a linear model has no units; a penalty may hold parameters at zero
    gradient = reading.trace.gradient
    if gradient is None or reading.finite < 8:
        return CannotTell("the gradients of eight steps or more")
    half = gradient[reading.finite // 2 : reading.finite]
    died = np.all(half == 0, axis=0) & (gradient[0] != 0)
    if len(died) < UNIT or np.sum(died) < 2 or np.all(died | (gradient[0] == 0)):
        return Clear()
    return _finding(
        f"{int(np.sum(died))} of {len(died)} entries of the gradient are exactly zero over the "
        "later half, and were not at first",
        {"dead_entries": float(np.sum(died)), "entries": float(len(died))},
    )


def _finding(because: str, evidence: dict[str, float]) -> Finding:
    return Finding(
        "dead_units",
        "error",
        "Dead units: no gradient gets through",
        because,
        evidence,
        (Remedy(SENTENCE, {}),),
    )
