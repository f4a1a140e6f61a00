"""Whether what is predicted comes true as often, or as large, as it is predicted."""

from __future__ import annotations

import numpy as np

from steepest.evaluation.decisions import Calibration, CalibrationBin
from steepest.evaluation.scoring.calibration_line import Line, line_of_numbers, line_of_odds
from steepest.evaluation.scoring.calibration_words import number_words, top_words, two_class_words
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn, unit_sums
from steepest.evaluation.scoring.intervals import FEWEST_FOR_INTERVAL, Measured, share_among
from steepest.trace import Array

__all__ = ["bins_of", "calibrate_classes", "calibrate_number", "calibrate_top", "spiegelhalter"]

_MOST_BINS = 10


def calibrate_number(
    target: Array, predicted: Array, *, name: str, unit: str = "", drawn: Drawn = EACH_ROW
) -> Calibration | None:
    """The calibration of predicted numbers, by the line of the truth on the prediction.

    target, predicted: (m,); None below ten rows, or groups of them, and where one is not finite
    name, unit:  of the target, for the sentence
    """
    if drawn.many(len(target)) < FEWEST_FOR_INTERVAL or not np.all(np.isfinite(predicted)):
        return None
    bins = bins_of(target, predicted, shares=False, drawn=drawn)
    line = line_of_numbers(target, predicted, drawn)
    error = _mean_distance(bins)
    words = number_words(name, unit, line, float((predicted - target).mean()))
    return _calibration(bins, line, error, line.p_value, words)


def calibrate_classes(
    target: Array, probability: Array, *, positive: str, drawn: Drawn = EACH_ROW
) -> Calibration | None:
    """The calibration of the probabilities of two classes.

    target:       (m,) 0.0 and 1.0; probability: (m,) of 1.0; None as for numbers
    positive:     what 1.0 is, for the sentence: "diagnosis=malignant"

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> given = rng.random(1000)
    >>> found = calibrate_classes((rng.random(1000) < given).astype(float), given, positive="ill")
    >>> round(found.slope, 2), round(found.error, 3), found.p_value > 0.05
    (1.06, 0.033, True)
    """
    if not _judged(target, probability, drawn):
        return None
    bins = bins_of(target, probability, drawn=drawn)
    line = line_of_odds(target, probability, drawn)
    error, p_value = _mean_distance(bins), spiegelhalter(target, probability, drawn)
    given, observed = float(probability.mean()), float(target.mean())
    words = two_class_words(positive, given, observed, line, error, p_value)
    return _calibration(bins, line, error, p_value, words)


def calibrate_top(
    target: Array, probability: Array, *, name: str, drawn: Drawn = EACH_ROW
) -> Calibration | None:
    """The calibration of the largest of K probabilities: is that class right as often?

    target:       (m,) the place of each row's class; probability: (m, K); None as for numbers
    """
    top = probability.max(axis=1)
    right = (probability.argmax(axis=1) == target).astype(np.float64)
    if not _judged(right, top, drawn):
        return None
    bins, line = bins_of(right, top, drawn=drawn), line_of_odds(right, top, drawn)
    error, p_value = _mean_distance(bins), spiegelhalter(right, top, drawn)
    words = top_words(name, float(top.mean()), float(right.mean()), line, error, p_value)
    return _calibration(bins, line, error, p_value, words)


def spiegelhalter(target: Array, probability: Array, drawn: Drawn = EACH_ROW) -> float | None:
    """The p-value of the hypothesis that the probabilities are true (Spiegelhalter 1986).

    None where every probability is 0, 1 or one half: these have no variance to judge by. Of
    groups the variance is that of their sums.
    """
    from scipy.special import ndtr  # pyright: ignore[reportMissingTypeStubs]

    weight = 1 - 2 * probability
    variance = float((weight**2 * probability * (1 - probability)).sum())
    if not variance > 0:
        return None
    off = (target - probability) * weight
    units = drawn.units()
    if units is not None:
        from scipy.special import stdtr  # pyright: ignore[reportMissingTypeStubs]

        sums, _ = unit_sums(off[:, None], units)
        many = len(sums)
        spread = float(((sums - sums.mean()) ** 2).sum() * many / max(1, many - 1)) ** 0.5
        spread = max(spread, variance**0.5)
        return float(2 * stdtr(max(1, many - 1), -abs(float(off.sum())) / spread))
    z = float(off.sum()) / variance**0.5
    return float(2 * ndtr(-abs(z)))


def bins_of(
    target: Array, predicted: Array, *, shares: bool = True, drawn: Drawn = EACH_ROW
) -> tuple[CalibrationBin, ...]:
    """Tenths of the rows by prediction, rising, equal predictions together; of fewer than a
    hundred rows so many parts that each has ten."""
    parts = max(1, min(_MOST_BINS, len(target) // FEWEST_FOR_INTERVAL))
    edges = np.unique(np.quantile(predicted, np.arange(1, parts) / parts, method="inverted_cdf"))
    place, drawn = np.searchsorted(edges, predicted), drawn.fixed()
    return tuple(
        _bin(target[place == i], predicted[place == i], drawn.of(place == i), shares=shares)
        for i in np.unique(place)
    )


def _bin(target: Array, predicted: Array, drawn: Drawn, *, shares: bool) -> CalibrationBin:
    observed: Measured = share_among(target, drawn) if shares else _mean_of(target, drawn)
    return CalibrationBin(float(predicted.mean()), *observed, len(target))


def _mean_of(values: Array, drawn: Drawn) -> Measured:
    """The mean with its interval, by Student's t."""
    value = float(values.mean())
    sums, _ = unit_sums((values - value)[:, None], drawn.units())
    many = len(sums)
    if many < FEWEST_FOR_INTERVAL:
        return value, None, None
    from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

    spread = float((sums**2).sum() * many / (many - 1)) ** 0.5 / len(values)
    half = float(stdtrit(many - 1, 0.975)) * spread
    return value, value - half, value + half


def _mean_distance(bins: tuple[CalibrationBin, ...]) -> float:
    rows = sum(part.rows for part in bins)
    return sum(part.rows * abs(part.observed - part.predicted) for part in bins) / rows


def _judged(target: Array, probability: Array, drawn: Drawn) -> bool:
    enough = drawn.many(len(target)) >= FEWEST_FOR_INTERVAL
    return enough and bool(np.all(np.isfinite(probability)))


def _calibration(
    bins: tuple[CalibrationBin, ...], line: Line, error: float, p_value: float | None, words: str
) -> Calibration:
    ends = (line.slope_low, line.slope_high)
    return Calibration(bins, line.intercept, line.slope, *ends, error, p_value, words)
