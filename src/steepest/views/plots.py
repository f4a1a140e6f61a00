"""Pictures of a descent for notebooks and papers, as matplotlib axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

__all__ = ["VIEWS", "View", "draw_view", "plot", "views_of"]

Draw = Callable[[Any, Trace, Run | None, Shades, Palette], None]


@dataclass(frozen=True, slots=True)
class View:
    """One picture of a descent.

    needs:  what it takes, for the error where that is missing
    able:   whether a trace, and the run that it is of, can be shown
    draw:   on bare axes, in the shades of the steps and the colours of a palette
    """

    name: str
    title: str
    needs: str
    able: Callable[[Trace, Run | None], bool]
    draw: Draw


def _draw_any_path(
    axes: Any, trace: Trace, run: Run | None, shades: Shades, palette: Palette
) -> None:
    if run is not None and run.landscape is not None:
        draw_landscape(axes, run.landscape, shades, palette)
    else:
        draw_path(axes, trace, shades, palette)


def _draw_loss(axes: Any, trace: Trace, _: Run | None, shades: Shades, palette: Palette) -> None:
    draw_loss(axes, trace, shades, palette)


def _draw_data(axes: Any, _: Trace, run: Run | None, __: Shades, palette: Palette) -> None:
    if run is not None:
        draw_data(axes, run, palette)


VIEWS = (
    View("loss", "Loss", "a trace", lambda trace, run: True, _draw_loss),
    View(
        "path",
        "Path",
        "the parameters to be recorded",
        lambda trace, run: trace.params is not None or _has_landscape(run),
        _draw_any_path,
    ),
    View("data", "Data and fit", "a Run, from fit", lambda trace, run: run is not None, _draw_data),
)
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
    wanted = _checked_views(what, views)
    if axes is None:
        axes = _new_axes(len(wanted))
    drawn = np.atleast_1d(np.asarray(axes, dtype=object)).ravel()
    if len(drawn) != len(wanted):
        names = ", ".join(view.name for view in wanted)
        raise InputError(
            f"plot got {len(drawn)} axes for {len(wanted)} views ({names}); "
            "give one for each, or none"
        )
    with unseen_glyphs_allowed():
        for view, each in zip(wanted, drawn, strict=True):
            draw_view(view, each, what, palette_on(each.get_facecolor()))
            each.set_title(view.title, loc="left", fontsize="medium", fontweight="bold")
    return drawn


def views_of(what: Trace | Run) -> tuple[View, ...]:
    """The views that a Trace or a Run can show, in their order."""
    trace, run = _parts(what)
    return tuple(view for view in VIEWS if view.able(trace, run))


def draw_view(view: View, axes: Any, what: Trace | Run, palette: Palette) -> None:
    """Draw one view, without a title."""
    trace, run = _parts(what)
    shades = Shades(int(trace.step[0]), int(trace.step[-1]))
    axes.spines[["top", "right"]].set_visible(False)
    view.draw(axes, trace, run, shades, palette)


def _parts(what: Trace | Run) -> tuple[Trace, Run | None]:
    return (what.trace, what) if isinstance(what, Run) else (what, None)


def _has_landscape(run: Run | None) -> bool:
    return run is not None and run.landscape is not None


def _checked_views(what: Any, views: Sequence[str] | str | None) -> tuple[View, ...]:
    if not isinstance(what, (Trace, Run)):
        raise InputError(f"plot draws a Trace or a Run; it got {type(what).__name__}")
    if views is None:
        return views_of(what)
    named = {view.name: view for view in VIEWS}
    wanted = (views,) if isinstance(views, str) else tuple(views)
    if not wanted:
        raise InputError(f"no view was asked for; there are {', '.join(named)}")
    for name in wanted:
        if name not in named:
            raise InputError(f"there is no view {name!r}; there are {', '.join(named)}")
        if not named[name].able(*_parts(what)):
            raise InputError(f"the view {name!r} needs {named[name].needs}")
    return tuple(named[name] for name in wanted)


def _new_axes(count: int) -> Any:
    """Axes side by side in a new pyplot figure, which notebooks show by themselves."""
    from matplotlib import pyplot

    _, axes = pyplot.subplots(1, count, figsize=(4.6 * count, 3.8), layout="constrained")
    return axes
