"""Columns were scaled over all rows before the split."""

from __future__ import annotations

import math

import numpy as np

from steepest.data.columns import numbers
from steepest.data.contract import Column
from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.readable import counted, listed
from steepest.trace import Array

__all__ = ["scaled_outside"]

_FEWEST = 30
_ROUNDED = 1e-6
_EXACT = 1e-12
_NEAR = 0.05
_MANY = 0.5
_VALUES = 20
_DIGITS = (2, 3, 4, 5)


def scaled_outside(evidence: Evidence) -> Answer:
    """A representation was fitted to all rows: the training rows alone would give another.

    Sees
        Number features of twenty values or more with mean 0 and standard deviation 1 over all
        rows, to the digits they are given in, but not over the rows that train; or that reach
        from 0 to 1, or from -1 to 1, each end met by one row, of which one at least judges.
    Matters
        Scaling that knows the rows that judge tells the model of their size. For a linear model
        the harm is as a rule small; it is large where few rows train, and where extremes matter;
        and a later table cannot be brought to this scale, since mean and spread were not kept.
    Decides
        A mean below a millionth and a standard deviation of 1 to a millionth (divided by m or
        m - 1), or to what rounding to two digits or more leaves of them, which columns that were
        just measured do not have. Columns of few values, as the -1 and +1 of planned
        experiments, are passed over.
    When it is wrong
        Scores that are scaled so by their makers, over the same people.
    Try
        Give the columns as they were measured: `steepest fit` standardises them by the rows that
        train, and keeps how. With a Pipeline of scikit-learn the same holds.
    Sources
        Hastie, Tibshirani and Friedman 2009, "The elements of statistical learning", 7.10.2.
    """
    if evidence.rows < _FEWEST or not evidence.numbers:
        return CannotTell("a number column, and 30 rows")
    trains = ~evidence.judged if evidence.forward else evidence.part != 0
    columns = _columns(evidence)
    standard = [n for n, x in columns if _standard(x) and not _standard(x[trains])]
    ranged = [n for n, x in columns if _ranged(x, trains, 0.0) or _ranged(x, trains, -1.0)]
    lows = sorted({f"{np.nanmin(x):.0f}" for n, x in columns if n in ranged})
    if not standard and not ranged:
        return Clear()
    names = (*standard, *ranged)
    how = " and ".join(
        said
        for said, there in (
            (f"mean 0 and standard deviation 1 ({listed(standard)})", standard),
            (f"least value {' or '.join(lows)} and largest 1 ({listed(ranged)})", ranged),
        )
        if there
    )
    return found(
        "scaled_outside",
        names,
        f"{counted(len(names), 'column')} "
        f"{'has' if len(names) == 1 else 'have'} exactly {how} over all {evidence.rows:,} rows, "
        "and not over those that train: they were scaled before the split, with what the rows that "
        "judge the model hold, so that the scores are a little too good. Give the columns as they "
        "were measured: they are standardised by the training rows here.",
    )


def _columns(evidence: Evidence) -> list[tuple[str, Array]]:
    """The columns that may be so by what the contract says of them, with their values."""
    return [
        (name, numbers(evidence.frame[name]).to_numpy())
        for name in evidence.numbers
        if _may_be(evidence.column(name))
    ]


def _may_be(column: Column) -> bool:
    if None in (column.low, column.high, column.mean, column.std) or column.distinct < _VALUES:
        return False
    low, high, mean, std = (
        float(x or 0.0) for x in (column.low, column.high, column.mean, column.std)
    )
    return (abs(mean) < _NEAR and abs(std - 1) < _NEAR) or (
        min(abs(low), abs(low + 1)) < _NEAR and abs(high - 1) < _NEAR
    )


def _standard(values: Array) -> bool:
    there = values[np.isfinite(values)]
    if len(there) < _FEWEST:
        return False
    mean, spread = float(there.mean()), float(there.std())
    near = _rounding(there) if max(abs(mean), abs(spread - 1)) <= _NEAR else _ROUNDED
    other = spread * math.sqrt(len(there) / (len(there) - 1))
    return abs(mean) <= near and min(abs(spread - 1), abs(other - 1)) <= near


def _rounding(values: Array) -> float:
    """How far a mean of 0 may be off when values are rounded to as many digits as these are."""
    for digits in _DIGITS:
        if np.abs(values - np.round(values, digits)).max() <= _EXACT:
            return max(_ROUNDED, 4 * 10.0**-digits / math.sqrt(12 * len(values)))
    return _ROUNDED


def _ranged(values: Array, trains: np.ndarray, least: float) -> bool:
    """Whether one row is the least and one is 1, all between, and one of the two judges only."""
    there = np.isfinite(values)
    low, high = np.abs(values - least) <= _EXACT, np.abs(values - 1) <= _EXACT
    inside = np.all((values[there] >= least - _EXACT) & (values[there] <= 1 + _EXACT))
    if there.sum() < _FEWEST or low.sum() != 1 or high.sum() != 1 or not inside:
        return False
    varied = len(np.unique(values[there])) > _MANY * there.sum()
    return bool(varied and not trains[low | high].all())
