"""The model of many classes: its equation, and a coefficient for each class and column."""

from __future__ import annotations

from collections.abc import Sequence

from steepest.readable import readable
from steepest.run import Run
from steepest.views.axes_text import short
from steepest.views.class_coefficients import most_frequent
from steepest.views.content import Block, Cell, Equation, Folded, Span, Table, name

__all__ = ["softmax_equation", "softmax_meaning", "softmax_tables"]

MOST_CLASSES = 10
MOST_ROWS = 20
DIGITS = 4
LONGEST_NAME = 16
LONGEST_IN_WORDS = 30

_Row = tuple[Cell, ...]


def softmax_equation() -> Equation:
    """From a score for each class to its probability."""
    z, to_the_z = Span("italic", "z"), Span("raised", "z")
    return Equation(
        (
            (z, " of a class = its coefficients × the columns + its intercept"),
            ("probability of a class = e", to_the_z, " / the sum of e", to_the_z,
             " over all classes"),
        )
    )  # fmt: skip


def softmax_meaning(run: Run) -> str:
    """How to read the coefficients, which are only determined against each other."""
    one, other = (short(each, LONGEST_IN_WORDS) for each in run.model.classes[:2])
    return (
        "A coefficient says how the score z of its class changes when its column grows by one of "
        "its own units and the others stay. Only differences between classes matter: the "
        f"difference of the coefficients of {one} and {other} is how the logarithm of the odds of "
        f"{one} against {other} changes."
    )


def softmax_tables(run: Run) -> tuple[Block, ...]:
    """A line a column and a column a class; of many, the most frequent classes stand first."""
    classes = run.model.classes
    shown = most_frequent(run, MOST_CLASSES)
    if len(shown) == len(classes):
        return _table_of(run, shown, "Coefficients, in the input's own units")
    rest = [each for each in classes if each not in shown]
    parts = [rest[i : i + MOST_CLASSES] for i in range(0, len(rest), MOST_CLASSES)]
    more = tuple(_table(part, "Coefficients of more classes", _rows(run, part)) for part in parts)
    return (
        *_table_of(
            run,
            shown,
            f"Coefficients of the {len(shown)} most frequent of {len(classes)} classes, in the "
            "input's own units",
        ),
        Folded(f"The other {len(rest)} classes", more),
    )


def _table_of(run: Run, classes: Sequence[str], caption: str) -> tuple[Block, ...]:
    """The rows, those beyond the first ones to be unfolded; the intercepts stay in sight."""
    rows = _rows(run, classes)
    if len(rows) <= MOST_ROWS + 5:
        return (_table(classes, caption, rows),)
    last = 1 if run.model.intercept_learned else 0
    split = len(rows) - last
    return (
        _table(classes, f"{caption}: the first {MOST_ROWS}", rows[:MOST_ROWS] + rows[split:]),
        Folded(
            f"The other {split - MOST_ROWS:,} columns",
            (_table(classes, "More coefficients", rows[MOST_ROWS:split]),),
        ),
    )


def _rows(run: Run, classes: Sequence[str]) -> list[_Row]:
    by_class = dict(zip(run.model.classes, run.model.by_class(), strict=True))
    rows: list[_Row] = [
        (name(feature), *(readable(by_class[each][0][feature], DIGITS) for each in classes))
        for feature in by_class[classes[0]][0]
    ]
    intercepts = [by_class[each][1] for each in classes]
    if intercepts[0] is not None:
        rows.append(("(intercept)", *(readable(value or 0.0, DIGITS) for value in intercepts)))
    return rows


def _table(classes: Sequence[str], caption: str, rows: list[_Row]) -> Table:
    head = ("Column", *(short(each, LONGEST_NAME) for each in classes))
    return Table(caption, head, tuple(rows), numbers=tuple(range(1, len(head))))
