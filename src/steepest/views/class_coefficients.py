"""The coefficients of many classes on the screen: a line a feature, a column a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from steepest.readable import readable
from steepest.run import Run
from steepest.views.axes_text import short
from steepest.views.console_lines import aligned, block

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["coefficients_by_class", "most_frequent"]

MOST_FEATURES = 12
MOST_CLASSES = 5
LONGEST_FEATURE = 32
LONGEST_CLASS = 14
ROOM = 75


def coefficients_by_class(run: Run, console: Console) -> None:
    """The first features, and as many of the most frequent classes as there is room for."""
    shown = next(
        most_frequent(run, most)
        for most in range(MOST_CLASSES, 0, -1)
        if most == 1 or _width(_rows(run, most_frequent(run, most))) <= max(console.width, ROOM)
    )
    aligned(console, _rows(run, shown))
    classes = len(run.model.classes) - len(shown)
    left = [
        f"{number:,} more {one if number == 1 else several}"
        for number, one, several in (
            (len(run.model.representation.names) - MOST_FEATURES, "column", "columns"),
            (classes, "class", "classes"),
        )
        if number > 0
    ]
    if left:
        block(console, "", "", f"and {' and '.join(left)}, in the report")


def _rows(run: Run, classes: Sequence[str]) -> list[tuple[str, ...]]:
    """A head, a line for each of the first features, and the intercepts."""
    by_class = dict(zip(run.model.classes, run.model.by_class(), strict=True))
    parts = [by_class[name] for name in classes]
    rows = [("Score of", *(short(name, LONGEST_CLASS) for name in classes))]
    for feature in list(parts[0][0])[:MOST_FEATURES]:
        values = [readable(slopes[feature]) for slopes, _ in parts]
        rows.append((short(feature, LONGEST_FEATURE), *values))
    if parts[0][1] is not None:
        rows.append(("(intercept)", *(readable(value or 0.0) for _, value in parts)))
    return rows


def _width(rows: Sequence[Sequence[str]]) -> int:
    from rich.cells import cell_len

    gaps = 3 * (len(rows[0]) - 1)
    return gaps + sum(max(map(cell_len, column)) for column in zip(*rows, strict=True))


def most_frequent(run: Run, most: int) -> list[str]:
    """The classes, in their order; of more than `most` those of the most rows."""
    classes = run.contract.classes
    if len(classes) <= most:
        return list(classes)
    target = next(column for column in run.contract.columns if column.role == "target")
    kept = {name for name, _ in target.levels[:most]}
    return [name for name in classes if name in kept]
