"""Rows train that come after rows that judge, and what is near in time is alike."""

from __future__ import annotations

import math

import numpy as np

from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.moments import Moment
from steepest.evaluation.leakage.ordinary import curve, filled, residual
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["times_straddle"]

_FEWEST = 50
_ALIKE = 0.1
_SURE = 4.5
_COLUMNS = 50
_A_LEVEL = 20


def times_straddle(evidence: Evidence) -> Answer:
    """The past is judged by a model that knows the future around it.

    Sees
        Columns of dates or times; what a line in the number features leaves of the target; and
        whether, in the order of the times, what is left of a row is like what is left of the one
        before it, while rows that train lie between and after those that judge. Of numbers that
        only are named like times, as the year a house was built, what they do to the target
        themselves is taken away first: the mean of each value, or a smooth curve.
    Matters
        Each row that judges has neighbours in time that train: the model interpolates. In use
        there is no after: it has to extrapolate, and is worse than its scores.
    Decides
        An autocorrelation of neighbours of at least 0.1 that is 4.5 standard errors from none, in
        at least 50 rows, and rows that train later than some that judge.
    When it is wrong
        Where past rows are to be filled in, and not future ones foretold.
    Try
        `--split time=COLUMN`, and `--folds N` with it, which goes forward in time.
    Sources
        Bergmeir and Benitez 2012, "On the use of cross-validation for time series predictor
        evaluation".
    """
    some = evidence.some
    if not evidence.moments or some.rows < _FEWEST:
        return CannotTell("a column of dates or times, and 50 rows")
    left = _left(some)
    worst: tuple[float, str] | None = None
    for moment in evidence.moments:
        if not _mixed(some, moment):
            continue
        alike = _alike(left, moment)
        if worst is None or alike > worst[0]:
            worst = alike, moment.name
    if worst is None or worst[0] < max(_ALIKE, _SURE / math.sqrt(some.rows)):
        return Clear()
    alike, name = worst
    return found(
        "times_straddle",
        (name,),
        f"In the order of {name}, what the features leave of {some.contract.target} is alike from "
        f"row to row (autocorrelation {readable(alike, digits=2)}), and rows that train lie "
        "between and after those that judge: the model knows what came next, as it will not in "
        f"use, so that the scores are too good. Split by it: --split time={name}.",
    )


def _alike(left: Array, moment: Moment) -> float:
    """How alike neighbours in time are; of a column that may be no time, without its own effect."""
    if moment.dated:
        return max(abs(_neighbours(column, moment.values)) for column in left.T)
    there = np.isfinite(moment.values)
    values, left = moment.values[there], left[there]
    levels, place = np.unique(values, return_inverse=True)
    if len(levels) <= len(values) / _A_LEVEL:
        many = np.bincount(place)
        means = [np.bincount(place, column) / many for column in left.T]
        left = left - np.column_stack(means)[place]
    else:
        left = residual(left, curve(values))
    return max(_neighbours(column, values) for column in left.T)


def _left(some: Evidence) -> Array:
    """(m, k) the target without what a line in at most 50 number columns explains."""
    return residual(some.indicators, filled(some.matrix[:, :_COLUMNS]))


def _mixed(some: Evidence, moment: Moment) -> bool:
    """Whether some row that trains is later than one that judges."""
    there = np.isfinite(moment.values)
    values, part = moment.values[there], some.part[there]
    if not some.forward:
        return len(np.unique(part)) > 1
    return any(
        np.any(part == own)
        and np.any(part < own)
        and values[part < own].max() > values[part == own].min()
        for own in range(1, int(part.max(initial=0)) + 1)
    )


def _neighbours(left: Array, values: Array) -> float:
    """The correlation of each row with the next in time; ties in their order in the table."""
    there = np.isfinite(values)
    order = np.argsort(values[there], kind="stable")
    series = left[there][order]
    series = series - series.mean()
    size = float(series @ series)
    if len(series) < _FEWEST or size <= 0:
        return 0.0
    alike = float(series[1:] @ series[:-1]) / size
    return alike if abs(alike) * math.sqrt(len(series)) >= _SURE else 0.0
