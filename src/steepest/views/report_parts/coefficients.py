"""The model: its equation and its coefficients, in the input's own units."""

from __future__ import annotations

import math

from steepest.readable import readable
from steepest.run import Run
from steepest.views.content import (
    Block,
    Cell,
    Equation,
    Folded,
    Paragraph,
    Section,
    Span,
    Table,
    Words,
    name,
)
from steepest.views.phrases import digits_words
from steepest.views.report_parts.class_model import (
    softmax_equation,
    softmax_meaning,
    softmax_tables,
)

__all__ = ["coefficients"]

MOST_TERMS = 6
MOST_ROWS = 20
DIGITS = 8


def coefficients(run: Run) -> Section:
    """Every coefficient, beside the one at the minimum where that was computed directly."""
    if run.model.loss == "softmax":
        told = Paragraph(softmax_meaning(run))
        return Section("model", "The model", (softmax_equation(), told, *softmax_tables(run)))
    how = () if run.minimum is None else (Paragraph(_how_minimum(run), "small"),)
    return Section(
        "model",
        "The model",
        (*_equation(run), Paragraph(_meaning(run)), *_tables(run), *how),
    )


def _equation(run: Run) -> tuple[Block, ...]:
    terms = list(run.coefficients.items())
    numbers = [*run.coefficients.values(), run.intercept or 0.0]
    if not 0 < len(terms) <= MOST_TERMS or not all(map(math.isfinite, numbers)):
        return ()
    linked = bool(run.model.classes) or run.model.loss == "poisson"
    left = Span("italic", "z") if linked else name(run.contract.target)
    parts: list[str | Span] = [left, " = "]
    for i, (column, value) in enumerate(terms):
        parts += [_sign(value, first=i == 0), f"{readable(abs(value), 5)} × ", name(column)]
    if run.intercept is not None:
        parts += [_sign(run.intercept, first=False), readable(abs(run.intercept), 5)]
    lines: list[Words] = [parts]
    if run.model.classes:
        positive = name(run.contract.classes[1])
        lines.append(("probability of ", positive, " = 1 / (1 + e", Span("raised", "−z"), ")"))
    elif run.model.loss == "poisson":
        lines.append(("expected ", name(run.contract.target), " = e", Span("raised", "z")))
    return (Equation(tuple(lines)),)


def _sign(value: float, *, first: bool) -> str:
    minus = math.copysign(1.0, value) < 0
    if first:
        return "−" if minus else ""
    return " − " if minus else " + "


def _meaning(run: Run) -> str:
    if run.model.loss == "poisson":
        return (
            f"The expected value of {run.contract.target} is multiplied by e to the power of a "
            "coefficient when its column grows by one of its own units and the others stay: 0.1 "
            "makes it 10.5 % more."
        )
    what = "the score z" if run.model.classes else run.contract.target
    return (
        f"A coefficient says how {what} changes when its column grows by one of its own units "
        "and the others stay."
    )


def _tables(run: Run) -> tuple[Block, ...]:
    rows = _rows(run)
    if len(rows) <= MOST_ROWS + 5:
        return (_table(run, "Coefficients, in the input's own units", rows),)
    rest = rows[MOST_ROWS:]
    return (
        _table(run, f"The first {MOST_ROWS}, in the input's own units", rows[:MOST_ROWS]),
        Folded(f"The other {len(rest):,} coefficients", (_table(run, "More coefficients", rest),)),
    )


def _rows(run: Run) -> list[tuple[Cell, ...]]:
    best = {} if run.minimum is None else dict(run.minimum.coefficients)
    rows = [
        _row(name(each), value, best.get(each), run) for each, value in run.coefficients.items()
    ]
    if run.intercept is not None:
        at_minimum = None if run.minimum is None else run.minimum.intercept
        rows.append(_row("(intercept)", run.intercept, at_minimum, run))
    return rows


def _row(column: Cell, value: float, best: float | None, run: Run) -> tuple[Cell, ...]:
    if run.minimum is None:
        return (column, readable(value, DIGITS))
    if best is None:
        return (column, readable(value, DIGITS), "", "")
    return (column, readable(value, DIGITS), readable(best, DIGITS), _same_digits(value, best))


def _same_digits(value: float, best: float) -> str:
    """How many significant digits two numbers share."""
    if not (math.isfinite(value) and math.isfinite(best)):
        return "none"
    if value == best:
        return "all"
    error = abs(value - best) / (abs(best) or 1.0)
    digits = math.floor(10 * -math.log10(error)) / 10
    return f"{digits:.1f}" if digits > 0 else "none"


def _table(run: Run, caption: str, rows: list[tuple[Cell, ...]]) -> Table:
    head = ("Column", "Coefficient")
    if run.minimum is not None:
        head = (*head, "At the minimum", "Digits in common")
    return Table(caption, head, tuple(rows), numbers=tuple(range(1, len(head))))


def _how_minimum(run: Run) -> str:
    assert run.minimum is not None  # noqa: S101
    return f"{digits_words(run)}. It was computed without descent: {run.minimum.method}."
