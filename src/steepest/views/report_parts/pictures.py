"""The pictures: the curve of the loss, the path, the data with the fit."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from steepest.readable import readable
from steepest.run import Run
from steepest.views.class_strips import class_strips_words
from steepest.views.content import Block, Picture, Pictures, Steps
from steepest.views.loss_curve import loss_curve
from steepest.views.phrases import cost_words
from steepest.views.plots import View, draw_view, views_of
from steepest.views.style import Palette

__all__ = ["pictures"]


def pictures(run: Run) -> tuple[Block, ...]:
    """Three figures that share one shade for each step, from the first to the last."""
    words = {"loss": _of_loss(run), "path": _of_path(run), "data": _of_data(run)}
    drawn = tuple(
        Picture(view.name, view.title, words[view.name], partial(_draw, view=view, run=run))
        for view in views_of(run)
    )
    first, last = int(run.trace.step[0]), int(run.trace.step[-1])
    return (Steps(first, last), Pictures(drawn))


def _draw(axes: Any, palette: Palette, *, view: View, run: Run) -> None:
    draw_view(view, axes, run, palette)


def _of_loss(run: Run) -> str:
    trace = run.trace
    curve = loss_curve(trace)
    least = trace.number("minimum_loss")
    words = cost_words(trace) + (
        "." if least is None else f"; the least possible is {readable(least)}."
    )
    if curve.of_rest:
        words += " Drawn is what is left above the least possible, on a logarithmic axis."
    elif curve.log:
        words += " The axis of J is logarithmic."
    if curve.rounded is not None:
        words += f" After step {curve.rounded:,} nothing but rounding is left."
    if curve.broken is not None:
        words += f" From step {curve.broken:,} on J is no finite number."
    return words


def _of_path(run: Run) -> str:
    if run.landscape is None:
        return "The path of the parameters, without contours of the cost."
    words = f"The path in {run.landscape.plane}. On each ring J is the same; from ring to ring "
    words += "what is above the lowest point halves."
    return words + (" The cross is the minimum." if run.landscape.minimum is not None else "")


def _of_data(run: Run) -> str:
    shown = len(run.sample.target)
    rows = (
        f"{shown:,} of {run.split.rows:,} rows" if shown < run.split.rows else f"All {shown:,} rows"
    )
    if not np.isfinite(run.sample.prediction).any():
        return f"{rows}. The model's predictions are not finite numbers, and cannot be drawn."
    if run.model.loss == "softmax":
        return f"{rows}, {class_strips_words(run)}"
    if run.model.classes:
        return f"{rows}, by their log-odds or feature; the curve is the model's probability."
    if run.sample.feature:
        shape = "curve" if run.model.loss == "poisson" else "line"
        return f"{rows} with the model's {shape}; thin lines are the errors."
    return f"{rows}: the prediction against the truth. On the dashed line they are equal."
