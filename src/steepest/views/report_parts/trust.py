"""How good the model is, and how sure that is."""

from __future__ import annotations

from steepest.evaluation.decisions import Confusion, PredictionInterval
from steepest.readable import listed, readable
from steepest.run import Run
from steepest.views.amounts import (
    interval_words,
    of_target,
    percent,
    percent_interval,
    threshold_words,
    unit_of_target,
)
from steepest.views.content import (
    Beside,
    Block,
    Paragraph,
    Section,
    Table,
)
from steepest.views.phrases import score_words
from steepest.views.report_parts.calibration import calibration
from steepest.views.report_parts.class_trust import class_tables
from steepest.views.report_parts.peers import peers
from steepest.views.told import told_of

__all__ = ["trust"]


def trust(run: Run) -> Section:
    """What it means in words, every score, calibration, intervals and peers."""
    evaluation = run.evaluation
    title = "How good, and how sure"
    if not evaluation.scores:
        return Section("trust", title, tuple(map(Paragraph, evaluation.sentences)))
    counts = evaluation.counts
    narrow = (*_intervals(run), *_quantiles(run))
    told = told_of(run, "good", "interval")
    return Section(
        "trust",
        title,
        (
            *((Paragraph(" ".join(told)),) if told else ()),
            _score_table(run),
            *((Beside(narrow),) if narrow else ()),
            *_how_measured(run),
            *calibration(run),
            *_confusion_table(run, evaluation.confusion),
            *(() if counts is None else class_tables(run, counts)),
            *peers(run),
        ),
    )


def _rows_of_scores(run: Run) -> str:
    """On how many rows they were measured, and which of them on fewer."""
    evaluation, split = run.evaluation, run.split
    exact = {score.name for score in evaluation.over_all}
    rows = split.held if exact else evaluation.rows
    words = f"Scores on {rows:,} rows that the model was not trained on"
    few = [score_words(score) for score in evaluation.scores if score.name not in exact]
    if not exact or not few:
        return words
    return f"{words}; {listed(few)}: on {evaluation.rows:,} of them, drawn at random"


def _score_table(run: Run) -> Table:
    """The errors in units, and what is decided, before the scores that nobody has a feel for."""
    evaluation, unit = run.evaluation, unit_of_target(run)
    ranked = sorted(evaluation.scores, key=lambda score: score.name == "log_loss")
    return Table(
        _rows_of_scores(run),
        ("Score", "Model", "95 % interval", "Baseline", "Better is"),
        tuple(
            (
                score_words(score) + (f", in {unit}" if score.unit and unit else ""),
                readable(score.value),
                interval_words(score.low, score.high),
                readable(score.baseline),
                score.better,
            )
            for score in ranked
        ),
        numbers=(1, 2, 3),
    )


def _quantiles(run: Run) -> tuple[Table, ...]:
    sizes = run.evaluation.quantiles
    if not sizes:
        return ()
    return (
        Table(
            f"How far predictions of {run.contract.target} are off",
            ("Share of the rows", "Off by at most"),
            tuple((percent(share, 4), of_target(run, size)) for share, size in sizes),
            numbers=(1,),
        ),
    )


def _intervals(run: Run) -> tuple[Table, ...]:
    intervals = run.evaluation.intervals
    if not intervals:
        return ()
    rows = intervals[0].rows
    return (
        Table(
            f"Prediction intervals: how far around a prediction the truth lies, measured on "
            f"{rows:,} rows",
            ("Asked to hold", "Below it by up to", "Above it by up to", "Held", "95 % interval"),
            tuple(_interval_row(run, interval) for interval in intervals),
            numbers=(1, 2, 3, 4),
        ),
    )


def _how_measured(run: Run) -> tuple[Block, ...]:
    if not run.evaluation.intervals:
        return ()
    words = (
        "Prediction intervals are quantiles of the errors on rows that did not train (split "
        "conformal prediction). Each row was judged by quantiles in which it had no part."
    )
    return (Paragraph(words, "small"),)


def _interval_row(run: Run, interval: PredictionInterval) -> tuple[str, ...]:
    return (
        percent(interval.coverage),
        of_target(run, interval.below),
        of_target(run, interval.above),
        percent(interval.measured),
        percent_interval(interval.low, interval.high),
    )


def _confusion_table(run: Run, confusion: Confusion | None) -> tuple[Block, ...]:
    if confusion is None:
        return ()
    negative, positive = run.contract.classes
    return (
        Table(
            _counted_title(run, confusion),
            ("Truth", f"Decided {positive}", f"Decided {negative}"),
            (
                (positive, f"{confusion.true_positive:,}", f"{confusion.false_negative:,}"),
                (negative, f"{confusion.false_positive:,}", f"{confusion.true_negative:,}"),
            ),
            numbers=(1, 2),
        ),
    )


def _counted_title(run: Run, confusion: Confusion) -> str:
    """By which thresholds the decisions were made that are counted."""
    decisions = run.evaluation.decisions
    outcomes = () if decisions is None else decisions.policies
    reach = next((outcome.chosen_range for outcome in outcomes if outcome.chosen), None)
    own = threshold_words(confusion.threshold)
    if reach is None:
        return f"Decisions at a probability of {own}, counted"
    low, high = (threshold_words(end) for end in reach)
    others = low if low == high else f"{low} to {high}"
    return (
        "Decisions, counted: each row at a threshold that other rows chose, "
        f"{others} (the model's is {own})"
    )
