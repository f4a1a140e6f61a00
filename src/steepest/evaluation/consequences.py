"""What the errors mean, in words and in the target's own units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.evaluation.decisions import Confusion
from steepest.evaluation.evaluation import ErrorSlice, Score
from steepest.evaluation.meaning import Meaning, class_meaning, number_meaning
from steepest.evaluation.scoring.intervals import FEWEST_FOR_INTERVAL
from steepest.evaluation.scoring.scores import Judge, Scored
from steepest.evaluation.words import (
    amount,
    counted_rows,
    diverged,
    interval_words,
    percent,
)
from steepest.readable import readable
from steepest.trace import Array

__all__ = [
    "MOST_SLICES_SAID",
    "Shares",
    "against_shares",
    "class_sentences",
    "error_quantiles",
    "number_sentences",
]

MOST_SLICES_SAID = 2
"""Of the parts that err to one side so many are told in sentences; all are in the evaluation."""

_FEWEST_FOR_HUNDRED = 20
_SHARES = (0.5, 0.75, 0.9, 0.95, 0.99)
_ALWAYS = (0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the positive class: among the training rows, as predicted on average, as observed."""

    trained: float
    predicted: float
    observed: float

    def more_frequent(self, classes: tuple[str, ...]) -> str:
        """The class that the baseline decides for: the more frequent one in training."""
        return classes[int(self.trained >= 0.5)]


def error_quantiles(error: Array) -> tuple[tuple[float, float], ...]:
    """The absolute error that half, three quarters, nine tenths ... of the predictions stay within.

    error: (m,) prediction minus truth, at least one row; () where it is not finite. Those of
    half and of nine tenths are always given, others where a row lies beyond them.

    >>> import numpy as np
    >>> error_quantiles(np.array([-10.0, 1.0, 2.0, 3.0, -5.0]))
    ((0.5, 3.0), (0.75, 5.0), (0.9, 8.0))
    """
    if not np.all(np.isfinite(error)):
        return ()
    rows = len(error)
    shares = [share for share in _SHARES if share in _ALWAYS or rows * (1 - share) > 1 - 1e-9]
    sizes = np.quantile(np.abs(error), shares).tolist()
    return tuple(zip(shares, sizes, strict=True))


def number_sentences(
    name: str,
    error: Array,
    scored: Scored,
    *,
    mean: float,
    slices: tuple[ErrorSlice, ...],
    judge: Judge = "squared",
    unit: str = "",
    meaning: Meaning | None = None,
) -> tuple[str, ...]:
    """What the errors of predicted numbers mean.

    name:   of the target; unit: of it, where one was said
    error:  (m,) prediction minus truth
    meaning: what else the errors mean for whoever uses the model
    mean:   of the training rows' target, which the baseline predicts
    judge:  by which error it is held against the baseline
    """
    if not np.all(np.isfinite(error)):
        return (diverged(name),)
    absolute = scored.scores[0]
    return (
        _how_far(name, np.abs(error), unit),
        f"Always predicting the mean of the training rows, {amount(mean, unit)}, would be off by "
        f"{amount(absolute.baseline, unit)} on average; the model is off by "
        f"{amount(absolute.value, unit)}{interval_words(absolute)}.",
        _against_the_mean(scored, judge, len(error)),
        *number_meaning(name, unit, meaning, len(error)),
        *(
            f"It errs {_low_or_high(part)} for {part.where}: by "
            f"{amount(abs(part.mean_error), unit)} on average ({readable(part.rows)} rows)."
            for part in slices[:MOST_SLICES_SAID]
        ),
    )


def class_sentences(
    name: str,
    classes: tuple[str, ...],
    scored: Scored,
    *,
    confusion: Confusion | None,
    shares: Shares,
    slices: tuple[ErrorSlice, ...],
    meaning: Meaning | None = None,
) -> tuple[str, ...]:
    """What the errors of a two-class model mean.

    name:     of the target; classes: (negative, positive)
    meaning:  what else the errors mean for whoever uses the model
    confusion: None where the probabilities are not finite
    """
    if confusion is None:
        return (diverged(name),)
    positive, accuracy = f"{name}={classes[1]}", scored.scores[1]
    more_frequent = f"{name}={shares.more_frequent(classes)}"
    return (
        f"It decides {name} correctly for {percent(accuracy.value)} of the rows"
        f"{interval_words(accuracy, as_percent=True)}; always deciding {more_frequent}, the more "
        f"frequent class of the training rows, would be right on {percent(accuracy.baseline)}.",
        _right_and_missed(positive, confusion),
        *class_meaning(positive, meaning),
        _calibrated(positive, shares, meaning),
        _against_the_share(scored, positive, shares.trained, _rows(confusion)),
        *(
            f"For {part.where} it gives {positive} a probability too {_low_or_high(part)} by "
            f"{readable(abs(part.mean_error), digits=2)} on average ({readable(part.rows)} rows)."
            for part in slices[:MOST_SLICES_SAID]
        ),
    )


