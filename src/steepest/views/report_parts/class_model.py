"""The model of many classes: its equation, and a coefficient for each class and column."""

from __future__ import annotations

from collections.abc import Sequence

from steepest.readable import readable
from steepest.run import Run
from steepest.views.axes_text import short
from steepest.views.class_coefficients import most_frequent
from steepest.views.markup import Markup, join, name_of, tag
from steepest.views.report_parts.layout import data_table, folded

__all__ = ["softmax_equation", "softmax_meaning", "softmax_tables"]

MOST_CLASSES = 10
MOST_ROWS = 20
DIGITS = 4
LONGEST_NAME = 16
LONGEST_IN_WORDS = 30

_Row = tuple[str, ...]


def softmax_equation() -> Markup:
    """From a score for each class to its probability."""
    z = tag("i", "z")
    return tag(
        "div",
        tag("p", z, " of a class = its coefficients × the columns + its intercept"),
        tag(
            "p", "probability of a class = e", tag("sup", z), " / the sum of e", tag("sup", z),
            " over all classes",
        ),
        class_="equation",
    )  # fmt: skip


def softmax_meaning(run: Run) -> str:
    """How to read the coefficients, which are only determined against each other."""
    one, other = (short(name, LONGEST_IN_WORDS) for name in run.model.classes[:2])
    return (
        "A coefficient says how the score z of its class changes when its column grows by one of "
        "its own units and the others stay. Only differences between classes matter: the "
        f"difference of the coefficients of {one} and {other} is how the logarithm of the odds of "
        f"{one} against {other} changes."
    )


def softmax_tables(run: Run) -> Markup:
    """A line a column and a column a class; of many, the most frequent classes stand first."""
    classes = run.model.classes
    shown = most_frequent(run, MOST_CLASSES)
    if len(shown) == len(classes):
        return _table_of(run, shown, "Coefficients, in the input's own units")
    rest = [name for name in classes if name not in shown]
    parts = [rest[i : i + MOST_CLASSES] for i in range(0, len(rest), MOST_CLASSES)]
    return join(
        _table_of(
            run,
            shown,
            f"Coefficients of the {len(shown)} most frequent of {len(classes)} classes, in the "
            "input's own units",
        ),
        folded(
            f"The other {len(rest)} classes",
            *(_table(part, "Coefficients of more classes", _rows(run, part)) for part in parts),
        ),
    )


def _table_of(run: Run, classes: Sequence[str], caption: str) -> Markup:
    """The rows, those beyond the first ones to be unfolded; the intercepts stay in sight."""
    rows = _rows(run, classes)
    if len(rows) <= MOST_ROWS + 5:
        return _table(classes, caption, rows)
    last = 1 if run.model.intercept_learned else 0
    split = len(rows) - last
    return join(
        _table(classes, f"{caption}: the first {MOST_ROWS}", rows[:MOST_ROWS] + rows[split:]),
        folded(
            f"The other {split - MOST_ROWS:,} columns",
            _table(classes, "More coefficients", rows[MOST_ROWS:split]),
        ),
    )


def _rows(run: Run, classes: Sequence[str]) -> list[_Row]:
    by_class = dict(zip(run.model.classes, run.model.by_class(), strict=True))
    rows: list[_Row] = [
        (name_of(feature), *(readable(by_class[name][0][feature], DIGITS) for name in classes))
        for feature in by_class[classes[0]][0]
    ]
    intercepts = [by_class[name][1] for name in classes]
    if intercepts[0] is not None:
        rows.append(("(intercept)", *(readable(value or 0.0, DIGITS) for value in intercepts)))
    return rows


def _table(classes: Sequence[str], caption: str, rows: list[_Row]) -> Markup:
    numbers = range(1, len(classes) + 1)
    return data_table(
        caption, ("Column", *(short(name, LONGEST_NAME) for name in classes)), rows, numbers=numbers
    )
