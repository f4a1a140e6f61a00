"""One minimum or several: what can be certified, and what depends on where one starts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from steepest.descent.descend import descend
from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.curves import command_of, curve_layer, path_layers, weights
from steepest.lessons.houses import Houses, houses
from steepest.lessons.part import Heading, Lesson, Look, Part, Plot, Table, Try, Verdict, Words
from steepest.objective.curve import Curve
from steepest.objective.least_squares import LeastSquares
from steepest.readable import readable
from steepest.trace import Trace

__all__ = ["LESSON"]

TWO_VALLEYS = "w**4 - 3*w**2 + w"
STARTS = (2.0, 0.2, 0.1, -2.0)
LINES = ((-100.0, 900.0), (0.0, 0.0), (400.0, -900.0))
SQUARE_METRE = 10.7639  # square feet


def _play() -> Iterator[Part]:
    data = houses()
    yield Words(
        "A descent ends where the slope is zero. Is that the minimum, or only a minimum? For the "
        "squared error of a linear model there is an answer before the first step."
    )
    yield Look(
        (
            "Where descents from different starts end: in one place, or in several?",
            "The smallest curvature: above zero everywhere, or not?",
        )
    )
    yield from _bowl(data)
    yield from _flat(data)
    yield Heading("A curve with two valleys")
    traces = {start: _from(start) for start in STARTS}
    yield _ends(traces)
    yield Plot(
        "From 2 and from -2: two descents, two minima",
        (
            curve_layer(TWO_VALLEYS, -2.15, 2.15),
            *path_layers(traces[2.0], "from 2"),
            *path_layers(traces[-2.0], "from -2"),
        ),
        "w",
        "J",
        height=12,
    )
    function = Curve.of(TWO_VALLEYS).expression
    hill, wall = function.at(0.0).curvature, function.at(2.0).curvature
    yield Words(
        f"J(w) = {TWO_VALLEYS} has two valleys with a hill between them. Its curvature is "
        f"{readable(hill)} at w = 0 and {readable(wall)} at w = 2: it bends both ways, so no "
        "certificate can be had. Each descent is right about its own valley and knows nothing of "
        "the other. 0.1 and 0.2 are neighbours, on two sides of the top. Where a cost can have "
        "several minima (every neural network's can), the start is part of the answer: try "
        "several, and keep the lowest."
    )
    yield Try(
        (
            (
                command_of(0.1699, 0.05, text=TWO_VALLEYS),
                "almost on the top: it hesitates for thirty epochs, then rolls off",
            ),
            (
                command_of(2, 0.12, text=TWO_VALLEYS),
                "a first step so long that it leaps over the hill",
            ),
        )
    )
    yield Verdict("the descent from 2, in the higher valley", diagnose(traces[2.0]))
    yield Verdict("the descent from -2, in the lower valley", diagnose(traces[-2.0]))


def _bowl(data: Houses) -> Iterator[Part]:
    objective = data.objective(1000.0)
    yield Heading("A bowl: the houses")
    rows: list[tuple[str, ...]] = []
    certificate = ""
    for start in LINES:
        trace = descend(objective, start, steps=2000, tolerance=0.0)
        certificate, end = _certificate(trace), trace.last_params
        rows.append((f"w = {start[0]:g}, b = {start[1]:g}", *(f"{value:.4f}" for value in end)))
    numbers = {
        "smallest_curvature": float(objective.bowl.curvatures[-1]),
        "largest_curvature": float(objective.bowl.curvatures[0]),
    }
    head = ("start", "w at the end", "b at the end")
    yield Table("Three starts, 2,000 steps each", head, tuple(rows), numbers)
    yield Words(
        f"One place, and it has to be so. The certificate: {certificate}. The curvature "
        "of this cost is the same everywhere, so one look at it settles the question for the "
        "whole plane. No second minimum can hide."
    )


def _flat(data: Houses) -> Iterator[Part]:
    yield Heading("A trough: the same size twice")
    columns = np.column_stack([data.size / 1000.0, data.size / SQUARE_METRE / 100.0])
    objective = LeastSquares(columns, data.price, names=("thousand_feet", "hundred_metres"))
    trace = descend(objective, steps=200_000, tolerance=0.0)
    yield Words(
        "Give the model the size in square feet and, as a second column, in square metres. What "
        "one column takes the other can give back, and J does not notice. The certificate says "
        f"so: {_certificate(trace)}. Still no bad minimum, but no single best line either. Drop "
        "one of the columns named."
    )


def _certificate(trace: Trace) -> str:
    fact = trace.facts.get("one_minimum")
    return str(fact.value) if fact is not None else "nothing is known of its minima"


def _from(start: float) -> Trace:
    return descend(Curve.of(TWO_VALLEYS), [start], learning_rate=0.05, steps=200)


def _ends(traces: dict[float, Trace]) -> Table:
    function = Curve.of(TWO_VALLEYS).expression
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, float] = {}
    for start, trace in traces.items():
        end = float(weights(trace)[-1])
        numbers[f"end_from_{start:g}"] = end
        curvature = readable(function.at(end).curvature)
        rows.append((f"{start:g}", f"{end:.4f}", f"{trace.loss[-1]:.4f}", curvature))
    head = ("start", "ends at w", "with J", "curvature there")
    return Table(f"Descents on {TWO_VALLEYS}, learning rate 0.05", head, tuple(rows), numbers)


LESSON = Lesson(
    "one-minimum",
    "One minimum: when the start does not matter, and when it does",
    "When the start does not matter, and when it does.",
    _play,
)
