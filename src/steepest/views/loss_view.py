"""The curve of the cost J over the steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.readable import readable
from steepest.trace import Array, Trace
from steepest.views.axes_text import label_axes, number_axis
from steepest.views.loss_curve import loss_curve, thinned
from steepest.views.shaded_line import ends, shaded_line
from steepest.views.style import Palette, Shades

__all__ = ["draw_loss"]


def draw_loss(axes: Any, trace: Trace, shades: Shades, palette: Palette) -> None:
    """Draw the curve of J, its floor, and where it stopped being finite."""
    curve = loss_curve(trace)
    label_axes(axes, "step (logarithmic)" if curve.log_step else "step", curve.label)
    if curve.log:
        axes.set_yscale("log")
    if curve.log_step:
        axes.set_xscale("symlog", linthresh=1.0)
    number_axis(axes.xaxis, log=curve.log_step, whole=True)
    number_axis(axes.yaxis, log=curve.log)
    if not len(curve.step):
        _say(axes, 0.5, 0.5, "no step has a finite cost", palette, ha="center", va="center")
        return
    rows = thinned(curve.step, curve.height)
    step, height = curve.step[rows], curve.height[rows]
    if curve.log:
        _limit(axes, height, curve.floor)
    shaded_line(axes, step, height, shades.of(step), palette)
    ends(axes, step, height, palette)
    if not curve.of_rest:
        _draw_beside(axes, trace, palette)
    if curve.floor is not None:
        _draw_floor(axes, curve.floor, palette)
    if curve.broken is not None:
        words = f"no finite number from step {curve.broken:,} on"
        _say(axes, 0.03, 0.97, words, palette, ha="left", va="top")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize="small", loc="upper right")


def _limit(axes: Any, height: Array, floor: float | None) -> None:
    """Room around the curve on a logarithmic axis, short of where float64 ends."""
    low, high = float(height.min()), float(height.max())
    if floor is not None:
        low, high = min(low, floor), max(high, floor)
    room = (high / low) ** 0.05
    axes.set_ylim(max(low / room, 1e-305), min(high * room, 1e305))


def _draw_beside(axes: Any, trace: Trace, palette: Palette) -> None:
    """The losses of single batches, faint, and those of the validation rows, where recorded."""
    losses = trace.loss if "full_loss" in trace.measures else None
    for name, values, look in (
        ("each batch", losses, {"color": palette.rule, "linewidth": 0.7, "alpha": 0.6}),
        (
            "validation rows",
            trace.measures.get("val_loss"),
            {"color": palette.accent, "linewidth": 1.2, "dashes": (4, 2)},
        ),
    ):
        if values is None or not np.isfinite(values).any():
            continue
        known = np.isfinite(values)
        step, height = trace.step[known].astype(np.float64), values[known]
        rows = thinned(step, height)
        axes.plot(step[rows], height[rows], label=name, zorder=2, **look)


def _draw_floor(axes: Any, floor: float, palette: Palette) -> None:
    axes.axhline(floor, color=palette.muted, linewidth=1.0, dashes=(5, 3), zorder=2)
    below = axes.get_yscale() == "linear"  # where the curve never is
    if below:
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, floor - 0.09 * (high - low)), high)
    axes.annotate(
        f"least possible: {readable(floor)}",
        (1.0, floor),
        xycoords=("axes fraction", "data"),
        xytext=(-4, -4 if below else 5),
        textcoords="offset points",
        ha="right",
        va="top" if below else "bottom",
        fontsize="small",
        color=palette.muted,
    )


def _say(axes: Any, x: float, y: float, words: str, palette: Palette, **align: str) -> None:
    axes.text(x, y, words, transform=axes.transAxes, fontsize="small", color=palette.muted, **align)
