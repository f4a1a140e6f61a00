"""How good a model is on the evaluated rows, with 95 % intervals, beside a baseline.

The baseline of a number is the mean of the training rows; the baseline of two classes is
the share of the positive class among them, and the more frequent class as its decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.decisions import Confusion
from steepest.evaluation.evaluation import Score
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.intervals import Measured, area_under_roc, measure, share_among
from steepest.trace import Array

__all__ = [
    "Judge",
    "Scored",
    "confusion_of",
    "count_decided",
    "error_of",
    "log_losses",
    "loss_and_gain",
    "poisson_deviances",
    "score_classes",
    "score_number",
    "shown_better",
    "surprise",
]

_EPSILON = float(np.finfo(np.float64).eps)

Judge = Literal["squared", "absolute", "deviance"]
"""Which error of a number decides whether a model is better than its baseline."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores, the main one first, and whether they show the model to be the better.

    better_than_baseline:  whether the 95 % interval of the mean difference of the losses
                           (squared or absolute error, Poisson deviance, log loss) lies
                           above or below zero; None where it holds zero or the rows are
                           fewer than ten
    """

    scores: tuple[Score, ...]
    better_than_baseline: bool | None


def error_of(target: Array, predicted: Array) -> Array:
    """(m,) prediction minus truth; what float64 cannot tell from zero is zero.

    >>> import numpy as np
    >>> error_of(np.array([0.3, 1.0]), np.array([0.1 + 0.2, 1.5])).tolist()
    [0.0, 0.5]
    """
    with np.errstate(all="ignore"):
        error = predicted - target
        rounding = 64 * _EPSILON * np.maximum(np.abs(target), np.abs(predicted))
        return np.where(np.abs(error) < rounding, 0.0, error)


def score_number(
    target: Array,
    predicted: Array,
    baseline: Array,
    *,
    unit: str,
    judge: Judge = "squared",
    drawn: Drawn = EACH_ROW,
) -> Scored:
    """The scores of predicted numbers: mean absolute error, root mean squared error, r2.

    target, predicted, baseline: (m,), at least one row; `baseline` is what the baseline
    predicts for each. `r2` is the share of the baseline's squared error that the model
    removes: 0 is no better than the baseline, below 0 is worse; it is 0 where the
    baseline makes no error. Predictions that are not finite score nan. `judge` says by
    which error the model is held against the baseline; the one of counts, "deviance", adds
    the mean Poisson deviance 2 (y log(y / p) - y + p), whose targets are not negative. `drawn`
    says what the intervals count: rows, groups, or stretches of time.

    >>> import numpy as np
    >>> truth, mean = np.array([1.0, 2.0, 6.0]), np.full(3, 3.0)
    >>> scored = score_number(truth, np.array([1.0, 3.0, 6.0]), mean, unit="cm")
    >>> [(score.name, round(score.value, 3), round(score.baseline, 3)) for score in scored.scores]
    [('mean_absolute_error', 0.333, 2.0), ('root_mean_squared_error', 0.577, 2.16),
     ('r2', 0.929, 0.0)]
    """
    size, error = _in_shares(error_of(target, predicted))
    baseline_size, baseline_error = _in_shares(error_of(target, baseline))

    def measures(means: Array) -> Array:
        rms = size * np.sqrt(np.maximum(means[:, 1], 0.0))
        baseline_rms = baseline_size * np.sqrt(np.maximum(means[:, 2], 0.0))
        r2 = np.where(baseline_rms > 0, 1.0 - (rms / baseline_rms) ** 2, 0.0)
        # this difference has the sign of the mean difference of the squared errors
        gain = baseline_rms - rms
        if judge == "absolute":
            gain = baseline_size * means[:, 3] - size * means[:, 0]
        return np.column_stack([size * means[:, 0], rms, r2, gain])

    with np.errstate(all="ignore"):
        values = np.column_stack([error, error**2, baseline_error**2, baseline_error])
        mean, rms, r2, gain = measure(values, measures, drawn)
    baseline_mean = baseline_size * float(baseline_error.mean())
    baseline_rms = baseline_size * float(np.sqrt((baseline_error**2).mean()))
    scores = [
        Score("mean_absolute_error", *mean, baseline_mean, "lower", unit),
        Score("root_mean_squared_error", *rms, baseline_rms, "lower", unit),
        Score("r2", *(r2 if baseline_rms > 0 else (r2[0], None, None)), 0.0, "higher"),
    ]
    if judge == "deviance":
        deviance, gain = _score_deviance(target, predicted, baseline, drawn)
        scores.append(deviance)
    return Scored(tuple(scores), shown_better(gain))


def score_classes(
    target: Array,
    probability: Array,
    share: Array,
    *,
    threshold: float,
    called: NDArray[np.bool_] | None = None,
    drawn: Drawn = EACH_ROW,
) -> Scored:
    """The scores of two classes: log loss, accuracy, and where both classes occur roc_auc.

    target:       (m,) 0.0 and 1.0, at least one row
    probability:  (m,) predicted, of class 1. In the log loss 0 and 1 count as the nearest
                  numbers that float64 tells from them, as in scikit-learn. Probabilities
                  that are not finite score nan
    share:        (m,) of class 1 among the training rows: the baseline's probability; it
                  decides for the more frequent class
    threshold:    of the probability, at and above which class 1 is decided
    called:       (m,) True where class 1 was decided, where that was not by the threshold

    >>> import numpy as np
    >>> truth, probability = np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.4, 0.9])
    >>> scored = score_classes(truth, probability, np.full(3, 0.6), threshold=0.5)
    >>> [(score.name, round(score.value, 3), round(score.baseline, 3)) for score in scored.scores]
    [('log_loss', 0.415, 0.646), ('accuracy', 0.667, 0.667), ('roc_auc', 1.0, 0.5)]
    """
    if not np.all(np.isfinite(probability)):
        probability = np.full(len(target), np.nan)
    losses, baseline_losses = log_losses(target, probability), log_losses(target, share)
    loss, gain = loss_and_gain(losses, baseline_losses, drawn)
    decided = probability >= threshold if called is None else called
    right = _share_right(target, probability, decided, drawn)
    baseline_right, _, _ = _share_right(target, share, share >= 0.5)
    scores = [
        Score("log_loss", *loss, float(baseline_losses.mean()), "lower"),
        Score("accuracy", *right, baseline_right, "higher"),
    ]
    if 0 < target.sum() < len(target):
        scores.append(Score("roc_auc", *area_under_roc(target, probability, drawn), 0.5, "higher"))
    return Scored(tuple(scores), shown_better(gain))


def confusion_of(target: Array, probability: Array, threshold: float) -> Confusion:
    """Counts of the decisions at `threshold`; target (m,) 0.0 and 1.0."""
    return count_decided(target, probability >= threshold, threshold)


def count_decided(target: Array, called: NDArray[np.bool_], threshold: float) -> Confusion:
    """Counts of decisions that were made, True for class 1; target (m,) 0.0 and 1.0."""
    positive = target == 1
    return Confusion(
        threshold=threshold,
        true_positive=int(np.sum(called & positive)),
        false_positive=int(np.sum(called & ~positive)),
        true_negative=int(np.sum(~called & ~positive)),
        false_negative=int(np.sum(~called & positive)),
    )


def surprise(probability: Array) -> Array:
    """-log of the probability of what was the case, kept off 0 and 1 by what float64 can tell."""
    return -np.log(np.clip(probability, _EPSILON, 1 - _EPSILON))


def _score_deviance(
    target: Array, predicted: Array, baseline: Array, drawn: Drawn
) -> tuple[Score, Measured]:
    """The mean Poisson deviance, and what it gains over the baseline's."""
    own, other = poisson_deviances(target, predicted), poisson_deviances(target, baseline)
    if not np.all(np.isfinite(predicted)):
        own = np.full(len(target), np.nan)
    deviance, gain = loss_and_gain(own, other, drawn)
    return Score("mean_poisson_deviance", *deviance, float(other.mean()), "lower"), gain