def _calibrated(positive: str, shares: Shares, meaning: Meaning | None) -> str:
    if meaning is not None and meaning.calibration is not None:
        return meaning.calibration.sentence
    return (
        f"On average it gives {positive} a probability of {percent(shares.predicted)}; "
        f"{percent(shares.observed)} of the rows are {positive}."
    )


def _how_far(name: str, sizes: Array, unit: str) -> str:
    if not sizes.any():
        return f"Every prediction of {name} is exact, to rounding."
    if len(sizes) == 1:
        return f"On the one row evaluated, {name} is off by {amount(sizes[0], unit)}."
    if len(sizes) < FEWEST_FOR_INTERVAL:
        return (
            f"On the {len(sizes)} rows evaluated, {name} is off by "
            f"{amount(sizes.mean(), unit)} on average and by {amount(sizes.max(), unit)} at most."
        )
    half, most = (amount(size, unit) for size in np.quantile(sizes, [0.5, 0.9]))
    return (
        f"Half of the predictions of {name} are within {half} of the truth; "
        f"one in ten is off by more than {most}."
    )


def _against_the_mean(scored: Scored, judge: Judge, rows: int) -> str:
    if scored.better_than_baseline is None:
        return _not_shown(rows, "always predicting the mean")
    if scored.better_than_baseline:
        return _removed(scored, judge)
    return "It does worse than always predicting the mean: do not use it as it stands."


def _removed(scored: Scored, judge: Judge) -> str:
    """How much of the error of the mean the model takes away, by the error that it is for."""
    absolute, _, r2, *more = scored.scores
    if judge == "absolute":
        return f"It removes {_share_removed(absolute)} of the absolute error of the mean."
    if judge == "deviance":
        (deviance,) = more
        return (
            f"It removes {_share_removed(deviance)} of the Poisson deviance of the mean "
            f"({readable(deviance.value)} against {readable(deviance.baseline)})."
        )
    removed = f"{percent(r2.value)} of the squared error of the mean"
    return f"It removes {removed}{interval_words(r2, as_percent=True)}."


def _share_removed(score: Score) -> str:
    return percent(1 - score.value / score.baseline)


def _against_the_share(scored: Scored, positive: str, share: float, rows: int) -> str:
    baseline = f"always giving {positive} the training rows' share, {percent(share)}"
    return against_shares(scored, baseline, rows)


def against_shares(scored: Scored, baseline: str, rows: int) -> str:
    """Whether the probabilities are better than those of the baseline, by their log loss."""
    if scored.better_than_baseline is None:
        return _not_shown(rows, baseline)
    loss = scored.scores[0]
    losses = f"log loss {readable(loss.value)} against {readable(loss.baseline)}"
    if scored.better_than_baseline:
        return f"Its probabilities are better than {baseline} ({losses})."
    return f"Its probabilities are worse than {baseline} ({losses}): do not use them as they stand."


def _not_shown(rows: int, baseline: str) -> str:
    if rows < FEWEST_FOR_INTERVAL:
        return f"{counted_rows(rows)} cannot show whether it is better than {baseline}."
    return f"On these {readable(rows)} rows it is not shown to be better than {baseline}."


def _right_and_missed(positive: str, confusion: Confusion) -> str:
    called = confusion.true_positive + confusion.false_positive
    actual = confusion.true_positive + confusion.false_negative
    return (
        f"{_right(positive, confusion.true_positive, called)}; "
        f"{_missed(positive, confusion.false_negative, actual)}."
    )


def _right(positive: str, right: int, called: int) -> str:
    if not called:
        return f"It calls no row {positive}"
    if called < _FEWEST_FOR_HUNDRED:
        return f"It calls {counted_rows(called)} {positive}, {right} of them rightly"
    return f"Of 100 rows that it calls {positive}, {readable(100 * right / called, digits=3)} are"


def _missed(positive: str, missed: int, actual: int) -> str:
    if not actual:
        return f"no row is {positive}"
    if actual < _FEWEST_FOR_HUNDRED:
        return f"of {counted_rows(actual)} with {positive} it misses {missed}"
    return f"of 100 with {positive} it misses {readable(100 * missed / actual, digits=3)}"


def _rows(confusion: Confusion) -> int:
    right = confusion.true_positive + confusion.true_negative
    return right + confusion.false_positive + confusion.false_negative


def _low_or_high(part: ErrorSlice) -> str:
    return "low" if part.mean_error < 0 else "high"
