"""Where it fails: the parts of the rows with the largest errors, and those it errs on one way."""

from __future__ import annotations

from collections.abc import Sequence

from steepest.evaluation.decisions import ConfusionSlice
from steepest.evaluation.evaluation import ErrorSlice
from steepest.evaluation.policies.costs import Costs, costs_from
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import interval_words, money, percent, percent_interval, unit_of_target
from steepest.views.content import Block, Folded, Paragraph, Section, Table, dots_in_row
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
    blocks = (*map(Paragraph, told), *_worst(run), *_one_sided(run))
    if not blocks:
        words = (
            f"No part of the {evaluation.rows:,} rows shows errors that are larger than elsewhere, "
            "or to one side, by more than chance."
        )
        blocks = (Paragraph(words),)
    return Section("failing", "Where it fails", (*blocks, *_decisions(run)))


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
        unit = unit_of_target(run)
        in_unit = f", in {unit}" if unit else ""
        caption = f"Where it errs to one side: prediction minus truth, on average{in_unit}"
        head, numbers = "Mean error", [_error_row(part) for part in slices]
    table = Table(
        caption,
        ("Rows where", "Rows", head, "95 % interval", "Beside zero"),
        tuple(
            (part.where, f"{part.rows:,}", *words, dot)
            for part, words, dot in zip(slices, numbers, dots, strict=True)
        ),
        numbers=(1, 2, 3),
    )
    # the worst of them stand above, in words
    told = run.evaluation.worst and any(
        s.where in t for s in slices for t in told_of(run, "failing")
    )
    return (Folded("Where it errs to one side", (table,)),) if told else (table,)


def _share_row(part: ErrorSlice) -> tuple[str, str]:
    return percent(part.mean_error), percent_interval(part.low, part.high)


def _error_row(part: ErrorSlice) -> tuple[str, str]:
    return readable(part.mean_error), interval_words(part.low, part.high)


def _decisions(run: Run) -> tuple[Block, ...]:
    """What is decided for each part, the costliest first; in sight where one is shown worse."""
    decisions = run.evaluation.decisions
    if decisions is None or not decisions.slices:
        return ()
    costs = costs_from(run.request.costs)
    parts = decisions.slices
    if costs is not None:
        parts = tuple(sorted(parts, key=lambda part: -_cost(part, costs)))
    table = _table(run, parts, costs)
    if run.evaluation.worst:
        return (table,)
    return (Folded("Decisions by part of the rows", (table,)),)


def _table(run: Run, parts: Sequence[ConfusionSlice], costs: Costs | None) -> Table:
    negative, positive = run.contract.classes
    head = ("Rows where", "Rows", f"{positive}, found", f"{positive}, missed",
            f"{negative}, called {positive}", f"{negative}, left", "Wrong")  # fmt: skip
    head += () if costs is None else ("Cost of 1,000",)
    order = "those with the largest share of wrong ones" if costs is None else "the costliest"
    accuracy = next((s for s in run.evaluation.scores if s.name == "accuracy"), None)
    own = "" if accuracy is None else f"; of all rows {percent(1 - accuracy.value)} are wrong"
    return Table(
        f"Decisions by part of the rows, {order} first{own}",
        head,
        tuple(_confusion_row(part, costs) for part in parts),
        numbers=tuple(range(1, len(head))),
    )


def _cost(part: ConfusionSlice, costs: Costs) -> float:
    """Of a thousand such cases."""
    held = part.confusion
    cost = (
        held.false_positive * (costs.false_positive or 0.0)
        + held.false_negative * (costs.false_negative or 0.0)
        + held.true_positive * costs.true_positive
        + held.true_negative * costs.true_negative
    )
    return 1_000 * cost / max(part.rows, 1)


def _confusion_row(part: ConfusionSlice, costs: Costs | None) -> tuple[str, ...]:
    held = part.confusion
    wrong = held.false_positive + held.false_negative
    row = (
        part.where,
        f"{part.rows:,}",
        f"{held.true_positive:,}",
        f"{held.false_negative:,}",
        f"{held.false_positive:,}",
        f"{held.true_negative:,}",
        percent(wrong / part.rows) if part.rows else "",
    )
    return row if costs is None else (*row, money(_cost(part, costs), costs.currency))
