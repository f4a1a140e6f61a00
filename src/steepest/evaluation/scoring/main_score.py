"""The one score that models of a loss are compared by, and what it is a mean of.

Every main score is a function of mean losses over rows, so that two models can be compared
row by row: the interval of their difference then owes nothing to the rows being hard or easy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.intervals import Measured, measure
from steepest.evaluation.scoring.scores import error_of, poisson_deviances, surprise
from steepest.readable import readable
from steepest.trace import Array

__all__ = [
    "MainScore",
    "interval_said",
    "main_score",
    "row_losses",
    "score_difference",
    "score_interval",
]


@dataclass(frozen=True, slots=True)
class MainScore:
    """A score by its name, and which way is better.

    "r2" is 1 minus the squared errors over those of the baseline; "mean_absolute_error",
    "mean_poisson_deviance" and "log_loss" are means of what each row loses.
    """

    name: str
    better: Literal["lower", "higher"]

    @property
    def words(self) -> str:
        """What it is called in a sentence."""
        return {
            "r2": "R²",
            "mean_poisson_deviance": "mean Poisson deviance",
            "brier_score": "Brier score",
        }.get(self.name, self.name.replace("_", " "))

    def improvement(self, difference: Measured) -> Measured:
        """A difference of scores turned so that above zero is better."""
        value, low, high = difference
        if self.better == "higher":
            return difference
        return -value, None if high is None else -high, None if low is None else -low


_MAIN: Mapping[str, MainScore] = {
    "squared": MainScore("r2", "higher"),
    "huber": MainScore("mean_absolute_error", "lower"),
    "poisson": MainScore("mean_poisson_deviance", "lower"),
    "logistic": MainScore("log_loss", "lower"),
    "softmax": MainScore("log_loss", "lower"),
}


def main_score(loss: str) -> MainScore:
    """The score that a model of that loss is judged by: what it was trained for.

    >>> main_score("squared").name, main_score("huber(2.0)").name, main_score("softmax").better
    ('r2', 'mean_absolute_error', 'lower')
    """
    return _MAIN[loss.partition("(")[0]]


def row_losses(score: MainScore, target: Array, predicted: Array) -> Array:
    """(m,) what each row loses: squared or absolute error, Poisson deviance, or log loss.

    target:     (m,) numbers, or the places of classes
    predicted:  (m,) numbers, or the probabilities of the class 1; (m, K) those of K classes.
                A loss is nan where the prediction is not finite

    >>> import numpy as np
    >>> row_losses(main_score("squared"), np.array([1.0, 2.0]), np.array([1.0, 5.0])).tolist()
    [0.0, 9.0]
    """
    with np.errstate(all="ignore"):
        if score.name == "log_loss":
            return _log_losses(target, predicted)
        if score.name == "mean_poisson_deviance":
            losses = poisson_deviances(target, predicted)
        else:
            error = error_of(target, predicted)
            losses = error**2 if score.name == "r2" else np.abs(error)
        return np.where(np.isfinite(predicted), losses, np.nan)


def score_interval(
    score: MainScore, losses: Array, baseline: Array, drawn: Drawn = EACH_ROW
) -> Measured:
    """The score of rows with these losses (m,), with its 95 % interval.

    baseline: (m,) what the baseline loses on each
    drawn:    what the interval counts, and how much wider it is to be
    """

    def measures(means: Array) -> Array:
        return _score(score, means[:, :1], means[:, 1:])

    return _measured(np.column_stack([losses, baseline]), measures, drawn)


def score_difference(
    score: MainScore, one: Array, other: Array, baseline: Array, drawn: Drawn = EACH_ROW
) -> Measured:
    """The score of the one minus that of the other, paired row by row; see `score_interval`.

    >>> import numpy as np
    >>> one, other = np.array([1.0, 0.0, 2.0]), np.array([2.0, 1.0, 3.0])
    >>> score_difference(main_score("huber"), one, other, np.ones(3))
    (-1.0, None, None)
    """

    def measures(means: Array) -> Array:
        base = means[:, 2:]
        return _score(score, means[:, :1], base) - _score(score, means[:, 1:2], base)

    return _measured(np.column_stack([one, other, baseline]), measures, drawn)


def interval_said(measured: Measured, digits: int = 3) -> str:
    """The interval behind a value: " (0.09 to 0.13)"; "" where there is none."""
    _, low, high = measured
    if low is None or high is None:
        return ""
    return f" ({readable(low, digits=digits)} to {readable(high, digits=digits)})"


def _measured(values: Array, measures: Callable[[Array], Array], drawn: Drawn) -> Measured:
    with np.errstate(all="ignore"):
        return measure(values, measures, drawn)[0]


def _score(score: MainScore, losses: Array, baseline: Array) -> Array:
    if score.name != "r2":
        return losses
    safe = np.where(baseline > 0, baseline, 1.0)
    return np.where(baseline > 0, 1.0 - losses / safe, 0.0)


def _log_losses(target: Array, probability: Array) -> Array:
    given = probability
    if probability.ndim == 1:
        given = np.column_stack([1.0 - probability, probability])
    own = given[np.arange(len(target)), target.astype(np.int64)]
    return np.where(np.isfinite(given).all(axis=1), surprise(own), np.nan)
