"""Prediction intervals that hold without a law of the errors: split conformal.

The quantiles of the errors on rows that did not train, taken a little further out than the
share of the rows says, hold a new case with at least the share that was asked for (Vovk,
Gammerman and Shafer 2005; Lei et al. 2018). They are taken for each side by itself: the errors
of prices, counts and durations lean to one side, where one width for both would be too long
below and too short above, and miss all on the same side. That costs twice the rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.decisions import PredictionInterval
from steepest.evaluation.policies.tenths import tenths_of
from steepest.evaluation.scoring.intervals import share_of
from steepest.model import Margin
from steepest.trace import Array

__all__ = ["COVERAGES", "fewest_rows", "held_against", "margin_of", "prediction_intervals"]

COVERAGES = (0.5, 0.8, 0.9, 0.95)


def prediction_intervals(error: Array, *, seed: int = 0) -> tuple[PredictionInterval, ...]:
    """The intervals of every coverage for which the rows suffice, rising.

    error:  (m,) prediction minus truth of rows that did not train; () where one is not finite
    seed:   of the tenths: quantiles of nine are judged on the other one, and all ten judgements
            counted together; the margins that are kept are of all the rows

    >>> import numpy as np
    >>> half, *_ = prediction_intervals(np.arange(-10.0, 11.0))
    >>> half.coverage, half.below, half.above, half.rows
    (0.5, 6.0, 6.0, 21)
    """
    if not np.all(np.isfinite(error)):
        return ()
    parts = tenths_of(len(error), seed)
    fewest = min((int((~part).sum()) for part in parts), default=0)
    return tuple(
        _described(margin_of(error, coverage), _held_apart(error, coverage, parts), len(error))
        for coverage in COVERAGES
        if fewest >= fewest_rows(coverage)
    )


def held_against(error: Array, margins: Sequence[Margin]) -> tuple[PredictionInterval, ...]:
    """The intervals that a model has, and what they covered of rows that came later."""
    if not np.all(np.isfinite(error)):
        return ()
    return tuple(_described(margin, _held(error, margin), len(error)) for margin in margins)


def fewest_rows(coverage: float) -> int:
    """How many rows it takes to know both ends of an interval of that coverage.

    >>> [fewest_rows(coverage) for coverage in COVERAGES]
    [3, 9, 19, 39]
    """
    return math.ceil(round(2 / (1 - coverage), 9)) - 1


def margin_of(error: Array, coverage: float) -> Margin:
    """The margin within which a new case lies with at least that chance; at least
    `fewest_rows(coverage)` errors, prediction minus truth."""
    return _margin(np.sort(error), coverage, _beyond(len(error), coverage))


def _beyond(rows: int, coverage: float) -> int:
    """Of so many rows and the new one, how many may lie beyond each end."""
    return math.floor(round((rows + 1) * (1 - coverage) / 2, 9))


def _margin(rising: Array, coverage: float, beyond: int) -> Margin:
    if beyond == 0:
        return Margin(coverage, np.inf, np.inf)
    above, below = -rising[beyond - 1], rising[len(rising) - beyond]
    return Margin(coverage, max(0.0, float(below)), max(0.0, float(above)))


def _held_apart(error: Array, coverage: float, parts: list[NDArray[np.bool_]]) -> float:
    """How many rows lie within margins that the other tenths made.

    Fewer rows have coarser quantiles: the two around the share that the kept margins leave
    beyond are weighed, so that what is measured is the coverage of these.
    """
    share = _beyond(len(error), coverage) / (len(error) + 1)
    held = 0.0
    for part in parts:
        rising = np.sort(error[~part])
        least, rest = divmod(share * (len(rising) + 1), 1)
        for beyond, weight in ((int(least), 1 - rest), (int(least) + 1, rest)):
            held += weight * _held(error[part], _margin(rising, coverage, beyond))
    return held


def _held(error: Array, margin: Margin) -> int:
    """How many truths lie within the margin of their prediction."""
    return int(np.sum((error <= margin.below) & (error >= -margin.above)))


def _described(margin: Margin, held: float, rows: int) -> PredictionInterval:
    share, low, high = share_of(held, rows)
    return PredictionInterval(margin.coverage, margin.below, margin.above, share, low, high, rows)
