"""Experiment (a): learning rate 0.1 on w**2 goes down slowly and smoothly."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.curves import command_of, curve_layer, descent, path_layers, weights
from steepest.lessons.part import Epochs, Layer, Lesson, Look, Part, Plot, Try, Verdict, Words

__all__ = ["LESSON"]


def _play() -> Iterator[Part]:
    trace = descent(10.0, 0.1)
    w = weights(trace)
    moved = np.abs(np.diff(w))
    zero = int(np.argmax(trace.loss < 0.00005))
    yield Words(
        "The smallest case there is: one weight w, the loss L = w**2, its gradient 2*w. We "
        "start at w = 10 and take 50 steps with a learning rate of 0.1. Every step is the same "
        "line: w := w - 0.1 * 2*w."
    )
    yield Look(
        (
            "The sign of the weight: it comes down from one side and never crosses 0.",
            f"The size of the steps: the first is {moved[0]:.4f} long, the tenth "
            f"{moved[9]:.4f}, though nobody touches the learning rate.",
            f"Epoch {zero}: the loss prints 0.0000, and the weight still goes on.",
        )
    )
    yield Epochs(trace, command_of(10, 0.1))
    yield Plot(
        "The path on the curve: the digits are the first ten positions",
        (curve_layer("w**2", -10.5, 10.5), *path_layers(trace)),
        "w",
        "J",
    )
    yield Words(
        "What happened: w - 0.1 * 2*w is 0.8 * w. Each step leaves four fifths of the distance, "
        "whatever the distance is. Far out the slope is steep and the step is long; near the "
        "minimum both shrink together. Nobody has to slow the steps down: the slope does."
    )
    yield Plot(
        "The loss on a logarithmic scale",
        (Layer(tuple(range(51)), tuple(trace.loss.tolist()), "line", "loss"),),
        "epoch",
        "J",
        log_y=True,
        height=8,
    )
    halving = math.log(2) / -math.log(0.8)
    yield Words(
        f"Drawn this way the loss is a straight line: it shrinks by the same factor, 0.64, every "
        f"epoch. Half of the distance is gone every {halving:.1f} epochs, for as long as you like. "
        "That is what people mean by slow and sure: nothing is wrong, it only takes its time."
    )
    yield Try(
        (
            (command_of(10, 0.5), "0.5 is one over the curvature, 2: there in one step"),
            (command_of(10, 0.01, steps=500), "ten times smaller, about ten times as many steps"),
            ("steepest lesson oscillation-trap", "and now ten times larger"),
        )
    )
    yield Verdict("learning rate 0.1 from 10", diagnose(trace))


LESSON = Lesson(
    "slow-convergence",
    "Slow convergence: small steps, all in the right direction",
    "Learning rate 0.1 on w**2: slow, smooth, always downhill.",
    _play,
)
