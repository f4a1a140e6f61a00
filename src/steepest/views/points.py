"""The rows of a table as points: dots and rings, spread so that equal ones can be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.trace import Array
from steepest.views.style import Palette

__all__ = ["draw_points", "say_above", "spread_evenly"]

GOLDEN = 0.6180339887498949


def spread_evenly(count: int) -> Array:
    """(count,) numbers from -1 to 1, spread evenly and the same every time.

    They are the fractional parts of multiples of the golden ratio.
    """
    return 2.0 * ((np.arange(count, dtype=np.float64) * GOLDEN) % 1.0) - 1.0


def draw_points(axes: Any, x: Array, y: Array, held_out: np.ndarray, palette: Palette) -> None:
    """Dots for rows trained on, rings over them for rows held out."""
    many = len(x) > 300
    size = 3.0 if many else 4.0
    look = {"linestyle": "none", "marker": "o"}
    axes.plot(
        x[~held_out],
        y[~held_out],
        markersize=size,
        markerfacecolor=palette.muted,
        markeredgewidth=0,
        alpha=0.6 if many else 0.75,
        label="trained on",
        zorder=2,
        **look,
    )
    axes.plot(
        x[held_out],
        y[held_out],
        markersize=size + 0.6,
        markerfacecolor="none",
        markeredgecolor=palette.accent,
        markeredgewidth=0.7 if many else 1.1,
        alpha=0.8 if many else 1.0,
        label="held out",
        zorder=3,
        **look,
    )


def say_above(axes: Any, words: str, palette: Palette) -> None:
    """A remark within the picture, at its top."""
    axes.text(
        0.5,
        0.97,
        words,
        transform=axes.transAxes,
        ha="center",
        va="top",
        fontsize="small",
        color=palette.muted,
    )
