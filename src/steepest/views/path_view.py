"""The path of the parameters, over the contours of the cost where they are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.landscape import Landscape
from steepest.trace import Array, Trace
from steepest.views.axes_text import label_axes, number_axis
from steepest.views.shaded_line import ends, shaded_line
from steepest.views.style import Palette, Shades

__all__ = ["draw_landscape", "draw_path", "landscape_from_facts"]

RINGS = 12
MARGIN = 0.15
GRID = 121
SHOWN = 2_000
RUNAWAY = 100.0


def landscape_from_facts(trace: Trace) -> Landscape | None:
    """The bowl J = J* + (θ - θ*)ᵀ H (θ - θ*) / 2 around the path of two parameters.

    None where the trace does not hold H, θ* and J*, or has another number of parameters.
    """
    known = {name: trace.facts.get(name) for name in ("hessian", "minimum", "minimum_loss")}
    hessian, bottom, least = known["hessian"], known["minimum"], trace.number("minimum_loss")
    path, step = _tame_path(trace)
    if hessian is None or bottom is None or least is None or path.shape[1] != 2 or not len(path):
        return None
    low = np.minimum(path.min(axis=0), bottom.array)
    high = np.maximum(path.max(axis=0), bottom.array)
    room = MARGIN * np.where(high > low, high - low, np.maximum(np.abs(high), 1.0))
    across, up = zip((low - room).tolist(), (high + room).tolist(), strict=True)
    x, y = _evenly(*across), _evenly(*up)
    away = np.stack(np.meshgrid(x, y), axis=-1) - bottom.array  # (GRID, GRID, 2)
    loss = least + 0.5 * np.einsum("...i,ij,...j->...", away, hessian.array, away)
    return Landscape(
        plane="the plane of both parameters",
        x_label=trace.names[0],
        y_label=trace.names[1],
        x=tuple(x.tolist()),
        y=tuple(y.tolist()),
        loss=tuple(map(tuple, loss.tolist())),
        path_x=tuple(path[:, 0].tolist()),
        path_y=tuple(path[:, 1].tolist()),
        path_step=tuple(step.tolist()),
        minimum=(float(bottom.array[0]), float(bottom.array[1])),
    )


def draw_landscape(axes: Any, landscape: Landscape, shades: Shades, palette: Palette) -> None:
    """Contours of J, the path from ring to square, and the minimum as a cross."""
    label_axes(axes, landscape.x_label, landscape.y_label)
    number_axis(axes.xaxis)
    number_axis(axes.yaxis)
    _draw_rings(axes, landscape, palette)
    if landscape.minimum is not None:
        _draw_minimum(axes, *landscape.minimum, palette)
    x, y = np.array(landscape.path_x), np.array(landscape.path_y)
    if len(x):
        rows = _spaced(len(x))
        step = np.array(landscape.path_step)[rows]
        shaded_line(axes, x[rows], y[rows], shades.of(step), palette)
        ends(axes, x[rows], y[rows], palette)
    axes.set_xlim(landscape.x[0], landscape.x[-1])
    axes.set_ylim(landscape.y[0], landscape.y[-1])


def draw_path(axes: Any, trace: Trace, shades: Shades, palette: Palette) -> None:
    """The path of a trace: over contours where its facts hold them, else alone.

    One parameter is drawn against J; of more than two, those two that moved most.
    """
    landscape = landscape_from_facts(trace)
    if landscape is not None:
        draw_landscape(axes, landscape, shades, palette)
        return
    path, step = _tame_path(trace)
    number_axis(axes.xaxis)
    number_axis(axes.yaxis)
    if not len(path):
        return
    if path.shape[1] == 1:
        loss = trace.loss[np.isin(trace.step, step)]
        label_axes(axes, trace.names[0], "cost J")
        _draw_parabola(axes, trace, path[:, 0], palette)
        x, y = path[:, 0], loss
    else:
        first, second = _most_moved(path)
        label_axes(axes, trace.names[first], trace.names[second])
        x, y = path[:, first], path[:, second]
    shaded_line(axes, x, y, shades.of(step), palette)
    ends(axes, x, y, palette)


def _tame_path(trace: Trace) -> tuple[Array, np.ndarray]:
    """The finite part of the path (k, p) before it ran away, thinned, and its steps (k,)."""
    if trace.params is None:
        return np.empty((0, len(trace.names))), trace.step[:0]
    finite = np.isfinite(trace.loss) & np.isfinite(trace.params).all(axis=1)
    wild = ~finite | (np.abs(trace.loss) > RUNAWAY * max(abs(float(trace.loss[0])), 1e-300))
    kept = np.arange(int(np.argmax(wild)) if wild.any() else len(trace))
    rows = kept[_spaced(len(kept))]
    return trace.params[rows], trace.step[rows]


def _spaced(count: int) -> np.ndarray:
    """At most SHOWN of `count` rows, the early ones closer together: they move most."""
    if count <= SHOWN:
        return np.arange(count)
    return np.unique(np.geomspace(1, count, SHOWN).astype(int) - 1)


def _evenly(low: float, high: float) -> Array:
    return np.linspace(low, high, GRID)


def _most_moved(path: Array) -> tuple[int, int]:
    moved = np.ptp(path, axis=0)
    first, second = np.sort(np.argsort(-moved, kind="stable")[:2])
    return int(first), int(second)


def _draw_rings(axes: Any, landscape: Landscape, palette: Palette) -> None:
    """Rings where the cost above the lowest is halved from one to the next."""
    loss = np.array(landscape.loss)
    finite = np.isfinite(loss)
    if not finite.any() or np.ptp(loss[finite]) <= 0:
        return
    lowest, highest = loss[finite].min(), loss[finite].max()
    # the root of what is left is nearly a cone, on which a coarse grid makes round rings
    height = np.sqrt(np.maximum(np.where(finite, loss, np.nan) - lowest, 0.0))
    levels = np.sqrt((highest - lowest) * 0.5 ** np.arange(RINGS, 0, -1))
    axes.contour(
        landscape.x,
        landscape.y,
        height,
        levels=levels,
        colors=palette.rule,
        linewidths=0.7,
        alpha=0.75,
        zorder=1,
    )


def _draw_minimum(axes: Any, x: float, y: float, palette: Palette) -> None:
    axes.plot(
        x, y, marker="x", markersize=11, markeredgewidth=1.6, color=palette.ink, ls="none", zorder=4
    )


def _draw_parabola(axes: Any, trace: Trace, path: Array, palette: Palette) -> None:
    """The cost around one parameter's path, where its curvature and minimum are known."""
    hessian, bottom = trace.facts.get("hessian"), trace.facts.get("minimum")
    least = trace.number("minimum_loss")
    if hessian is None or bottom is None or least is None:
        return
    at = float(bottom.array.ravel()[0])
    reach = 1.1 * float(np.max(np.abs(path - at), initial=1e-12))
    x = np.linspace(at - reach, at + reach, 200)
    height = least + 0.5 * float(hessian.array.ravel()[0]) * (x - at) ** 2
    axes.plot(x, height, color=palette.rule, linewidth=1.0, zorder=1)
    _draw_minimum(axes, at, least, palette)
