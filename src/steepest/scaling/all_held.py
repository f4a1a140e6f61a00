"""Scores over all rows held out, where only some of them were drawn to be judged in detail."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from steepest.evaluation.evaluation import Evaluation, Score
from steepest.evaluation.scoring.baseline import Baseline
from steepest.evaluation.scoring.main_score import MainScore, interval_said
from steepest.model import Model
from steepest.objective.factor import Factor
from steepest.passes.asking import Ask
from steepest.passes.held_scores import HeldScores, measures_of
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["squared_scores", "summed_scores", "with_all_held"]


def with_all_held(found: Evaluation, scores: tuple[Score, ...], rows: int) -> Evaluation:
    """The evaluation with the scores over all rows held out, of which there are so many.

    They stand in place of those of the rows that were judged; what is not known of all rows stays.
    Their intervals are those of the rows that were judged, narrowed as the root of the numbers of
    rows: what more rows leave of chance.
    """
    narrow = math.sqrt(found.rows / rows)
    drawn = {score.name: score for score in found.scores}
    narrowed = tuple(_narrowed(score, drawn.get(score.name), narrow) for score in scores)
    exact = {score.name: score for score in narrowed}
    said = ", ".join(_said(score) for score in narrowed)
    sentence = (
        f"Over all {rows:,} rows held out: {said}. What follows is of {found.rows:,} of them, "
        "drawn at random."
    )
    return replace(
        found,
        scores=tuple(exact.get(score.name, score) for score in found.scores),
        over_all=narrowed,
        sentences=(sentence, *found.sentences),
    )


def squared_scores(
    held: Factor, shift: Array, model: Model, baseline: Baseline, unit: str
) -> tuple[Score, ...]:
    """R² and the root mean squared error, from the triangle of the rows held out: no other walk.

    shift: (d + 1,) what had been taken from the raw features and the target.
    """
    slopes = np.array(list(model.coefficients.values()))
    constant = (model.intercept or 0.0) + float(shift[:-1] @ slopes - shift[-1])
    error = held.R @ np.array([constant, *slopes, -1.0])
    always = np.asarray(baseline, dtype=np.float64).item() - shift[-1]
    other = held.R @ np.array([always, *np.zeros(len(slopes)), -1.0])
    rms, baseline_rms = (float(np.linalg.norm(e)) / math.sqrt(held.rows) for e in (error, other))
    r2 = 1.0 - (rms / baseline_rms) ** 2 if baseline_rms > 0 else 0.0
    return (
        Score("r2", r2, None, None, 0.0, "higher"),
        Score("root_mean_squared_error", rms, None, None, baseline_rms, "lower", unit),
    )


def summed_scores(ask: Ask, model: Model, baseline: Baseline, unit: str) -> tuple[Score, ...]:
    """What the loss of the model is judged by, summed over all rows held out by one walk."""
    found = ask(HeldScores(model, baseline), "judging the rows held out")
    means = found.values / max(1, found.rows)
    measures = measures_of(model.loss)
    return tuple(
        Score(
            measure.name,
            float(means[0, place]),
            None,
            None,
            float(means[1, place]),
            measure.better,
            unit if measure.name == "mean_absolute_error" else "",
        )
        for place, measure in enumerate(measures)
    )


def _narrowed(score: Score, drawn: Score | None, narrow: float) -> Score:
    if drawn is None or drawn.low is None or drawn.high is None:
        return score
    low, high = drawn.low - drawn.value, drawn.high - drawn.value
    return replace(score, low=score.value + narrow * low, high=score.value + narrow * high)


def _said(score: Score) -> str:
    words = MainScore(score.name, score.better).words
    value = f"{words} {readable(score.value, digits=4)}"
    interval = interval_said((score.value, score.low, score.high), 4)
    return f"{value}{f' {score.unit}' if score.unit else ''}{interval}"
