"""What each column buys, beside what it costs to keep."""

from __future__ import annotations

import shlex

from steepest.evaluation.studies.study import ColumnWorth, Study
from steepest.readable import listed, readable
from steepest.run import Run
from steepest.views.amounts import gain_words, percent
from steepest.views.column_words import is_shown_to_buy
from steepest.views.content import (
    Block,
    Cell,
    Command,
    Dots,
    Folded,
    Paragraph,
    Section,
    Table,
    dots_in_row,
    name,
)
from steepest.views.phrases import score_words, sentence

__all__ = ["columns", "study_command"]

MOST = 40
MOST_SHOWN = 6


def columns(run: Run) -> Section:
    """A line a column: what the loss rises by without it, and what it has to be kept up with."""
    title = "What each column buys, and what it costs to keep"
    study = run.study
    if study is None or not study.columns:
        told = "" if study is None else study.columns_method
        return Section("columns", title, _unknown(run, told))
    return Section("columns", title, tuple(_table(study)))


def study_command(run: Run) -> str:
    """What measures columns, peers and curves."""
    return shlex.join(("steepest", "study", run.id or "RUN"))


def _unknown(run: Run, told: str) -> tuple[Block, ...]:
    if told:
        return (Paragraph(sentence(told)),)
    if run.split.counted is not None:
        words = "It was not measured: a study trains on rows in memory, and these came in pieces."
        return (Paragraph(words),)
    if run.id is None:
        return (Paragraph("It was not measured: the run was not saved."),)
    words = "It was not measured. This trains the model again without each column, and tells:"
    return (Paragraph(words), Command(study_command(run)))


def _table(study: Study) -> tuple[Block, ...]:
    ranked = sorted(study.columns, key=lambda worth: -worth.gain)
    shown = ranked[:MOST]
    dots = dots_in_row([(worth.gain, worth.low, worth.high) for worth in shown], 0.0)
    few = f"; the first {MOST} of {len(ranked):,}" if len(ranked) > MOST else ""
    levels = any(worth.levels for worth in shown)
    head = ("Column", "Worse without it by", "95 % interval", "Beside zero", "Missing", "Drift",
            *(("Levels",) if levels else ()), "Parameters")  # fmt: skip
    score = score_words(study.score)
    rows = tuple(_row(worth, dot, levels=levels) for worth, dot in zip(shown, dots, strict=True))
    numbers = (1, 2, *range(4, len(head)))
    caption = f"By how much the {score} is worse where the model is trained without a column"
    more: tuple[Block, ...] = ()
    if len(rows) > MOST_SHOWN + 2:
        rest = Table("More columns", head, rows[MOST_SHOWN:], numbers)
        words = f"The other {len(rest.rows)} columns"
        rows, more = rows[:MOST_SHOWN], (Folded(words, (rest,), printed=True),)
    return (
        Paragraph(_summary(study)),
        Paragraph(sentence(study.columns_method)),
        Table(f"{caption}{few}", head, rows, numbers),
        *more,
        Paragraph(
            "Missing: share of the rows without a value. Drift: population stability index between "
            "the first and the last half of the rows."
            + (" Levels: how many have to be kept up." if levels else "")
            + " Parameters: how many of the model's it takes.",
            "small",
        ),
    )  # fmt: skip


def _summary(study: Study) -> str:
    """Which columns are shown to buy something, by their intervals."""
    known = [worth for worth in study.columns if worth.low is not None]
    useful = [worth for worth in known if is_shown_to_buy(worth)]
    if not known:
        return "The rows are too few to show what a column buys."
    if not useful:
        return "No single column is shown to matter: the others stand in for each."
    ranked = sorted(useful, key=lambda worth: -worth.gain)
    told = f"Shown to buy something: {listed([worth.column for worth in ranked])}."
    idle = [worth.column for worth in known if worth not in useful]
    return f"{told} Little or nothing is shown for: {listed(idle)}." if idle else told


def _row(worth: ColumnWorth, dot: Dots, *, levels: bool) -> tuple[Cell, ...]:
    return (
        name(worth.column),
        gain_words(worth.gain),
        _interval(worth),
        dot,
        percent(worth.missing),
        "not known" if worth.drift is None else readable(worth.drift, 2),
        *((f"{worth.levels:,}" if worth.levels else "",) if levels else ()),
        f"{worth.parameters:,}",
    )


def _interval(worth: ColumnWorth) -> str:
    if worth.low is None or worth.high is None:
        return "not known"
    return f"{gain_words(worth.low)} to {gain_words(worth.high)}"
