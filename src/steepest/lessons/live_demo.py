"""The live demo: a line through houses, in raw square feet and rescaled."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from steepest.descent.descend import descend
from steepest.diagnosis.diagnose import diagnose
from steepest.lessons.houses import Houses, begin, bowl_plot, houses, loss_plot
from steepest.lessons.part import Heading, Lesson, Look, Part, Table, Try, Verdict, Words
from steepest.objective.least_squares import LeastSquares
from steepest.readable import readable
from steepest.trace import Array, Trace

__all__ = ["LESSON"]

STEPS = 1000
SHOWN = (0, 1, 2, 3, 10, 30, 100, 300, 1000)


def _play() -> Iterator[Part]:
    data = houses()
    yield Words(
        f"{len(data.size)} houses (made up, so that everybody has the same): their size in square "
        "feet and their price in thousands of dollars. We look for the line price = w * size + b "
        "with the least cost J: half of the mean squared error. The line we begin with is a bad "
        "one on purpose: w = -0.1, b = 900, as if every square foot took 100 dollars away."
    )
    yield Look(
        (
            "The line over the data: it should turn until it runs through the houses.",
            "The path of (w, b) over the contours of J: it should roll to the X.",
            "The curve of J: it should fall and level out.",
        )
    )
    raw, rescaled = data.objective(), data.objective(1000.0)
    yield Heading("In raw square feet")
    stuck = descend(raw, begin(), steps=STEPS, tolerance=0.0)
    yield from _views(data, raw, stuck, 1.0)
    yield from _what_goes_wrong(raw, stuck)
    yield Heading("The same houses, size in thousands of square feet")
    trace = descend(rescaled, begin(1000.0), steps=STEPS, tolerance=0.0)
    yield Words(
        "The same line is now w = -100, b = 900: nothing about the houses or about the model has "
        "changed, only the unit of one column. First one iteration, slowly."
    )
    yield _one_iteration(data, trace)
    yield from _views(data, rescaled, trace, 1000.0)
    yield _why_it_works(rescaled, trace)
    yield Try(
        (
            ("steepest lesson scaling", "what a change of units does, in numbers"),
            ("steepest fit houses --target price", "the whole way: split, fit, diagnosis, trust"),
        )
    )
    yield Verdict("the descent in raw square feet", diagnose(stuck))
    yield Verdict("the descent in thousands of square feet", diagnose(trace))


def _views(data: Houses, objective: LeastSquares, trace: Trace, unit: float) -> Iterator[Part]:
    """The three views that move together, and their numbers."""
    params = _params(trace)
    which = "raw" if unit == 1.0 else "rescaled"
    rows = tuple(
        (f"{k:,}", *(readable(number, 6) for number in (*params[k], trace.loss[k]))) for k in SHOWN
    )
    rate = float(trace.learning_rate[0])
    yield Table(
        f"Learning rate {readable(rate)}, half of the largest stable one",
        ("iteration", "w", "b", "J"),
        rows,
        {
            f"{which}_w": float(params[-1, 0]),
            f"{which}_b": float(params[-1, 1]),
            f"{which}_loss": float(trace.loss[-1]),
            f"{which}_condition_number": trace.number("condition_number") or float("nan"),
        },
    )
    after = STEPS if unit == 1.0 else 10
    lines = {"at the start": params[0], f"after {after:,}": params[after]}
    lines["the best line"] = objective.bowl.minimum
    yield data.line_plot("The line over the data", lines, unit)
    yield bowl_plot("The path over the contours of J", objective.bowl, trace)
    yield loss_plot("The curve of J", trace, last=STEPS if unit == 1.0 else 150)


def _what_goes_wrong(raw: LeastSquares, trace: Trace) -> Iterator[Part]:
    gradient, params = _gradient(trace)[0], _params(trace)
    rate, bottom = float(trace.learning_rate[0]), raw.bowl.minimum
    condition = trace.number("condition_number") or float("nan")
    yield Words(
        f"What goes wrong: w jumps to {readable(params[1, 0])} in one step and stays; b has moved "
        f"from 900 to {readable(params[-1, 1], 6)} in {STEPS:,} steps, on its way to "
        f"{readable(bottom[1])}. Both descend with the same learning rate, and their slopes at "
        f"the start are {readable(gradient[0])} for w and {readable(gradient[1])} for b: w is "
        "multiplied by sizes in the thousands, b by 1. A learning rate above "
        f"{readable(2.0 / raw.bowl.sharpness)} would throw w out of the bowl, and at a safe one "
        f"b moves by {readable(rate * gradient[1])} a step."
    )
    yield Words(
        "So the line can only tilt about its end at size 0, price 900, which is far outside the "
        "picture. The loss falls once, then looks flat, and nothing in its curve says that it is "
        "not done. The contours say it: the path stands at the bottom of a valley, and the valley "
        f"runs on for {readable(abs(bottom[1] - params[-1, 1]))} in b towards the X. The steepest "
        f"direction of this bowl is {readable(condition)} times as curved as the flattest. That "
        "is its condition number, and the number of steps grows with it."
    )


def _one_iteration(data: Houses, trace: Trace) -> Table:
    params, gradient = _params(trace), _gradient(trace)[0]
    (w, b), rate = params[0], float(trace.learning_rate[0])
    size, price = data.size[0] / 1000.0, data.price[0]
    rows = (
        (
            "1 predict",
            f"the first house: {w:g} * {readable(size)} + {b:g} = {readable(w * size + b)}, "
            f"and its price is {readable(price)}",
        ),
        ("2 loss", f"J = {readable(trace.loss[0], 6)}, over all houses"),
        ("3 gradients", f"dJ/dw = {readable(gradient[0])}, dJ/db = {readable(gradient[1])}"),
        (
            "4 update",
            f"w := {w:g} - {readable(rate)} * {readable(gradient[0])} = {readable(params[1, 0])}\n"
            f"b := {b:g} - {readable(rate)} * {readable(gradient[1])} = {readable(params[1, 1])}\n"
            "both at once, from the same gradient",
        ),
        ("5 re-evaluate", f"J = {readable(trace.loss[1], 6)}, and again from 1"),
    )
    numbers = {"dJ/dw": float(gradient[0]), "dJ/db": float(gradient[1])}
    return Table("One iteration", ("", "in numbers"), rows, numbers)


def _why_it_works(rescaled: LeastSquares, trace: Trace) -> Words:
    excess = trace.loss - rescaled.bowl.minimum_loss
    tenth, hundredth = (int(np.argmax(excess <= share * excess[0])) for share in (0.1, 0.01))
    condition = trace.number("condition_number") or float("nan")
    w, b = rescaled.bowl.minimum
    return Words(
        f"Now the condition number is {readable(condition, 3)}. The first step drops into the "
        "valley, and then the path curves along it: nine tenths of what there is to gain are "
        f"gained after {tenth} steps, and 99 % after {hundredth}. It ends where the least squares "
        f"line is: {readable(w)} thousand dollars per thousand square feet, from {readable(b)}. "
        "The three views say the same thing in three ways; whoever learns to read them together "
        "sees what went wrong in the first half without being told."
    )


def _params(trace: Trace) -> Array:
    return trace.params if trace.params is not None else np.empty((0, 2))


def _gradient(trace: Trace) -> Array:
    return trace.gradient if trace.gradient is not None else np.empty((0, 2))


LESSON = Lesson(
    "live-demo",
    "The live demo: a line finds its way through houses",
    "A line through house prices: stuck raw, quick when rescaled.",
    _play,
)
