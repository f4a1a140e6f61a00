"""The lab in a notebook: `steepest.lab(...)` shows the same page in Jupyter and marimo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steepest.errors import MissingDependencyError

if TYPE_CHECKING:
    from pathlib import Path

    from steepest.live.widget import LabWidget
    from steepest.store import Store

__all__ = ["lab"]


def lab(
    source: object = None,
    *,
    x: str | tuple[str, ...] | list[str] | None = None,
    y: str | None = None,
    curve: str | None = None,
    store: str | Path | Store | None = None,
    beside: str | None = None,
    **setting: Any,
) -> LabWidget:
    """The lab as a widget: a page in which the descent can be watched, changed and questioned.

    source:  a `Run`, a `Trace`, a table as `fit` takes it (a file, a built-in name, a
             DataFrame, columns by name), the id of a saved run, or None for the house prices
    x, y:    of a table: the column or columns to learn from, and the target
    curve:   instead of a source: a function of one variable, such as "w**2"
    store:   where saved runs are
    beside:  of a saved run: the id of another one, to lay under it
    setting: where the page begins: rate, steps, scale, start, loss, degree, ...

    Raises InputError for what cannot be shown, and MissingDependencyError without anywidget.

    >>> widget = lab("houses", x="size", y="price")
    >>> widget.setup["table"]["x_name"], widget.setup["link"]
    ('size', 'widget')
    """
    kind = _widget()
    from steepest.live.opening import open_bench

    features = (x,) if isinstance(x, str) else tuple(x or ())
    opened = open_bench(
        source, x=features, y=y, curve=curve, store=store, beside=beside, setting=setting
    )
    return kind(opened.bench, opened.setup)


def _widget() -> type[LabWidget]:
    """The one door to anywidget, which is not installed unless asked for."""
    try:
        from steepest.live.widget import LabWidget
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("steepest"):
            raise
        raise MissingDependencyError(
            f"the lab in a notebook needs the package {error.name}, which is not installed: "
            'pip install "steepest[notebook]"'
        ) from error
    return LabWidget
