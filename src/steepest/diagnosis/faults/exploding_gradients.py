"""Gradients that grow by orders on their way back through the network."""

from __future__ import annotations

import math

import numpy as np

from steepest.diagnosis.finding import Answer, CannotTell, Clear, Finding, Remedy
from steepest.diagnosis.record.looks import Looks
from steepest.diagnosis.record.needs import MORE
from steepest.diagnosis.record.reading import Reading
from steepest.diagnosis.record.watched import unseen
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["exploding_gradients"]

STEEP = 1000.0
RATHER = 100.0
SPIKE = 30.0
LONE = 1000.0
MOVED = 0.1
ENOUGH = 8


def exploding_gradients(reading: Reading) -> Answer:
    """The gradient is larger by orders than the loss can account for: it explodes on its way back.

    Sees
        A watched loop: by layer, the norm of the gradient times the norm of the weights, over
        the loss: by how many per cent the loss would change where the weights of that layer
        change by one. Only steps up to the first that moved the weights by a tenth count, since
        large steps make large gradients.
    Matters
        Backwards through many layers, or many time steps of a recurrent one, the gradient is
        multiplied by a matrix each time; where that stretches by more than one it grows
        exponentially. One such batch throws the weights out, or the number overflows.
    Decides
        That ratio is above 1,000 in some layer (sound networks have 0.1 to 30 where they begin);
        or above 100 where the norm of the gradient is also 30 times its median over the looks and
        its first value, or the loss breaks right after. Or the norm is 1,000 times both: one that
        was large at first and shrinks is that of a descent that converges. The loss that it is
        divided by is at least its first one, and that of guessing, ln(classes), where the classes
        are known, since an explosion on the way forward lifts the loss as well.
    When it is wrong
        Inputs that were not scaled make large gradients too: see what was found about the data.
        Batches that are rare and strange make spikes that only they explain.
    Try
        Clip the norm of the gradient, at its usual size; a recurrent matrix that begins
        orthogonal; gates (LSTM, GRU), normalisation, shorter sequences.
    Sources
        Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural
        networks"; Saxe, McClelland and Ganguli 2014, "Exact solutions to the nonlinear dynamics
        of learning in deep linear neural networks".
    """
    looks = reading.looks
    if looks is None:
        return unseen(reading)
    if reading.trace.names:
        return Clear()  # a model of few parameters, recorded whole: `diverging` knows better
    if len(looks) == 0:
        return CannotTell(MORE)
    upto = _before_large_steps(looks)
    scale, gradient = _scale(reading, looks)[:upto], looks.gradient[:upto]
    bound = gradient * looks.weight[:upto] / scale  # no layer's ratio is larger
    usual, largest = float(np.median(looks.gradient)), float(gradient.max())
    before = max(usual, float(gradient[0]))  # a descent that converges begins high
    spike = largest / before if before > 0 and len(looks) >= ENOUGH else 0.0
    if not _top(bound) > RATHER and spike < LONE:
        return Clear()
    layer, ratio = _steepest(looks, bound, scale)
    steep = ratio > STEEP or (ratio > RATHER and (spike > SPIKE or _broke(reading)))
    if not steep and spike < LONE:
        return Clear()
    return _finding(looks, layer, ratio, largest, before, spike)


def _steepest(looks: Looks, bound: Array, scale: Array) -> tuple[str, float]:
    """The layer with the largest ratio, and that ratio, at the looks where it can be large; else
    where the gradient is largest."""
    at = np.flatnonzero(bound > RATHER)
    if len(at) == 0:
        at = np.array([int(looks.gradient[: len(bound)].argmax())])
    row = looks.row[at]
    ratios = {
        name: _top(looks.gradients.at(name, row) * looks.weights.at(name, row) / scale[at])
        for name in looks.gradients
    }
    layer = max(ratios, key=lambda name: ratios[name])
    return layer, ratios[layer]


def _broke(reading: Reading) -> bool:
    """Whether a loss is known not to be finite; on its way, one that is not there yet is NaN."""
    loss, ended = reading.trace.loss, reading.trace.stop.reason != "interrupted"
    named = "first_non_finite" in reading.trace.facts
    return named or bool(np.any(np.isinf(loss))) or (ended and bool(np.any(np.isnan(loss))))


def _before_large_steps(looks: Looks) -> int:
    """How many looks come up to the first step that moved the weights by a tenth, with it."""
    far = np.flatnonzero(looks.share > MOVED)
    return int(far[0]) + 1 if len(far) else len(looks)


def _scale(reading: Reading, looks: Looks) -> Array:
    """(n,) the size of the loss at each look: its own, the first one, and that of guessing."""
    loss = np.abs(reading.trace.loss)
    known = loss[np.isfinite(loss)]
    first = float(known[0]) if len(known) else 1.0
    told = reading.context.classes
    if told is not None and told > 1:
        return np.full(len(looks), math.log(told))
    here = np.where(np.isfinite(loss[looks.row]), loss[looks.row], first)
    return np.maximum(np.maximum(here, first), 1e-300)


def _top(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else 0.0


def _finding(
    looks: Looks, layer: str, ratio: float, largest: float, before: float, spike: float
) -> Finding:
    because = (
        f"the norm of the gradient reaches {readable(largest, 3)}, most of it in layer {layer}: "
        "there a change of the weights by one per cent would change the loss by "
        f"{readable(ratio, 2)} %"
    )
    if spike > SPIKE:
        because += f"; that is {readable(spike, 2)} times the usual {readable(before, 2)}"
    clip = float(f"{before:.1g}") if spike > SPIKE else 1.0
    usual = float(np.median(looks.gradient))
    evidence = {"largest_gradient_norm": largest, "median_gradient_norm": usual, "ratio": ratio}
    return Finding(
        "exploding_gradients",
        "error",
        "Exploding gradients",
        because,
        evidence,
        (
            Remedy(f"clip the norm of the gradient before the update, at {readable(clip)}", {}),
            Remedy(
                f"in layer {layer}, begin with orthogonal weights or smaller ones; of a recurrent "
                "layer, use gates (LSTM, GRU) or shorter sequences; of a deep network, "
                "normalisation",
                {},
            ),
        ),
        (layer,),
    )