def poisson_deviances(target: Array, predicted: Array) -> Array:
    """(m,) the Poisson deviance of each row, 2 (y log(y / p) - y + p); targets from zero up."""
    from scipy.special import xlogy  # pyright: ignore[reportMissingTypeStubs]

    with np.errstate(all="ignore"):
        ratio = np.where(target > 0, target / predicted, 1.0)
        return 2 * (xlogy(target, ratio) - target + predicted)


def loss_and_gain(
    losses: Array, baseline_losses: Array, drawn: Drawn = EACH_ROW
) -> tuple[Measured, Measured]:
    """The mean loss, and by how much it is below the baseline's, with their intervals."""
    loss, gain = measure(
        np.column_stack([losses, baseline_losses]),
        lambda means: np.column_stack([means[:, 0], means[:, 1] - means[:, 0]]),
        drawn,
    )
    return loss, gain


def _in_shares(error: Array) -> tuple[float, Array]:
    """The largest |error|, and each as a share of it: squares neither overflow nor vanish."""
    size = float(np.abs(error).max())
    with np.errstate(all="ignore"):
        return size, np.abs(error) / (size or 1.0)


def log_losses(target: Array, probability: Array) -> Array:
    """(m,) the log loss of each row; target (m,) 0.0 and 1.0, probability (m,) of 1.0."""
    clipped = np.clip(probability, _EPSILON, 1 - _EPSILON)
    return surprise(np.where(target == 1, clipped, 1 - clipped))


def _share_right(
    target: Array, probability: Array, called: NDArray[np.bool_], drawn: Drawn = EACH_ROW
) -> Measured:
    if np.isnan(probability[0]):
        return np.nan, None, None
    return share_among(called == (target == 1), drawn)


def shown_better(gain: Measured) -> bool | None:
    """Whether the interval of the gain over the baseline excludes zero, and on which side."""
    value, low, high = gain
    if np.isnan(value):
        return False
    if low is None or high is None or low <= 0 <= high:
        return None
    return low > 0
