"""The scores of a model over rows that are not in memory: sums of their losses, and counts.

All scores but the area under the ROC curve, which needs the order of all probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from steepest.evaluation.evaluation import Score
from steepest.evaluation.scoring.baseline import Baseline, baseline_rows
from steepest.evaluation.scoring.intervals import Measured, mean_share_of, share_of
from steepest.evaluation.scoring.moments import Moments, measure_moments, moments_of
from steepest.evaluation.scoring.scores import (
    error_of,
    log_losses,
    poisson_deviances,
    shown_better,
    surprise,
)
from steepest.model import Model
from steepest.trace import Array

__all__ = ["Tally", "scores_of", "tally_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Of some rows.

    losses:  moments of what is lost by the model and by the baseline: for classes their log
             losses; for a number |error|, error², the baseline's error² and |error|, and of counts
             both Poisson deviances
    counts:  (K, K) rows of each class by the class that was decided; (0, 0) of a number
    """

    losses: Moments
    counts: Array

    def __add__(self, other: Tally) -> Tally:
        """With other rows."""
        return Tally(self.losses + other.losses, self.counts + other.counts)


def tally_of(model: Model, target: Array, predicted: Array, baseline: Baseline) -> Tally:
    """Of rows with their truth (m,) and what the model predicts for each."""
    always = baseline_rows(baseline, len(target), scores=model.scores)
    with np.errstate(all="ignore"):
        if not model.classes:
            return Tally(moments_of(_errors(model, target, predicted, always)), np.zeros((0, 0)))
        own = target.astype(np.int64)
        if model.scores > 1:
            rows = np.arange(len(own))
            losses = surprise(predicted[rows, own]), surprise(always[rows, own])
        else:
            losses = log_losses(target, predicted), log_losses(target, always)
        width = len(model.classes)
        pairs = own * width + model.places(predicted)
        counts = np.bincount(pairs, minlength=width * width).reshape(width, width)
        return Tally(moments_of(np.column_stack(losses)), counts.astype(np.float64))


def _errors(model: Model, target: Array, predicted: Array, always: Array) -> Array:
    error, other = np.abs(error_of(target, predicted)), np.abs(error_of(target, always))
    columns = [error, error**2, other**2, other]
    if _of_counts(model):
        columns += [poisson_deviances(target, predicted), poisson_deviances(target, always)]
    return np.column_stack(columns)


def scores_of(
    tally: Tally, model: Model, baseline: Baseline, some: Sequence[Score], *, each_row: bool
) -> tuple[tuple[Score, ...], bool | None]:
    """The scores over all rows, and whether they show the model to be better than the baseline.

    some:      the scores of rows drawn from all; one that cannot be added up is taken from there
    each_row:  whether every row was drawn by itself; where rows come in groups or in time, the
               intervals are those of the rows drawn, which are rather too wide
    """
    with np.errstate(all="ignore"):
        found, gain = (
            _of_number(tally, model) if not model.classes else _of_classes(tally, model, baseline)
        )
    scores = tuple(
        _interval_of(replace(score, **found[score.name]), score, each_row=each_row)
        if score.name in found
        else score
        for score in some
    )
    return scores, shown_better(gain)


def _interval_of(score: Score, drawn: Score, *, each_row: bool) -> Score:
    if each_row:
        return score
    if drawn.low is None or drawn.high is None:
        return replace(score, low=None, high=None)
    return replace(score, low=min(drawn.low, score.value), high=max(drawn.high, score.value))


def _score(measured: Measured, baseline: float) -> dict[str, float | None]:
    value, low, high = measured
    return {"value": value, "low": low, "high": high, "baseline": baseline}


def _of_number(tally: Tally, model: Model) -> tuple[dict[str, dict[str, float | None]], Measured]:
    losses = tally.losses
    size = float(np.sqrt(losses.mean[1:3].max())) or 1.0  # so that squares are about 1
    units = np.array([size, size**2, size**2, size, 1.0, 1.0])[: len(losses.mean)]
    scaled = Moments(losses.count, losses.mean / units, losses.products / np.outer(units, units))

    def measures(means: Array) -> Array:
        rms = np.sqrt(np.maximum(means[:, 1], 0.0))
        other = np.sqrt(np.maximum(means[:, 2], 0.0))
        r2 = np.where(other > 0, 1.0 - (rms / other) ** 2, 0.0)
        gain = means[:, 3] - means[:, 0] if model.loss.startswith("huber") else other - rms
        own = [means[:, 4], means[:, 5] - means[:, 4]] if means.shape[1] > 4 else []
        return np.column_stack([size * means[:, 0], size * rms, r2, gain, *own])

    mean, rms, r2, gain, *deviance = measure_moments(scaled, measures)
    squares = float(losses.mean[2])
    found = {
        "mean_absolute_error": _score(mean, float(losses.mean[3])),
        "root_mean_squared_error": _score(rms, float(np.sqrt(squares))),
        "r2": _score(r2 if squares > 0 else (r2[0], None, None), 0.0),
    }
    if deviance:
        found["mean_poisson_deviance"] = _score(deviance[0], float(losses.mean[5]))
        gain = deviance[1]
    return found, gain


def _of_counts(model: Model) -> bool:
    return model.loss == "poisson"


def _of_classes(
    tally: Tally, model: Model, baseline: Baseline
) -> tuple[dict[str, dict[str, float | None]], Measured]:
    loss, gain = measure_moments(
        tally.losses, lambda means: np.column_stack([means[:, 0], means[:, 1] - means[:, 0]])
    )
    counts, rows = tally.counts, tally.losses.count
    of_class = counts.sum(axis=1)
    often = int(np.argmax(baseline)) if isinstance(baseline, tuple) else int(baseline >= 0.5)
    right = share_of(float(np.trace(counts)), rows)
    there = of_class > 0
    balanced = mean_share_of(
        np.diagonal(counts)[there].astype(int).tolist(), of_class[there].astype(int).tolist()
    )
    if not there.all():
        balanced = (balanced[0], None, None)
    if np.isnan(loss[0]):
        right = balanced = (np.nan, None, None)
    return {
        "log_loss": _score(loss, float(tally.losses.mean[1])),
        "accuracy": _score(right, float(of_class[often]) / rows),
        "balanced_accuracy": _score(balanced, float(there[often]) / int(there.sum())),
    }, gain
