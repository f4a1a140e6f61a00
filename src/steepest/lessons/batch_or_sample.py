"""All rows at every step, a part of them, or a single one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from steepest.descent.descend import descend
from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.houses import bowl_plot, houses
from steepest.lessons.part import Layer, Lesson, Look, Part, Plot, Table, Try, Verdict, Words
from steepest.objective.least_squares import LeastSquares
from steepest.readable import readable
from steepest.trace import Array, Trace

__all__ = ["LESSON"]

EPOCHS = 30
SHOWN = (1, 3, 10, 30)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to take the rows: its record, and J of all rows at the end of every epoch."""

    name: str
    trace: Trace
    updates: int
    excess: Array  # (EPOCHS + 1,) above the minimum


def _play() -> Iterator[Part]:
    data = houses()
    objective, rows = data.standardised(), len(data.size)
    start = data.begin_standardised()
    ways = (
        _descent("all rows", objective, start, None, 0.05, rows),
        _descent("8 rows", objective, start, 8, 0.05, rows),
        _descent("1 row", objective, start, 1, 0.05, rows),
        _descent("1 row, slow", objective, start, 1, 0.005, rows),
    )
    yield Words(
        f"To take one step, batch descent looks at all {len(data.size)} houses. Does it have to? A "
        "few houses, or a single one, say roughly which way is down, and cost a part of the work. "
        "One epoch is one pass over all houses, shuffled: one step with all of them, "
        f"{ways[1].updates} steps with 8 at a time, {ways[2].updates} with one at a time. The size "
        "is standardised, and the learning rate is 0.05 for all but the last."
    )
    yield Look(
        (
            "The first epochs: who is down soonest for the same number of houses looked at?",
            "The last epochs: who comes to rest, and who does not?",
        )
    )
    yield _table(ways)
    yield _curves(ways)
    yield Words(
        "Small batches win the beginning. They look at no more houses, but they do not wait for "
        "all of them before they move: many rough steps beat one exact step. Then the picture "
        "turns. A single house pulls the line towards itself, the next one pulls it back; the "
        "steps stay long however near the minimum is, and J hovers above its floor. Batch descent "
        "has no such noise: its slope shrinks to zero, and so do its steps."
    )
    yield bowl_plot("All rows: a straight way down", objective.bowl, ways[0].trace)
    yield bowl_plot(
        "One row at a time: the same way, and then no rest", objective.bowl, ways[2].trace
    )
    yield Words(
        "The height at which it hovers goes with the learning rate: at a tenth of it (slow), over "
        f"the last ten epochs, J is {readable(_hover(ways[3]), 3)} above its minimum on average "
        f"instead of {readable(_hover(ways[2]), 3)}. So one begins with a large rate and lowers "
        "it, or takes larger batches towards the end."
    )
    yield Try(
        (
            ("steepest fit houses --target price --batch 1", "single rows"),
            ("steepest fit houses --target price --batch 8", "eight at a time"),
            ("steepest fit houses --target price --batch full", "all of them"),
        )
    )
    for way in ways[:3]:
        yield Verdict(f"{way.name} at a time, learning rate 0.05", diagnose(way.trace))


def _descent(
    name: str,
    objective: LeastSquares,
    start: tuple[float, float],
    batch: int | None,
    rate: float,
    rows: int,
) -> Way:
    updates = 1 if batch is None else -(-rows // batch)
    trace = descend(
        objective, start, learning_rate=rate, steps=EPOCHS * updates, batch=batch, tolerance=0.0
    )
    ends = trace.params[::updates] if trace.params is not None else np.empty((0, 2))
    least = objective.bowl.minimum_loss
    return Way(name, trace, updates, np.array([objective.bowl.loss(end) - least for end in ends]))


def _hover(way: Way) -> float:
    """How far J is above its minimum at the end of an epoch, on average over the last ten."""
    return float(np.mean(way.excess[-10:]))


def _table(ways: tuple[Way, ...]) -> Table:
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, float] = {}
    for way in ways:
        rate = float(way.trace.learning_rate[0])
        rows.append(
            (
                way.name,
                str(way.updates),
                f"{rate:g}",
                *(readable(way.excess[epoch], 3) for epoch in SHOWN),
            )
        )
        numbers[f"excess_at_the_end, {way.name}"] = float(way.excess[-1])
        numbers[f"hovers_at, {way.name}"] = _hover(way)
    head = ("at a time", "steps", "rate", *(f"epoch {epoch}" for epoch in SHOWN))
    return Table(
        "How far J of all houses is above its minimum (steps: of one epoch)",
        head,
        tuple(rows),
        numbers,
    )


def _curves(ways: tuple[Way, ...]) -> Plot:
    marks = ("line", "dashes", "dots", "+")
    layers = tuple(
        Layer(tuple(range(EPOCHS + 1)), tuple(way.excess.tolist()), mark, way.name)
        for mark, way in zip(marks, ways, strict=True)
    )
    caption = "J above its minimum, at the end of every epoch"
    return Plot(caption, layers, "epoch", "J - min J", log_y=True, height=12)


LESSON = Lesson(
    "batch-or-sample",
    "Batch or sample: exact steps or many steps",
    "All rows at every step, eight, or one: speed against noise.",
    _play,
)
