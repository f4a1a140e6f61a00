"""How good a softmax model is on the evaluated rows, beside the shares of the classes.

The baseline gives each class its share of the training rows, and decides for the most
frequent one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.evaluation import ClassCounts, Score
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.intervals import (
    Measured,
    mean_share_of,
    measure,
    share_among,
)
from steepest.evaluation.scoring.scores import Scored, loss_and_gain, shown_better, surprise
from steepest.trace import Array

__all__ = ["count_classes", "score_many_classes"]

Places = NDArray[np.int64]
Decided = NDArray[np.intp]


def score_many_classes(
    target: Array,
    probability: Array,
    shares: Array,
    *,
    decided: Decided | None = None,
    drawn: Drawn = EACH_ROW,
) -> Scored:
    """The scores of K classes: log loss, accuracy, and the balanced accuracy.

    target:       (m,) the place of each row's class, 0.0 to K - 1, at least one row
    probability:  (m, K) predicted. In the log loss 0 and 1 count as the nearest numbers that
                  float64 tells from them, as in scikit-learn. Those that are not finite score nan
    shares:       (m, K) of the classes among the training rows
    decided:      (m,) the place of the class that was decided; None: the largest probability's

    The balanced accuracy is the share of right decisions in each class that has a row, and
    of these shares the mean: a rare class counts as much as a frequent one. It has no interval
    where a class has no row: nothing is known of its share.

    >>> import numpy as np
    >>> truth = np.array([0.0, 1.0, 1.0, 2.0])
    >>> given = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
    >>> scored = score_many_classes(truth, given, np.tile([0.25, 0.5, 0.25], (4, 1)))
    >>> [(score.name, round(score.value, 3), round(score.baseline, 3)) for score in scored.scores]
    [('log_loss', 0.502, 1.04), ('accuracy', 0.75, 0.5), ('balanced_accuracy', 0.833, 0.333)]
    """
    rows, own = np.arange(len(target)), target.astype(np.int64)
    losses, baseline_losses = surprise(probability[rows, own]), surprise(shares[rows, own])
    if not np.all(np.isfinite(probability)):
        losses = np.full(len(target), np.nan)
    loss, gain = loss_and_gain(losses, baseline_losses, drawn)
    taken = probability.argmax(axis=1) if decided is None else decided
    right = balanced = (np.nan, None, None)
    if np.all(np.isfinite(probability)):
        right, balanced = _shares_right(own, taken, probability.shape[1], drawn)
    always = shares.argmax(axis=1)
    baseline_right, baseline_balanced = _shares_right(own, always, shares.shape[1], EACH_ROW)
    scores = (
        Score("log_loss", *loss, float(baseline_losses.mean()), "lower"),
        Score("accuracy", *right, baseline_right[0], "higher"),
        Score("balanced_accuracy", *balanced, baseline_balanced[0], "higher"),
    )
    return Scored(scores, shown_better(gain))


def count_classes(target: Array, decided: Decided, classes: tuple[str, ...]) -> ClassCounts:
    """How often each class was decided for the rows of each; target, decided: (m,) places."""
    counts = _counted(target.astype(np.int64), decided, len(classes))
    return ClassCounts(classes, tuple(tuple(row) for row in counts.tolist()))


def _counted(own: Places, decided: Decided, width: int) -> Places:
    """(K, K) rows by their class and by the class that was decided."""
    pairs = own * width + decided
    return np.bincount(pairs, minlength=width * width).reshape(width, width).astype(np.int64)


def _shares_right(
    own: Places, decided: Decided, width: int, drawn: Drawn
) -> tuple[Measured, Measured]:
    """The share of right decisions over all rows, and its mean over the classes."""
    counts = _counted(own, decided, width)
    right, rows = np.diagonal(counts), counts.sum(axis=1)
    there = rows > 0
    balanced = mean_share_of(right[there].tolist(), rows[there].tolist())
    if drawn.places is not None or drawn.widen > 1:
        balanced = _balanced_of_groups(own, decided, drawn)
    if not there.all():
        balanced = (balanced[0], None, None)
    return share_among(decided == own, drawn), balanced


def _balanced_of_groups(own: Places, decided: Decided, drawn: Drawn) -> Measured:
    """Of rows that are not independent: whole groups hold rows of several classes."""
    is_class = own[:, None] == np.unique(own)
    right = is_class & (decided == own)[:, None]
    many = is_class.shape[1]

    def measures(means: Array) -> Array:
        there = means[:, many:]
        shares = np.where(there > 0, means[:, :many] / np.where(there > 0, there, 1.0), np.nan)
        return np.nanmean(shares, axis=1)[:, None]

    return measure(np.column_stack([right, is_class]).astype(np.float64), measures, drawn)[0]
