"""The picture of calibration: what was predicted against what came true."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.run import Run
from steepest.views.axes_text import label_axes, number_axis
from steepest.views.style import Palette

__all__ = ["draw_calibration"]


def draw_calibration(axes: Any, palette: Palette, *, run: Run) -> None:
    """A dot a group of rows, its interval, and the line on which both are equal."""
    held = run.evaluation.calibration
    if held is None:
        return
    x = np.array([part.predicted for part in held.bins])
    y = np.array([part.observed for part in held.bins])
    known = [part for part in held.bins if part.low is not None and part.high is not None]
    for part in known:
        axes.plot([part.predicted] * 2, [part.low, part.high], color=palette.shades[16],
                  linewidth=1.6, alpha=0.55, solid_capstyle="butt", zorder=2)  # fmt: skip
    axes.plot(x, y, "o", markersize=5, color=palette.shades[16], zorder=3)
    ends = [*x, *y, *(v for part in known for v in (part.low, part.high) if v is not None)]
    low, high = (0.0, 1.0) if run.model.classes else (min(ends), max(ends))
    room = 0.03 * ((high - low) or 1.0)
    axes.plot([low, high], [low, high], color=palette.muted, linewidth=1.0, dashes=(5, 3), zorder=1)
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(low - room, high + room)
    number_axis(axes.xaxis)
    number_axis(axes.yaxis)
    label_axes(axes, "predicted, on average", "came true")
