"""Units of tanh or sigmoid that stay at the ends of their range."""

from __future__ import annotations

import numpy as np

from steepest.diagnosis.finding import Answer, Clear, Finding, Remedy
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import unseen
from steepest.readable import listed, readable

__all__ = ["saturated_units"]

HALF = 0.5


def saturated_units(reading: Reading) -> Answer:
    """Units whose answer is the same for nearly all rows, at an end of tanh or sigmoid.

    Sees
        In a watched loop, where it was asked for: for each unit of a tanh or sigmoid inside the
        network, the share of rows at which it is above 0.97 in size (tanh), below 0.03 or above
        0.97 (sigmoid).
    Matters
        There the slope of tanh is below 0.06 and that of a sigmoid below 0.03: hardly any gradient
        gets through, and what lies before the layer learns as slowly.
    Decides
        More than half of the units of a layer, each at its ends for 95 % of the rows or more, at
        five looks in a row and over 100 rows or more.
    When it is wrong
        Gates that are meant to be open or closed.
    Try
        Inputs brought to a common scale; weights that start smaller (Glorot); a normalising layer
        before the activation; a smaller learning rate, if they went there on the way.
    Sources
        Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural
        networks", section 3.
    """
    trace = reading.trace
    if not any(name.startswith("saturated_units/") for name in trace.measures):
        return unseen(reading)
    shares: dict[str, float] = {}
    for name, column in trace.measures.items():
        known = column[np.isfinite(column)] if name.startswith("saturated_units/") else column[:0]
        if len(known) and known[-1] > HALF:
            shares[name.partition("/")[2]] = float(known[-1])
    if not shares:
        return Clear()
    told = [
        f"{readable(100 * share, 3)} % of the units of layer {name}"
        for name, share in shares.items()
    ]
    sentence = (
        "bring the inputs to a common scale, start from smaller weights (Glorot), or normalise "
        "before the activation; a smaller learning rate, if they went there on the way"
    )
    return Finding(
        "saturated_units",
        "warning",
        "Saturated units: hardly any gradient gets through",
        f"{listed(told)} were at an end of their range for nearly all rows of several batches",
        {f"saturated_{layer}": share for layer, share in shares.items()},
        (Remedy(sentence, {}),),
        tuple(shares),
    )
