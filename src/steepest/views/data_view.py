"""The data with the fit: the line over the points, or predictions against the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.run import Run
from steepest.trace import Array
from steepest.views.axes_text import label_axes, number_axis, short
from steepest.views.class_strips import draw_class_strips
from steepest.views.points import draw_points, say_above, spread_evenly
from steepest.views.style import Palette

__all__ = ["draw_data"]

FAR_OFF = 4.0
JITTER = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """The sample's rows as arrays (n,), those that the picture has a place for."""

    x: Array
    target: Array
    prediction: Array
    held_out: np.ndarray


def draw_data(axes: Any, run: Run, palette: Palette) -> None:
    """One feature: the line over the points. Several: prediction against truth.

    Two classes: each row at its score (or its one feature), with the curve of the
    probability and the threshold. More classes: see `class_strips`. Rows held out are
    rings, those trained on are dots.
    """
    if run.model.loss == "softmax":
        draw_class_strips(axes, run, palette)
        return
    points = _placed_points(run)
    number_axis(axes.xaxis)
    number_axis(axes.yaxis)
    if run.model.classes:
        _draw_classes(axes, run, points, palette)
    elif run.sample.feature:
        _draw_line(axes, run, points, palette)
    else:
        _draw_against_truth(axes, run, points, palette)
    if not np.isfinite(run.sample.prediction).any():
        say_above(axes, "the model's predictions are not finite numbers", palette)
    if points.held_out.any() and not points.held_out.all():
        place = _beside_the_curve(points) if run.model.classes else {}
        axes.legend(frameon=False, fontsize="small", handletextpad=0.2, **place)


def _beside_the_curve(points: _Points) -> dict[str, Any]:
    """Where the curve of two classes leaves room: between them, on its longer arm's side."""
    middle = points.x[np.argmin(np.abs(points.prediction - 0.5))]
    if middle > (points.x.min() + points.x.max()) / 2:
        return {"loc": "upper left", "bbox_to_anchor": (0, 0.86)}
    return {"loc": "lower right", "bbox_to_anchor": (1, 0.14)}


def _placed_points(run: Run) -> _Points:
    sample = run.sample
    x, target, prediction = map(np.array, (sample.x, sample.target, sample.prediction))
    kept = np.isfinite(x) & np.isfinite(target)
    if not sample.feature:
        kept &= np.isfinite(prediction)
    return _Points(x[kept], target[kept], prediction[kept], np.array(sample.held_out)[kept])


def _draw_line(axes: Any, run: Run, points: _Points, palette: Palette) -> None:
    label_axes(axes, run.sample.feature, run.contract.target)
    gap = np.full_like(points.x, np.nan)
    axes.plot(
        np.column_stack([points.x, points.x, gap]).ravel(),
        np.column_stack([points.target, points.prediction, gap]).ravel(),
        color=palette.rule,
        linewidth=0.7,
        alpha=0.55,
        zorder=1,
    )
    draw_points(axes, points.x, points.target, points.held_out, palette)
    _draw_curve(axes, run, palette)
    _keep_to_the_data(axes, run, points, palette)


def _draw_curve(axes: Any, run: Run, palette: Palette) -> None:
    sample = run.sample
    x, y = np.array(sample.curve_x), np.array(sample.curve_y)
    kept = np.isfinite(y)
    axes.plot(x[kept], y[kept], color=palette.shades[-1], linewidth=2.0, zorder=4)


def _keep_to_the_data(axes: Any, run: Run, points: _Points, palette: Palette) -> None:
    """Where the line of a failed descent is far off, show the data and say so."""
    truth = np.array(run.sample.target)
    truth = truth[np.isfinite(truth)]
    drawn = np.concatenate([points.prediction, np.array(run.sample.curve_y)])
    drawn = drawn[np.isfinite(drawn)]
    if not len(truth) or not len(drawn):
        return
    size = float(np.ptp(truth)) or max(abs(float(truth[0])), 1.0)
    low, high = float(truth.min()), float(truth.max())
    if drawn.min() > low - FAR_OFF * size and drawn.max() < high + FAR_OFF * size:
        return
    axes.set_ylim(low - 0.1 * size, high + 0.1 * size)
    say_above(axes, "the model is outside of this picture", palette)


def _draw_against_truth(axes: Any, run: Run, points: _Points, palette: Palette) -> None:
    target = short(run.contract.target, 30)
    label_axes(axes, f"true {target}", f"predicted {target}")
    if not len(points.x):
        return
    ends = [points.target.min(), points.target.max()]
    axes.plot(ends, ends, color=palette.muted, linewidth=1.0, dashes=(5, 3), zorder=3)
    draw_points(axes, points.target, points.prediction, points.held_out, palette)
    _keep_to_the_data(axes, run, points, palette)


def _draw_classes(axes: Any, run: Run, points: _Points, palette: Palette) -> None:
    negative, positive = (short(name, 18) for name in run.model.classes)
    name = run.sample.feature or "log-odds"
    label_axes(axes, name, f"probability of {positive}")
    spread = JITTER * spread_evenly(len(points.x))
    draw_points(axes, points.x, points.target + spread, points.held_out, palette)
    if run.sample.feature:
        _draw_curve(axes, run, palette)
    else:
        order = np.argsort(points.x)
        axes.plot(
            points.x[order], points.prediction[order], color=palette.shades[-1], lw=2.0, zorder=4
        )
    axes.axhline(run.model.threshold, color=palette.muted, linewidth=1.0, dashes=(5, 3), zorder=2)
    axes.set_ylim(-0.12, 1.12)
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    across = axes.get_yaxis_transform()
    for height, words in ((1.0, positive), (0.0, negative)):
        axes.text(
            1.02, height, words, transform=across, va="center", fontsize="small", parse_math=False
        )
    axes.text(
        1.02,
        run.model.threshold,
        "threshold",
        transform=across,
        va="center",
        fontsize="small",
        color=palette.muted,
    )
