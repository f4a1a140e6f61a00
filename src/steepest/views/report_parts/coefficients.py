"""The model: its equation and its coefficients, in the input's own units."""

from __future__ import annotations

import math
from collections.abc import Sequence

from steepest.readable import readable
from steepest.run import Run
from steepest.views.content import (
    Beside,
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
MOST_ROWS = 12
DIGITS, EXACT = 5, 10
GOING_ON = "Coefficients, going on"
UNSURE = (
    "How sure a coefficient is, another sample of rows would tell: there are no standard errors "
    "here."
)


def coefficients(run: Run) -> Section:
    """Every coefficient, beside the one at the minimum where that was computed directly."""
    if run.model.loss == "softmax":
        told = Paragraph(softmax_meaning(run))
        return Section("model", "The model", (softmax_equation(), told, *softmax_tables(run)))
    return Section(
        "model",
        "The model",
        (*_equation(run), Paragraph(f"{_meaning(run)} {UNSURE}"), *_tables(run), *_exact(run)),
    )


def _equation(run: Run) -> tuple[Block, ...]:
    terms = list(run.coefficients.items())
    numbers = [*run.coefficients.values(), run.intercept or 0.0]
    if not 0 < len(terms) <= MOST_TERMS or not all(map(math.isfinite, numbers)):
        return ()
    linked = bool(run.model.classes) or run.model.loss == "poisson"
    left = _linked(run) if linked else name(run.contract.target)
    parts: list[str | Span] = [left, " = "]
    for i, (column, value) in enumerate(terms):
        parts += [_sign(value, first=i == 0), f"{readable(abs(value), 5)} × ", name(column)]
    if run.intercept is not None:
        parts += [_sign(run.intercept, first=False), readable(abs(run.intercept), 5)]
    lines: list[Words] = [parts]
    if run.model.classes:
        positive = name(run.contract.classes[1])
        power = Span("raised", "−log-odds")
        lines.append(("probability of ", positive, " = 1 / (1 + e", power, ")"))
    elif run.model.loss == "poisson":
        power = Span("raised", "z")
        lines.append(("expected ", name(run.contract.target), " = e", power))
    return (Equation(tuple(lines)),)


def _linked(run: Run) -> Span:
    """What the columns add up to, of two classes and of counts."""
    return Span("italic", "log-odds" if run.model.classes else "z")


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
    what = run.contract.target
    if run.model.classes:
        what = f"the log-odds of {run.model.classes[1]}"
    return (
        f"A coefficient says how {what} changes when its column grows by one of its own units "
        "and the others stay."
    )


def _tables(run: Run) -> tuple[Block, ...]:
    """The first ones with few digits; the intercept stays in sight."""
    rows = [(name(each), readable(value, DIGITS)) for each, value in run.coefficients.items()]
    last = [] if run.intercept is None else [("(intercept)", readable(run.intercept, DIGITS))]
    caption = "Coefficients, in the input's own units"
    if len(rows) <= MOST_ROWS + 3:
        return (_beside(caption, [*rows, *last]),)
    rest = rows[MOST_ROWS:]
    words = f"The other {len(rest):,} coefficients"
    return (
        _beside(f"{caption}: the first {MOST_ROWS}", [*rows[:MOST_ROWS], *last]),
        Folded(words, (_beside("More coefficients", rest),)),
    )


def _beside(caption: str, rows: Sequence[tuple[Cell, ...]]) -> Block:
    """In two halves, where they are more than a few."""
    if len(rows) <= MOST_TERMS:
        return _table(caption, rows)
    half = -(-len(rows) // 2)
    return Beside((_table(caption, rows[:half]), _table(GOING_ON, rows[half:])))


def _table(caption: str, rows: Sequence[tuple[Cell, ...]]) -> Table:
    return Table(caption, ("Column", "Coefficient"), tuple(rows), numbers=(1,))


def _exact(run: Run) -> tuple[Block, ...]:
    """Every digit, beside the minimum that was computed directly: arithmetic, for an engineer."""
    minimum = run.minimum
    if minimum is None:
        return ()
    rows = [
        _row(name(each), value, minimum.coefficients.get(each))
        for each, value in run.coefficients.items()
    ]
    if run.intercept is not None:
        rows.append(_row("(intercept)", run.intercept, minimum.intercept))
    head = ("Column", "Coefficient", "At the minimum", "Digits in common")
    table = Table("The descent beside the minimum", head, tuple(rows), numbers=(1, 2, 3))
    told = f"{digits_words(run)}. It was computed without descent: {minimum.method}."
    return (Folded("How exactly they were computed", (Paragraph(told, "small"), table)),)


def _row(column: Cell, value: float, best: float | None) -> tuple[Cell, ...]:
    if best is None:
        return (column, readable(value, EXACT), "", "")
    return (column, readable(value, EXACT), readable(best, EXACT), _same_digits(value, best))


def _same_digits(value: float, best: float) -> str:
    """How many significant digits two numbers share."""
    if not (math.isfinite(value) and math.isfinite(best)):
        return "none"
    if value == best:
        return "all"
    error = abs(value - best) / (abs(best) or 1.0)
    digits = math.floor(10 * -math.log10(error)) / 10
    return f"{digits:.1f}" if digits > 0 else "none"
