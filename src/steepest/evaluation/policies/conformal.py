"""Prediction intervals that hold without a law of the errors: split conformal.

The quantiles of the errors on rows that did not train, taken a little further out than the
share of the rows says, hold a new case with at least the share that was asked for (Vovk,
Gammerman and Shafer 2005; Lei et al. 2018). They are taken for each side by itself: the errors
of prices, counts and durations lean to one side, where one width for both would be too long
below and too short above, and miss all on the same side. That costs twice the rows.

Of rows in groups each group counts as one, and so does the new one, of which the case to come is
(Lee, Barber and Willett 2023, "Distribution-free inference with hierarchical data"; Dunn,
Wasserman and Ramdas 2023): where groups differ, so many rows say little. Of rows in time no
such promise can be made; what is measured is how margins of the earlier half do on the later.

That share is promised on average over tables. By how much the margins of one table may miss it is
known, too: the coverage of m independent rows follows a Beta law (Vovk 2012, "Conditional
validity of inductive conformal predictors"); `low` and `high` are its quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.decisions import PredictionInterval
from steepest.evaluation.policies.tenths import tenths_of
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn, Units
from steepest.evaluation.scoring.intervals import (
    FEWEST_FOR_INTERVAL,
    Measured,
    effective_rows,
    share_among,
)
from steepest.model import Margin
from steepest.trace import Array

__all__ = ["COVERAGES", "fewest_rows", "held_against", "margin_of", "prediction_intervals"]

COVERAGES = (0.5, 0.8, 0.9, 0.95)


def prediction_intervals(
    error: Array, *, seed: int = 0, drawn: Drawn = EACH_ROW
) -> tuple[PredictionInterval, ...]:
    """The intervals of every coverage for which the rows suffice, rising.

    error:  (m,) prediction minus truth of rows that did not train; () where one is not finite
    seed:   of the tenths: quantiles of nine are judged on the other one, and all ten judgements
            counted together; the margins that are kept are of all the rows
    drawn:  groups are dealt to the tenths whole; of rows in time the earlier half is judged on
            the later one

    >>> import numpy as np
    >>> half, *_ = prediction_intervals(np.arange(-10.0, 11.0))
    >>> half.coverage, half.below, half.above, half.rows
    (0.5, 6.0, 6.0, 21)
    """
    if not np.all(np.isfinite(error)):
        return ()
    if drawn.kind == "times":
        return _forward(error, drawn)
    parts = tenths_of(len(error), seed, drawn=drawn)
    units = drawn.units()
    fewest = min((_many(units, ~part) for part in parts), default=0)
    known = [coverage for coverage in COVERAGES if fewest >= fewest_rows(coverage)]
    if units is None:
        return tuple(_of_rows(error, coverage, parts, drawn) for coverage in known)
    return tuple(_of_groups(error, coverage, parts, drawn, units) for coverage in known)


def held_against(
    error: Array, margins: Sequence[Margin], drawn: Drawn = EACH_ROW
) -> tuple[PredictionInterval, ...]:
    """The intervals that a model has, and what they covered of rows that came later."""
    if not np.all(np.isfinite(error)):
        return ()
    return tuple(
        _described(margin, share_among(_within(error, margin), drawn), len(error), later=True)
        for margin in margins
    )


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


def _of_rows(
    error: Array, coverage: float, parts: list[NDArray[np.bool_]], drawn: Drawn
) -> PredictionInterval:
    rows = len(error)
    measured = _held_apart(error, coverage, parts) / rows
    beyond = 2 * _beyond(rows, coverage)
    known = rows / drawn.widen**2
    ends = _law(known, beyond / (rows + 1), measured)
    return _described(margin_of(error, coverage), (measured, *ends), rows)


def _of_groups(
    error: Array,
    coverage: float,
    parts: list[NDArray[np.bool_]],
    drawn: Drawn,
    units: Units,
) -> PredictionInterval:
    """Every group counts the same, however many rows it has."""
    margin, missed = _margin_of_groups(error, coverage, units)
    held = np.zeros(len(error), dtype=np.bool_)
    for part in parts:
        own, _ = _margin_of_groups(error[~part], coverage, units[~part])
        held[part] = _within(error[part], own)
    measured = float(held.mean())
    known = effective_rows(held.astype(np.float64), drawn)
    # where groups are alike the margins hold more than they promise: as much as was measured
    ends = _law(known, min(missed, 1 - measured) if measured < 1 else missed, measured)
    return _described(margin, (measured, *ends), len(error))


def _margin_of_groups(error: Array, coverage: float, units: Units) -> tuple[Margin, float]:
    """The margin, and the share of all groups and the new one that it leaves beyond.

    Rows share the weight of their group, 1 / (groups + 1); the new group may lie anywhere.
    """
    _, own, sizes = np.unique(units, return_inverse=True, return_counts=True)
    new = 1 / (len(sizes) + 1)
    weight = new / sizes[own]
    below, missed_below = _quantile(error, weight, (1 - coverage) / 2 - new)
    above, missed_above = _quantile(-error, weight, (1 - coverage) / 2 - new)
    margin = Margin(coverage, max(0.0, below), max(0.0, above))
    return margin, missed_below + missed_above + 2 * new


def _quantile(values: Array, weight: Array, beyond: float) -> tuple[float, float]:
    """The least value that leaves no more than that weight above it, and what it leaves."""
    falling = np.argsort(-values)
    above = np.concatenate([[0.0], np.cumsum(weight[falling])[:-1]])
    place = int(np.searchsorted(above, beyond + 1e-9, "right")) - 1
    return float(values[falling[max(0, place)]]), float(above[max(0, place)])


def _forward(error: Array, drawn: Drawn) -> tuple[PredictionInterval, ...]:
    """Margins of all rows; measured is what those of the earlier half hold of the later one."""
    later = drawn.later()
    early, late = error[~later], error[later]
    # the margins of the earlier half have errors of their own, about as large
    of_late = replace(drawn.of(later), widen=drawn.widen * 2**0.5)
    found: list[PredictionInterval] = []
    for coverage in COVERAGES:
        if len(early) >= fewest_rows(coverage) and len(late):
            held = _within(late, margin_of(early, coverage))
            share = share_among(held, of_late)
            found.append(_described(margin_of(error, coverage), share, len(late)))
    return tuple(found)


def _many(units: Units | None, rows: NDArray[np.bool_]) -> int:
    return int(rows.sum()) if units is None else len(np.unique(units[rows]))


def _law(rows: float, missed: float, measured: float) -> tuple[float | None, float | None]:
    """Between what the true coverage lies in 95 of 100 tables; no end beyond what was measured."""
    if rows < FEWEST_FOR_INTERVAL:
        return None, None
    from scipy.special import betaincinv  # pyright: ignore[reportMissingTypeStubs]

    outside = min(0.999, missed) * (rows + 1)
    low, high = (float(betaincinv(rows + 1 - outside, outside, p)) for p in (0.025, 0.975))
    return min(low, measured), max(high, measured)


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
    return int(np.sum(_within(error, margin)))


def _within(error: Array, margin: Margin) -> NDArray[np.bool_]:
    return (error <= margin.below) & (error >= -margin.above)


def _described(
    margin: Margin, measured: Measured, rows: int, *, later: bool = False
) -> PredictionInterval:
    return PredictionInterval(
        margin.coverage, margin.below, margin.above, *measured, rows, later=later
    )
