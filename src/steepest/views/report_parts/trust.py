"""How good the model is, and how sure that is."""

from __future__ import annotations

import math

from steepest.evaluation.decisions import Confusion
from steepest.evaluation.evaluation import Evaluation, Score
from steepest.readable import readable
from steepest.run import Run
from steepest.views.markup import Markup, name_of, tag
from steepest.views.phrases import score_words, sentence
from steepest.views.report_parts.class_trust import class_tables, error_prone_table
from steepest.views.report_parts.layout import Part, data_table, paragraphs, section

__all__ = ["trust"]


def trust(run: Run) -> Markup:
    """The main score beside the baseline, what the errors mean, and every score."""
    evaluation = run.evaluation
    told = tag("div", paragraphs(evaluation.sentences), class_="prose")
    if not evaluation.scores:
        return section("trust", "How good, and how sure", told)
    return section(
        "trust",
        "How good, and how sure",
        tag("div", _main_score(evaluation.scores[0]), told, class_="beside"),
        _score_table(evaluation),
        _slice_table(run),
        _confusion_table(run, evaluation.confusion),
        None if evaluation.counts is None else class_tables(run, evaluation.counts),
    )


def _main_score(score: Score) -> Markup:
    interval = None
    if score.low is not None and score.high is not None:
        interval = tag("p", f"95 % interval: {readable(score.low)} to {readable(score.high)}")
    return tag(
        "div",
        tag("p", sentence(score_words(score))[:-1], class_="label"),
        tag("p", readable(score.value), class_="figure"),
        tag("p", "in units of ", name_of(score.unit)) if score.unit else None,
        interval,
        _scale(score),
        tag("p", f"{sentence(score.better)[:-1]} is better. Baseline: {readable(score.baseline)}",
            class_="small"),
        class_="score",
    )  # fmt: skip


def _scale(score: Score) -> Part:
    """The score, its interval and the baseline on one line from zero; decoration of the words."""
    numbers = [score.value, score.baseline, score.low or 0.0, score.high or 0.0]
    end = 1.08 * max(numbers)
    if not all(map(math.isfinite, numbers)) or end <= 0 or min(numbers) < 0:
        return None

    def at(number: float) -> float:
        return round(100 * number / end, 2)

    bar = None
    if score.low is not None and score.high is not None:
        width = round(at(score.high) - at(score.low), 2)
        bar = tag("span", class_="range", style=f"left:{at(score.low)}%;width:{width}%")
    return tag(
        "div",
        tag("span", class_="base", style=f"left:{at(score.baseline)}%"),
        bar,
        tag("span", class_="dot", style=f"left:{at(score.value)}%"),
        class_="scale",
        aria_hidden="true",
    )


def _score_table(evaluation: Evaluation) -> Markup:
    rows = [
        (
            score_words(score),
            readable(score.value),
            _interval(score),
            readable(score.baseline),
            score.better,
        )
        for score in evaluation.scores
    ]
    return data_table(
        f"Scores on {evaluation.rows:,} rows that the model was not trained on",
        ("Score", "Model", "95 % interval", "Baseline", "Better is"),
        rows,
        numbers=(1, 2, 3),
    )


def _interval(score: Score) -> str:
    if score.low is None or score.high is None:
        return "not known"
    return f"{readable(score.low)} to {readable(score.high)}"


def _slice_table(run: Run) -> Part:
    slices = run.evaluation.slices
    if not slices:
        return None
    if run.evaluation.counts is not None:
        return error_prone_table(slices)
    return data_table(
        "Where it errs to one side (prediction minus truth, on average)",
        ("Rows where", "Rows", "Mean error", "95 % interval"),
        [
            (
                part.where,
                f"{part.rows:,}",
                readable(part.mean_error),
                f"{readable(part.low)} to {readable(part.high)}",
            )
            for part in slices
        ],
        numbers=(1, 2, 3),
    )


def _confusion_table(run: Run, confusion: Confusion | None) -> Part:
    if confusion is None:
        return None
    negative, positive = run.contract.classes
    return data_table(
        f"Decisions at a probability of {readable(confusion.threshold)}, counted",
        ("Truth", f"Decided {positive}", f"Decided {negative}"),
        [
            (positive, f"{confusion.true_positive:,}", f"{confusion.false_negative:,}"),
            (negative, f"{confusion.false_positive:,}", f"{confusion.true_negative:,}"),
        ],
        numbers=(1, 2),
    )
