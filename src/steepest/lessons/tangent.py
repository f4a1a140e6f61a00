"""The derivative: slope of the tangent, limit of the secants, and the sign that turns the step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.curves import command_of, curve_layer, descent, path_layers
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
from steepest.objective.curve import Curve

__all__ = ["LESSON"]

AT = 3.0
RUNS = (2.0, 1.0, 0.1, 0.01, 0.001, -0.001, -0.01, -0.1, -1.0, -2.0, -4.0)


def _play() -> Iterator[Part]:
    yield Words(
        "A gradient with one weight is a slope. Which slope? A curve has none of its own; a "
        "straight line has. So take the point w = 3 on L = w**2, take a second point on the "
        "curve, and lay a line through both: a secant. Its slope is rise over run. Then let the "
        "second point come closer."
    )
    yield Look(
        (
            "The run shrinks to almost nothing, and so does the rise. Their quotient does not.",
            "The slopes from the right (run above 0) and from the left close in on one number.",
        )
    )
    yield _secants()
    yield _picture()
    slope = float(Curve.of("w**2").expression.at(AT).slope)
    yield Words(
        f"The number in the middle is {slope:g}. The line with that slope only touches the curve: "
        "the tangent. Here one can see why: (3 + run)**2 - 3**2 is 6*run + run**2, and over the "
        "run that is 6 + run. In general the slope of w**2 is 2*w: the derivative, found once "
        "by rule instead of with ever smaller runs."
    )
    yield Heading("The sign turns the step round")
    yield Look(("The sign of the slope, and which way the weight then goes.",))
    yield _signs()
    right, left = descent(AT, 0.1, steps=30), descent(-AT, 0.1, steps=30)
    yield Plot(
        "Two balls, one from each side, the same rule for both",
        (
            curve_layer("w**2", -4.0, 4.0),
            *path_layers(right, "from 3"),
            *path_layers(left, "from -3"),
        ),
        "w",
        "J",
        height=10,
    )
    yield Words(
        "The rule is w := w - learning rate * slope. On the right the curve rises, the slope is "
        "positive, and minus a positive number goes left. On the left it falls, the slope is "
        "negative, and minus a negative number goes right. Both roll towards the minimum, and "
        "nowhere does the rule ask on which side it is: no if, no else. The minus sign does it."
    )
    for start, trace in ((AT, right), (-AT, left)):
        yield Epochs(trace, command_of(start, 0.1, steps=30), first=3, last=1)
    yield Try(
        (
            (command_of(-3, 0.1, steps=30), "all lines from the left"),
            (command_of(3, 0.1, text="abs(w)"), "a slope that does not shrink near the minimum"),
        )
    )
    yield Verdict("learning rate 0.1 from 3", diagnose(right))
    yield Verdict("learning rate 0.1 from -3", diagnose(left))


def _secants() -> Table:
    function = Curve.of("w**2").expression
    here = float(function.at(AT).value)
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, float] = {"tangent_slope": float(function.at(AT).slope)}
    for run in RUNS:
        rise = float(function.at(AT + run).value) - here
        numbers[f"secant_slope_run_{run:g}"] = rise / run
        rows.append((f"{AT + run:g}", f"{run:g}", f"{rise:.6g}", f"{rise / run:.6g}"))
        if run == 0.001:
            rows.append(("3", "0", "0", "none, but the limit is 6"))
    head = ("second point", "run", "rise", "slope = rise / run")
    return Table("Secants through w = 3 and a second point", head, tuple(rows), numbers)


def _picture() -> Plot:
    function = Curve.of("w**2").expression
    low, high = -1.8, 4.6
    x = np.array([low, high])
    here, slope = float(function.at(AT).value), float(function.at(AT).slope)

    def line(steepness: float, mark: str, label: str) -> Layer:
        return Layer(tuple(x.tolist()), tuple((here + steepness * (x - AT)).tolist()), mark, label)

    def point(w: float, mark: str) -> Layer:
        return Layer((w,), (float(function.at(w).value),), mark)

    layers = (
        line(2.0, "dots", "secant to A: slope 2"),
        line(4.0, "dashes", "secant to B: slope 4"),
        curve_layer("w**2", low, high),
        line(slope, "line", f"tangent: slope {slope:g}"),
        point(AT, "O"),
        point(-1.0, "A"),
        point(1.0, "B"),
    )
    caption = "O is the point w = 3; A lies 4 to its left, B lies 2 to its left"
    return Plot(caption, layers, "w", "J", (low, high), (-4.0, 20.0), height=18)


def _signs() -> Table:
    function = Curve.of("w**2").expression
    rows: list[tuple[str, ...]] = []
    numbers: dict[str, float] = {}
    for w in (AT, 0.5, -0.5, -AT):
        slope = float(function.at(w).slope)
        numbers[f"slope_at_{w:g}"] = slope
        way = "left, down" if slope > 0 else "right, down"
        rows.append((f"{w:g}", f"{slope:+g}", f"{-0.1 * slope:+g}", f"{w - 0.1 * slope:g}", way))
    head = ("w", "slope 2*w", "step = -0.1 * slope", "next w", "it goes")
    return Table("One step from four places, learning rate 0.1", head, tuple(rows), numbers)


LESSON = Lesson(
    "tangent",
    "The tangent: what a slope is, and why the minus sign is enough",
    "What a slope is, and the sign that turns the step round.",
    _play,
)
