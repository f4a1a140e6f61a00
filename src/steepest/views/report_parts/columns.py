"""What each column buys, beside what it costs to keep."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from steepest.evaluation.studies.study import ColumnWorth, Study
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import interval_words, percent
from steepest.views.content import (
    Block,
    Bullets,
    Cell,
    Command,
    Dots,
    Paragraph,
    Section,
    Table,
    dots_in_row,
    name,
)
from steepest.views.phrases import score_words, sentence

__all__ = ["columns", "study_command"]

MOST = 40
FEW = 3


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
    told = tuple(_told(worth) for worth in _worth_a_word(ranked))
    return (
        Paragraph(sentence(study.columns_method)),
        Bullets(told),
        Table(
            f"By how much the {score} is worse where the model is trained without a column{few}",
            head,
            tuple(_row(worth, dot, levels=levels) for worth, dot in zip(shown, dots, strict=True)),
            numbers=(1, 2, *range(4, len(head))),
        ),
        Paragraph(
            "Missing: share of the rows without a value. Drift: population stability index between "
            "the first and the last half of the rows."
            + (" Levels: how many have to be kept up." if levels else "")
            + " Parameters: how many of the model's it takes.",
            "small",
        ),
    )  # fmt: skip


def _worth_a_word(ranked: Sequence[ColumnWorth]) -> list[ColumnWorth]:
    """The most useful columns, and those of which nothing shows that they are."""
    idle = [worth for worth in ranked[FEW:] if worth.low is not None and worth.low <= 0]
    return [*ranked[:FEW], *idle[-FEW:]]


def _told(worth: ColumnWorth) -> tuple[Block, ...]:
    return (Paragraph((name(worth.column), f": {worth.sentence.rstrip('.')}."), ""),)


def _row(worth: ColumnWorth, dot: Dots, *, levels: bool) -> tuple[Cell, ...]:
    return (
        name(worth.column),
        readable(worth.gain, 3),
        interval_words(worth.low, worth.high, 3),
        dot,
        percent(worth.missing),
        "not known" if worth.drift is None else readable(worth.drift, 2),
        *((f"{worth.levels:,}" if worth.levels else "",) if levels else ()),
        f"{worth.parameters:,}",
    )
