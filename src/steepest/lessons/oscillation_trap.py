"""Experiment (b): learning rate 1.0 on w**2 jumps from w to -w and back for ever."""

from __future__ import annotations

from collections.abc import Iterator

from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.curves import command_of, curve_layer, descent, path_layers, weights
from steepest.lessons.part import Epochs, Lesson, Look, Part, Plot, Table, Try, Verdict, Words
from steepest.readable import readable

__all__ = ["LESSON"]

RATES = {
    0.1: "comes down on one side",
    0.5: "there in one step",
    0.9: "crosses over, and comes down",
    1.0: "back and forth for ever",
    1.1: "crosses over, and climbs",
}


def _play() -> Iterator[Part]:
    trace = descent(10.0, 1.0)
    yield Words(
        "The same curve, the same start at w = 10, the same 50 epochs. Only the learning rate "
        "is now 1.0, ten times larger than in slow-convergence. Ten times larger steps should "
        "be there ten times sooner."
    )
    yield Look(
        (
            "The sign of the weight in every line.",
            "The loss: which way does it move?",
        )
    )
    yield Epochs(trace, command_of(10, 1.0), first=6, last=2)
    yield Plot(
        "The path: even steps stand on the right, odd ones on the left",
        (curve_layer("w**2", -11.5, 11.5), *path_layers(trace, "the first two positions")),
        "w",
        "J",
        height=10,
    )
    yield Words(
        "What happened: at w = 10 the slope is 20, so the step is 1.0 * 20 = 20 long. The "
        "minimum is 10 away. The weight flies over it and lands at -10, exactly as high on the "
        "other wall, where the slope is -20 and sends it all the way back. The direction is "
        "right every time; the length is wrong every time. The loss is frozen at 100, and 50 "
        "million epochs would not change it."
    )
    yield _rates()
    yield Words(
        "One step multiplies the weight by 1 - 2 * learning rate, because the curvature of w**2 "
        "is 2. Below 1 in size it shrinks; at exactly -1 it is trapped; beyond, it climbs. The "
        "edge is always 2 divided by the curvature, here 1.0. Note that 0.1 and 0.9 end equally "
        "near: one creeps, the other one bounces."
    )
    yield Try(
        (
            (command_of(10, 0.99), "just inside the edge: the loss falls, very slowly"),
            (command_of(10, 1.01), "just outside: the loss grows, very slowly"),
            (command_of(10, 0.5, text="3*w**2"), "curvature 6: the edge is now 0.333"),
        )
    )
    yield Verdict("learning rate 1.0 from 10", diagnose(trace))


def _rates() -> Table:
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, float] = {}
    for rate, seen in RATES.items():
        trace = descent(10.0, rate)
        w = weights(trace)
        numbers[f"loss_after_50_at_{rate}"] = float(trace.loss[-1])
        rows.append((f"{rate}", f"{w[1] / w[0]:.1f}", readable(trace.loss[-1]), seen))
    head = ("learning rate", "w times", "loss after 50", "what you see")
    return Table("Five learning rates from w = 10", head, tuple(rows), numbers)


LESSON = Lesson(
    "oscillation-trap",
    "The oscillation trap: every step undoes the one before",
    "Learning rate 1.0: from w to -w for ever, the loss frozen.",
    _play,
)
