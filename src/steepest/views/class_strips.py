"""Many classes with the fit: a strip a class, each row at the probability it was given."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.run import Run
from steepest.trace import Array
from steepest.views.axes_text import label_axes, number_axis, short
from steepest.views.class_coefficients import most_frequent
from steepest.views.points import draw_points, say_above, spread_evenly
from steepest.views.style import Palette

__all__ = ["class_strips_words", "draw_class_strips"]

MOST_STRIPS = 12
HALF_STRIP = 0.28
LEGEND = 0.08
"""Room for the legend above the strips, as a share of their height."""

LONGEST_NAME = 12


def draw_class_strips(axes: Any, run: Run, palette: Palette) -> None:
    """Each row in the strip of its true class, at the probability that this class was given.

    A cross marks a row that was decided to be of another class; the bar is the median of its
    strip. Of many classes the twelve of the most rows have a strip.
    """
    names = most_frequent(run, MOST_STRIPS)
    strips = [run.contract.classes.index(name) for name in names]
    sample = run.sample
    decided, truth, given = map(np.array, (sample.x, sample.target, sample.prediction))
    kept = np.isin(truth, strips) & np.isfinite(given)
    held_out = np.array(sample.held_out)[kept]
    decided, truth, given = decided[kept], truth[kept], given[kept]
    label_axes(axes, "probability of the true class", run.contract.target)
    number_axis(axes.xaxis)
    place = np.searchsorted(strips, truth) + HALF_STRIP * spread_evenly(len(truth))
    draw_points(axes, given, place, held_out, palette)
    _draw_wrong(axes, given, place, decided != truth, palette)
    for i, strip in enumerate(strips):
        _draw_median(axes, given[truth == strip], i, palette)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(len(strips) - 0.5, -0.5 - LEGEND * len(strips))
    axes.set_yticks(range(len(strips)))
    axes.set_yticklabels([short(name, LONGEST_NAME) for name in names], parse_math=False)
    if not len(given):
        say_above(axes, "the model's predictions are not finite numbers", palette)
    elif (decided != truth).any() or (held_out.any() and not held_out.all()):
        legend = axes.legend(
            frameon=False, fontsize="small", handletextpad=0.1, ncols=3, columnspacing=0.9,
            loc="upper right", bbox_to_anchor=(1.03, 1.03), borderaxespad=0.0,
        )  # fmt: skip
        legend.set_in_layout(False)  # it may stand above the names of the classes


def class_strips_words(run: Run) -> str:
    """What the picture shows, behind how many rows it shows."""
    words = (
        "each in the strip of its class, at the probability that the model gives to it; the bar "
        "is the median, and a cross marks a row that was taken for another class."
    )
    classes = len(run.contract.classes)
    if classes > MOST_STRIPS:
        words += f" Of {classes} classes the {MOST_STRIPS} of the most rows are shown."
    return words


def _draw_wrong(axes: Any, x: Array, y: Array, wrong: np.ndarray, palette: Palette) -> None:
    if wrong.any():
        axes.plot(
            x[wrong], y[wrong], linestyle="none", marker="x", markersize=5.0,
            markeredgewidth=1.2, color=palette.error, label="wrong", zorder=4,
        )  # fmt: skip


def _draw_median(axes: Any, given: Array, place: int, palette: Palette) -> None:
    if len(given):
        middle = float(np.median(given))
        axes.plot(
            [middle, middle], [place - 0.38, place + 0.38], color=palette.shades[-1],
            linewidth=2.0, solid_capstyle="butt", zorder=5,
        )  # fmt: skip
