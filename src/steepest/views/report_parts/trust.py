"""How good the model is, and how sure that is."""

from __future__ import annotations

import math

from steepest.evaluation.decisions import Confusion, PredictionInterval
from steepest.evaluation.evaluation import Evaluation, Score
from steepest.readable import readable
from steepest.run import Run
from steepest.views.amounts import (
    interval_words,
    of_target,
    percent,
    percent_interval,
    unit_of_target,
)
from steepest.views.content import (
    Block,
    Dots,
    Gauge,
    Paragraph,
    Section,
    Table,
    Words,
    name,
)
from steepest.views.phrases import score_words, sentence
from steepest.views.report_parts.calibration import calibration
from steepest.views.report_parts.class_trust import class_tables
from steepest.views.report_parts.peers import peers
from steepest.views.told import told_of

__all__ = ["trust"]


def trust(run: Run) -> Section:
    """The main score beside the baseline, every score, calibration, intervals and peers."""
    evaluation = run.evaluation
    title = "How good, and how sure"
    if not evaluation.scores:
        return Section("trust", title, tuple(map(Paragraph, evaluation.sentences)))
    counts = evaluation.counts
    return Section(
        "trust",
        title,
        (
            _main_score(run, evaluation.scores[0]),
            _score_table(evaluation),
            *_quantiles(run),
            *_intervals(run),
            *calibration(run),
            *_confusion_table(run, evaluation.confusion),
            *(() if counts is None else class_tables(run, counts)),
            *peers(run),
        ),
    )


def _main_score(run: Run, score: Score) -> Gauge:
    unit = unit_of_target(run) if score.unit else ""
    units: list[Words] = []
    if score.unit:
        units.append(f"in {unit}" if unit else ("in units of ", name(score.unit)))
    if score.low is not None and score.high is not None:
        units.append(f"95 % interval: {interval_words(score.low, score.high)}")
    return Gauge(
        sentence(score_words(score))[:-1],
        readable(score.value),
        tuple(units),
        _scale(score),
        f"{sentence(score.better)[:-1]} is better. Baseline: {readable(score.baseline)}",
        told_of(run, "good", "interval"),
    )


def _scale(score: Score) -> Dots | None:
    """The score, its interval and the baseline on one line from zero; decoration of the words."""
    numbers = [score.value, score.baseline, score.low or 0.0, score.high or 0.0]
    end = 1.08 * max(numbers)
    if not all(map(math.isfinite, numbers)) or end <= 0 or min(numbers) < 0:
        return None
    return Dots(score.value, score.low, score.high, score.baseline, (0.0, end))


def _score_table(evaluation: Evaluation) -> Table:
    return Table(
        f"Scores on {evaluation.rows:,} rows that the model was not trained on",
        ("Score", "Model", "95 % interval", "Baseline", "Better is"),
        tuple(
            (
                score_words(score),
                readable(score.value),
                interval_words(score.low, score.high),
                readable(score.baseline),
                score.better,
            )
            for score in evaluation.scores
        ),
        numbers=(1, 2, 3),
    )


def _quantiles(run: Run) -> tuple[Block, ...]:
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


def _intervals(run: Run) -> tuple[Block, ...]:
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
        Paragraph(
            "They are quantiles of the errors on rows that did not train (split conformal "
            "prediction). Each row was judged by quantiles in which it had no part.",
            "small",
        ),
    )


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
            f"Decisions at a probability of {readable(confusion.threshold)}, counted",
            ("Truth", f"Decided {positive}", f"Decided {negative}"),
            (
                (positive, f"{confusion.true_positive:,}", f"{confusion.false_negative:,}"),
                (negative, f"{confusion.false_positive:,}", f"{confusion.true_negative:,}"),
            ),
            numbers=(1, 2),
        ),
    )
