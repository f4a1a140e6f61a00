"""A column that says in which interval the target lies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import numbers, words
from steepest.data.contract import Column
from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.shared import percent_of
from steepest.readable import counted, readable
from steepest.trace import Array

__all__ = ["binned_target"]

_FEWEST = 50
_VALUES = 20
_LEAST = 3
_MOST = 50
_ROWS = 5
_KNOWN = 0.5
_GAP = 0.2


def binned_target(evidence: Evidence) -> Answer:
    """The target of a regression, cut into classes, is a feature.

    Sees
        Text, and numbers of few values, each of which has an interval of the target for itself:
        no two of them overlap, and there is no more room between them than within.
    Matters
        A price band, a grade or a risk class was as a rule made from the number that is to be
        predicted. It is not there when a prediction is needed, and the scores are those of a model
        that was told the answer to the nearest interval.
    Decides
        Three levels to fifty, of five rows and more each, in a table of fifty rows with twenty
        different targets; no row out of its interval; at least half of the variance explained.
    When it is wrong
        Where the band was set first, and known, as that of a tariff.
    Try
        Leave it out: `--features` with the others.
    Sources
        Kaufman, Rosset, Perlich and Stitelman 2012, "Leakage in data mining".
    """
    some = evidence.some
    target = some.truth
    few = some.rows < _FEWEST or len(np.unique(target)) < _VALUES
    if some.classes or few or len(some.features) < 2:
        return CannotTell("a number as target, of 20 values and in 50 rows, and two features")
    for column in some.features:
        if column.name in some.leaking or not _may_be(column):
            continue
        level = _levels(some, column)
        if _apart(target, level):
            return _told(some, column.name, level)
    return Clear()


def _told(some: Evidence, name: str, level: NDArray[np.int64]) -> Answer:
    target = some.contract.target
    seen = some.truth[level >= 0]
    return found(
        "binned_target",
        (name,),
        f"Each of the {counted(int(level.max()) + 1, 'level')} of {name} has an interval of "
        f"{target} to itself, from {readable(float(seen.min()))} to {readable(float(seen.max()))} "
        f"without a gap, and they explain {percent_of(_explained(some.truth, level))} of it: "
        f"{name} was made from {target}, and the scores are those of a model that was told the "
        "answer. Leave it out (--features).",
    )


def _may_be(column: Column) -> bool:
    return column.kind in ("text", "number") and _LEAST <= column.distinct <= _MOST


def _levels(some: Evidence, column: Column) -> NDArray[np.int64]:
    """(m,) the level of each row, from 0; -1 where it is missing."""
    series = some.frame[column.name]
    values = words(series) if column.kind == "text" else numbers(series)
    ranks = values.rank("dense").fill_null(0).to_numpy()
    return ranks.astype(np.int64) - 1


def _apart(target: Array, level: NDArray[np.int64]) -> bool:
    """Whether each level has an interval of the target to itself, next to those of others."""
    there = level >= 0
    target, level = target[there], level[there]
    many = np.bincount(level)
    if len(many) < _LEAST or many.min() < _ROWS:
        return False
    low, high = np.full(len(many), np.inf), np.full(len(many), -np.inf)
    np.minimum.at(low, level, target)
    np.maximum.at(high, level, target)
    order = np.argsort(low)
    room = low[order][1:] - high[order][:-1]
    if np.any(room <= 0):
        return False
    close = room.sum() <= _GAP * (high - low).sum()
    return bool(close) and _explained(target, level) >= _KNOWN


def _explained(target: Array, level: NDArray[np.int64]) -> float:
    """The share of the variance of the ranks of the target that the levels explain."""
    there = level >= 0
    ranks = np.argsort(np.argsort(target[there])).astype(np.float64)
    many = np.maximum(np.bincount(level[there]), 1)
    means = np.bincount(level[there], ranks) / many
    return 1 - float(
        ((ranks - means[level[there]]) ** 2).sum() / ((ranks - ranks.mean()) ** 2).sum()
    )
