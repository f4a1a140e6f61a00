"""The pictures of the threshold: what it finds, and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.evaluation.decisions import Decisions
from steepest.trace import Array
from steepest.views.axes_text import label_axes, number_axis
from steepest.views.style import Palette

__all__ = ["draw_costs", "draw_shares"]


def draw_shares(axes: Any, palette: Palette, *, decisions: Decisions) -> None:
    """Recall and precision over the threshold."""
    at, found, missed, false = _counts(decisions)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, precision = found / (found + missed), found / (found + false)
    axes.plot(at, recall, color=palette.shades[16], linewidth=1.8, label="recall")
    axes.plot(
        at, precision, color=palette.shades[4], linewidth=1.8, dashes=(5, 2), label="precision"
    )
    axes.set_ylim(-0.03, 1.03)
    _finish(axes, palette, decisions, "share of the rows")
    axes.legend(frameon=False, fontsize="small", loc="lower left", ncols=2,
                bbox_to_anchor=(-0.03, 0.99), borderpad=0.1)  # fmt: skip


def draw_costs(axes: Any, palette: Palette, *, decisions: Decisions) -> None:
    """The cost of a thousand cases over the threshold, with a ring where it is least."""
    known = [point for point in decisions.curve if point.cost is not None]
    at = np.array([point.threshold for point in known])
    cost = np.array([point.cost for point in known], dtype=np.float64)
    axes.plot(at, cost, color=palette.shades[16], linewidth=1.8)
    least = int(np.argmin(cost))
    axes.plot(at[least], cost[least], "o", markersize=7, markerfacecolor="none",
              markeredgewidth=1.6, color=palette.accent)  # fmt: skip
    _finish(axes, palette, decisions, "cost of 1,000 cases")


def _finish(axes: Any, palette: Palette, decisions: Decisions, upwards: str) -> None:
    for outcome in decisions.policies:
        if outcome.chosen:
            axes.axvline(
                outcome.threshold, color=palette.muted, linewidth=1.0, dashes=(2, 2), zorder=1
            )
    axes.set_xlim(-0.02, 1.02)
    number_axis(axes.xaxis)
    number_axis(axes.yaxis)
    label_axes(axes, "threshold", upwards)


def _counts(decisions: Decisions) -> tuple[Array, Array, Array, Array]:
    points = [
        (point.threshold, point.true_positive, point.false_negative, point.false_positive)
        for point in decisions.curve
    ]
    at, found, missed, false = np.array(points, dtype=np.float64).T
    return at, found, missed, false
