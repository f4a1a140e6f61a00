"""Experiment (c): learning rate 0.2 from 10 and from 15: steps in proportion to distance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.curves import command_of, descent, weights
from steepest.lessons.part import (
    Epochs,
    Heading,
    Layer,
    Lesson,
    Look,
    Part,
    Plot,
    Table,
    Try,
    Verdict,
    Words,
)
from steepest.readable import readable
from steepest.trace import Trace

__all__ = ["LESSON"]

STARTS = (1.0, 9.0, 10.0, 15.0, 15.1, 20.0, 1000.0)


def _play() -> Iterator[Part]:
    near, far = descent(10.0, 0.2), descent(15.0, 0.2)
    yield Words(
        "Two walkers on L = w**2, both with learning rate 0.2. One starts at w = 10, the other "
        "at w = 15, half as far again and with more than twice the loss. Who is down first?"
    )
    yield Look(
        (
            "The first step of each: which one is longer, and by how much?",
            "The first epoch at which each prints Loss = 0.0000.",
        )
    )
    for start, trace in ((10.0, near), (15.0, far)):
        yield Heading(f"From {start:g}")
        yield Epochs(trace, command_of(start, 0.2), first=16, last=1)
    yield Words(
        f"Both print 0.0000 first at epoch {_first_zero(near)}. The walker from 15 has farther to "
        "go and takes longer steps, because the slope there is steeper: 6 against 4 for the "
        "first one. Each step of either leaves 1 - 0.2 * 2 = 0.6 of its own distance, so the "
        "second walker stays exactly 1.5 times as far away, epoch by epoch. Steps are "
        "proportional to distance."
    )
    yield _both(near, far)
    yield _starts()
    w = weights(near)[15], weights(far)[15]
    loss = near.loss[15], far.loss[15]
    yield Words(
        f"And now the honest part. That both print 0.0000 at the same epoch is partly luck. At "
        f"epoch 15 the losses are {readable(loss[0], 3)} and {readable(loss[1], 3)}, and "
        f"everything below 0.00005 prints as 0.0000: the second just slips under. From 15.1 it "
        "is epoch 16, and so it is from 20. Neither walker has arrived, either: the weights "
        f"there are {w[0]:.4f} and {w[1]:.4f}, and since every step leaves six tenths of what "
        "was there, no number of steps makes them exactly zero. The print rounds; the descent "
        "does not."
    )
    yield Try(
        (
            (command_of(20, 0.2), "twice the distance of 10: one epoch more"),
            (command_of(1000, 0.2), "a hundred times the distance: only nine epochs more"),
        )
    )
    yield Verdict("learning rate 0.2 from 10", diagnose(near))
    yield Verdict("learning rate 0.2 from 15", diagnose(far))


def _first_zero(trace: Trace) -> int:
    """The first epoch whose loss prints as 0.0000."""
    return next(int(k) for k, loss in enumerate(trace.loss) if f"{loss:.4f}" == "0.0000")


def _both(near: Trace, far: Trace) -> Plot:
    epochs = tuple(range(17))
    layers = tuple(
        Layer(epochs, tuple(np.abs(weights(trace)[:17]).tolist()), mark, label)
        for trace, mark, label in ((near, "line", "from 10"), (far, "dashes", "from 15"))
    )
    caption = "The distance to the minimum: parallel lines, the same factor for both"
    return Plot(caption, layers, "epoch", "|w|", log_y=True, height=8)


def _starts() -> Table:
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, float] = {}
    for start in STARTS:
        trace = descent(start, 0.2)
        zero = _first_zero(trace)
        numbers[f"first_zero_from_{start:g}"] = float(zero)
        first = abs(weights(trace)[1] - start)
        rows.append((readable(start), readable(first), f"{weights(trace)[15]:.4f}", str(zero)))
    head = ("start", "first step", "weight at epoch 15", "first Loss = 0.0000")
    return Table("More starts", head, tuple(rows), numbers)


LESSON = Lesson(
    "proportional-steps",
    "Proportional steps: far away they are long, near by they are short",
    "Every step leaves the same share of its own distance.",
    _play,
)
