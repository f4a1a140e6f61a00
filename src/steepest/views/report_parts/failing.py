"""Where it fails: the parts of the rows with the largest errors, and those it errs on one way."""

from __future__ import annotations

from steepest.evaluation.decisions import ConfusionSlice
from steepest.evaluation.evaluation import ErrorSlice
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import interval_words, percent, percent_interval, unit_of_target
from steepest.views.content import Block, Paragraph, Section, Table, dots_in_row
from steepest.views.told import told_of
from steepest.views.trust_words import worst_sentence

__all__ = ["failing"]

MOST = 10


def failing(run: Run) -> Section:
    """The worst parts of the rows, ranked; where it errs to one side; decisions by part."""
    evaluation = run.evaluation
    told = told_of(run, "failing")
    if not told and evaluation.worst:
        told = (worst_sentence(run, evaluation.worst[0]),)
    blocks = (*map(Paragraph, told), *_worst(run), *_one_sided(run), *_decisions(run))
    if not blocks:
        words = (
            f"No part of the {evaluation.rows:,} rows shows errors that are larger than elsewhere, "
            "or to one side, by more than chance."
        )
        blocks = (Paragraph(words),)
    return Section("failing", "Where it fails", blocks)


def _worst(run: Run) -> tuple[Block, ...]:
    worst = run.evaluation.worst
    if not worst:
        return ()
    overall = worst[0].overall
    of_classes = bool(run.model.classes)
    shown, between = (percent, percent_interval) if of_classes else (readable, interval_words)
    dots = dots_in_row([(part.value, part.low, part.high) for part in worst[:MOST]], overall)
    unit = unit_of_target(run)
    what = "share of wrong decisions" if of_classes else "mean absolute error"
    in_unit = f", in {unit}" if unit and not of_classes else ""
    return (
        Table(
            f"Where its errors are larger than elsewhere: {what}{in_unit}; the dashed line is that "
            f"of all rows, {shown(overall)}",
            ("Rows where", "Rows", "Error", "95 % interval", "Beside all rows"),
            tuple(
                (part.where, f"{part.rows:,}", shown(part.value), between(part.low, part.high), dot)
                for part, dot in zip(worst[:MOST], dots, strict=True)
            ),
            numbers=(1, 2, 3),
        ),
        Paragraph("The intervals are corrected for the number of parts looked at.", "small"),
    )


def _one_sided(run: Run) -> tuple[Block, ...]:
    slices = run.evaluation.slices
    if not slices:
        return ()
    dots = dots_in_row([(part.mean_error, part.low, part.high) for part in slices], 0.0)
    if run.evaluation.counts is not None:
        caption = (
            "Where it is wrong more often: the share of wrong decisions, minus that of all rows"
        )
        head, numbers = "Wrong more often by", [_share_row(part) for part in slices]
    else:
        caption = "Where it errs to one side (prediction minus truth, on average)"
        head, numbers = "Mean error", [_error_row(part) for part in slices]
    return (
        Table(
            caption,
            ("Rows where", "Rows", head, "95 % interval", "Beside zero"),
            tuple(
                (part.where, f"{part.rows:,}", *words, dot)
                for part, words, dot in zip(slices, numbers, dots, strict=True)
            ),
            numbers=(1, 2, 3),
        ),
    )


def _share_row(part: ErrorSlice) -> tuple[str, str]:
    return percent(part.mean_error), percent_interval(part.low, part.high)


def _error_row(part: ErrorSlice) -> tuple[str, str]:
    return readable(part.mean_error), interval_words(part.low, part.high)


def _decisions(run: Run) -> tuple[Block, ...]:
    decisions = run.evaluation.decisions
    if decisions is None or not decisions.slices:
        return ()
    negative, positive = run.contract.classes
    return (
        Table(
            "Decisions by part of the rows, those with the largest share of wrong ones first",
            (
                "Rows where", "Rows", f"{positive}, found", f"{positive}, missed",
                f"{negative}, called {positive}", f"{negative}, left", "Wrong",
            ),
            tuple(map(_confusion_row, decisions.slices)),
            numbers=(1, 2, 3, 4, 5, 6),
        ),
    )  # fmt: skip


def _confusion_row(part: ConfusionSlice) -> tuple[str, ...]:
    held = part.confusion
    wrong = held.false_positive + held.false_negative
    return (
        part.where,
        f"{part.rows:,}",
        f"{held.true_positive:,}",
        f"{held.false_negative:,}",
        f"{held.false_positive:,}",
        f"{held.true_negative:,}",
        percent(wrong / part.rows) if part.rows else "",
    )
