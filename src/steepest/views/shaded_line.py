"""A line through the iterations that takes each one's shade."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array
from steepest.views.style import Palette

__all__ = ["ends", "shaded_line"]

MARKED = 60
"""With at most so many points each is marked, so that single steps can be seen."""


def shaded_line(
    axes: Any, x: Array, y: Array, shade: NDArray[np.int64], palette: Palette, *, width: float = 1.8
) -> None:
    """Join points (k,) in their order, each stretch of one shade drawn as one line."""
    cuts = np.flatnonzero(np.diff(shade)) + 1
    begins, stops = np.append(0, cuts), np.append(cuts, len(x))
    for order, (begin, stop) in enumerate(zip(begins, stops, strict=True)):
        to = min(stop + 1, len(x))  # one point of the next stretch, so that no gap is left
        axes.plot(
            x[begin:to],
            y[begin:to],
            color=palette.shades[int(shade[begin])],
            linewidth=width,
            solid_capstyle="round",
            solid_joinstyle="round",
            marker="o" if len(x) <= MARKED else None,
            markevery=slice(0, int(stop - begin)),
            markersize=4.0,
            markeredgewidth=0,
            zorder=3 + order / 100,
        )


def ends(axes: Any, x: Array, y: Array, palette: Palette) -> None:
    """Mark the first point by a ring and the last one by a square."""
    for i, marker, size, filled in ((0, "o", 8.5, False), (-1, "s", 6.5, True)):
        shade = palette.shades[i]
        axes.plot(
            x[i],
            y[i],
            marker=marker,
            markersize=size,
            markerfacecolor=shade if filled else "none",
            markeredgecolor=shade,
            markeredgewidth=1.8,
            linestyle="none",
            zorder=5,
        )
