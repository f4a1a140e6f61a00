"""The pictures of a study: the score over the rows that train, and over a setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.evaluation.studies.study import CurvePoint, LearningCurve, ValidationCurve
from steepest.readable import readable
from steepest.trace import Array
from steepest.views.axes_text import label_axes, number_axis
from steepest.views.style import Palette

__all__ = ["draw_learning_curve", "draw_validation_curve"]

DECADES = 20.0
MOST_LABELS = 6


def draw_learning_curve(axes: Any, palette: Palette, *, curve: LearningCurve, score: str) -> None:
    """On the rows that trained and on those that did not, over the number that trained."""
    at = _places(curve.points)
    log = at[0] > 0 and at[-1] / at[0] > DECADES
    if log:
        axes.set_xscale("log")
    _draw_scores(axes, palette, at, curve.points)
    number_axis(axes.xaxis, log=log, whole=not log)
    number_axis(axes.yaxis)
    label_axes(axes, "rows that train", score)


def draw_validation_curve(
    axes: Any, palette: Palette, *, curve: ValidationCurve, score: str
) -> None:
    """Over a degree or a penalty, with an upright line at the setting of the run."""
    settings = [point.at for point in curve.points]
    # penalties begin at 0 and spread over decades, so that each stands an equal step apart
    at = np.arange(len(settings), dtype=np.float64)
    _draw_scores(axes, palette, at, curve.points)
    if curve.asked in settings:
        asked = settings.index(curve.asked)
        axes.axvline(asked, color=palette.muted, linewidth=1.0, dashes=(2, 2), zorder=1)
    if curve.best in settings:
        best = settings.index(curve.best)
        axes.plot(
            best, curve.points[best].held_out, "o", markersize=10, markerfacecolor="none",
            markeredgewidth=1.4, color=palette.accent, zorder=4,
        )  # fmt: skip
    every = -(-len(settings) // MOST_LABELS)
    axes.set_xticks(at[::every], [readable(setting, 2) for setting in settings[::every]])
    number_axis(axes.yaxis)
    label_axes(axes, "penalty (l2)" if curve.over == "l2" else curve.over, score)


def _draw_scores(axes: Any, palette: Palette, at: Array, points: Sequence[CurvePoint]) -> None:
    train = [point.train for point in points]
    held_out = [point.held_out for point in points]
    for place, point in zip(at, points, strict=True):
        if point.low is not None and point.high is not None:
            axes.plot([place] * 2, [point.low, point.high], color=palette.shades[16],
                      linewidth=1.6, alpha=0.5, solid_capstyle="butt", zorder=2)  # fmt: skip
    axes.plot(at, held_out, "o-", color=palette.shades[16], linewidth=1.6, markersize=4,
              label="rows that did not train", zorder=3)  # fmt: skip
    axes.plot(at, train, "s", linestyle="--", dashes=(4, 2), color=palette.shades[4],
              linewidth=1.4, markersize=3.5, label="rows that trained", zorder=3)  # fmt: skip
    axes.legend(frameon=False, fontsize="small", loc="lower left", bbox_to_anchor=(-0.03, 0.99),
                borderpad=0.1, labelspacing=0.3)  # fmt: skip


def _places(points: Sequence[CurvePoint]) -> Array:
    return np.array([point.at for point in points], dtype=np.float64)
