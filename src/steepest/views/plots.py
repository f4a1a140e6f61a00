"""Pictures of a descent for notebooks and papers, as matplotlib axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.errors import InputError
from steepest.run import Run
from steepest.trace import Trace
from steepest.views.axes_text import unseen_glyphs_allowed
from steepest.views.data_view import draw_data
from steepest.views.loss_view import draw_loss
from steepest.views.path_view import draw_landscape, draw_path
from steepest.views.style import Palette, Shades, palette_on

__all__ = ["VIEWS", "draw_view", "plot", "views_of"]

TITLES = {"loss": "Loss", "path": "Path", "data": "Data and fit"}
VIEWS = tuple(TITLES)
"""The views there are, in their order."""


def plot(
    what: Trace | Run, *, views: Sequence[str] | str | None = None, axes: Any = None
) -> np.ndarray:
    """Draw a descent: the loss, the path on the contours of the cost, the data and the fit.

    what:   a Trace (loss; path, where its parameters were recorded), or a Run (data, too)
    views:  some of "loss", "path", "data", in the order wanted; None: all there are
    axes:   matplotlib Axes to draw on, one a view; None: a new pyplot figure

    Returns the Axes, one a view, as an array. Raises InputError for a view that there is
    not, or that the record cannot show. The colour of a step is the same in every view:
    from the first (a ring) to the last (a square).

    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from steepest.trace import Stop
    >>> trace = Trace(
    ...     step=np.arange(3), loss=np.array([4.0, 1.0, 0.25]),
    ...     learning_rate=np.full(3, 0.25), rule="gradient_descent", names=("w",),
    ...     stop=Stop("budget", "2 steps were asked for"),
    ... )
    >>> [each.get_ylabel() for each in plot(trace)]
    ['cost J']
    """
    names = _checked_views(what, views)
    if axes is None:
        axes = _new_axes(len(names))
    drawn = np.atleast_1d(np.asarray(axes, dtype=object)).ravel()
    if len(drawn) != len(names):
        raise InputError(
            f"plot got {len(drawn)} axes for {len(names)} views ({', '.join(names)}); "
            "give one for each, or none"
        )
    with unseen_glyphs_allowed():
        for name, each in zip(names, drawn, strict=True):
            draw_view(name, each, what, palette_on(each.get_facecolor()))
            each.set_title(TITLES[name], loc="left", fontsize="medium", fontweight="bold")
    return drawn


def views_of(what: Trace | Run) -> tuple[str, ...]:
    """The views that a Trace or a Run can show, in their order."""
    trace = what.trace if isinstance(what, Run) else what
    return tuple(
        name
        for name, shown in (
            ("loss", True),
            ("path", trace.params is not None or _landscape(what) is not None),
            ("data", isinstance(what, Run)),
        )
        if shown
    )


def draw_view(name: str, axes: Any, what: Trace | Run, palette: Palette) -> None:
    """Draw one view, without a title, on axes that are wanted bare."""
    trace = what.trace if isinstance(what, Run) else what
    shades = Shades(int(trace.step[0]), int(trace.step[-1]))
    draw: dict[str, Callable[[], None]] = {
        "loss": lambda: draw_loss(axes, trace, shades, palette),
        "path": lambda: _draw_any_path(axes, what, trace, shades, palette),
        "data": lambda: draw_data(axes, what, palette) if isinstance(what, Run) else None,
    }
    axes.spines[["top", "right"]].set_visible(False)
    draw[name]()


def _draw_any_path(
    axes: Any, what: Trace | Run, trace: Trace, shades: Shades, palette: Palette
) -> None:
    landscape = _landscape(what)
    if landscape is None:
        draw_path(axes, trace, shades, palette)
    else:
        draw_landscape(axes, landscape, shades, palette)


def _landscape(what: Trace | Run) -> Any:
    return what.landscape if isinstance(what, Run) else None


def _checked_views(what: Trace | Run, views: Sequence[str] | str | None) -> tuple[str, ...]:
    if not isinstance(what, (Trace, Run)):
        raise InputError(f"plot draws a Trace or a Run; it got {type(what).__name__}")
    able = views_of(what)
    wanted = able if views is None else (views,) if isinstance(views, str) else tuple(views)
    for name in wanted:
        if name not in VIEWS:
            raise InputError(f"there is no view {name!r}; there are {', '.join(VIEWS)}")
        if name not in able:
            needs = "a Run, from fit" if name == "data" else "the parameters to be recorded"
            raise InputError(f"the view {name!r} needs {needs}")
    if not wanted:
        raise InputError(f"no view was asked for; there are {', '.join(able)}")
    return wanted


def _new_axes(count: int) -> Any:
    """Axes side by side in a new pyplot figure, which notebooks show by themselves."""
    from matplotlib import pyplot

    _, axes = pyplot.subplots(1, count, figsize=(4.6 * count, 3.8), layout="constrained")
    return axes
