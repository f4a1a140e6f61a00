"""The rows that train and the rows that judge, of every fold, and of every repetition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from steepest.errors import InputError
from steepest.evaluation.splits.grouping import deal_groups
from steepest.evaluation.splits.holding_out import hold_out
from steepest.evaluation.splits.split import Rows, Split, fold_rows
from steepest.evaluation.splits.split_labels import Labels, Places, labels_of
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["folds_of", "time_blocks"]

_LARGEST_SEED = 2**32


def folds_of(
    split: Split,
    frame: pl.DataFrame,
    truth: Array,
    classes: tuple[str, ...] = (),
    *,
    repeat: int = 0,
) -> list[tuple[Rows, Rows]]:
    """The (train, test) row numbers of a saved split: one pair, or one a fold.

    frame, truth:  the rows that were split, (m,); classes: of the contract
    repeat:        0 for the split itself, then the same kind with other seeds

    Folds by time go forward: each is judged by what came before it, so that the first rows
    judge nothing. Of the same data and the same split the same rows come again. Raises
    InputError where the rows are not those that were split.
    """
    if split.rows != frame.height:
        raise InputError(f"the split is of {split.rows:,} rows; the table has {frame.height:,}")
    seed = (split.seed + repeat) % _LARGEST_SEED
    if not split.folds:
        if repeat:
            labels = labels_of(*_way(split), frame, truth, classes)
            split = hold_out(split.method, labels, split.share, seed)
        return [(split.train, split.test)]
    labels = labels_of(*_way(split), frame, truth, classes)
    if split.method == "time":
        return _forward(time_blocks(labels, split.folds))
    if split.method == "group":
        return _around(deal_groups(labels, split.folds, seed), split.folds)
    dealt = Split("none", 0.0, seed, split.rows, (), folds=split.folds)
    return fold_rows(dealt, labels.strata.astype(np.float64))


def time_blocks(labels: Labels, folds: int) -> Places:
    """(m,) the part of each row in time, 0 to `folds`, about equal; ties stay together.

    >>> time_blocks(Labels(np.zeros(6, int), (), np.array([0, 0, 1, 2, 2, 2])), 2).tolist()
    [0, 0, 1, 2, 2, 2]
    """
    before = np.cumsum(np.bincount(labels.places))  # rows up to each moment
    cuts: list[int] = []
    for part in range(1, folds + 1):
        # the last moment of the part: each part has one at least, and so has each after it
        near = int(np.abs(before - labels.rows * part / (folds + 1)).argmin())
        low = cuts[-1] + 1 if cuts else 0
        cuts.append(min(max(near, low), labels.many - 1 - (folds + 1 - part)))
    return np.searchsorted(np.array(cuts), labels.places, side="left").astype(np.int64)


def _way(split: Split) -> tuple[str, str]:
    """What the labels are asked by; the folds of "none" hold classes in proportion."""
    return ("auto" if split.method == "none" else split.method), split.column


def _forward(block: Places) -> list[tuple[Rows, Rows]]:
    last = int(block.max())
    return [(_where(block < part), _where(block == part)) for part in range(1, last + 1)]


def _around(fold: Places, folds: int) -> list[tuple[Rows, Rows]]:
    return [(_where(fold != own), _where(fold == own)) for own in range(folds)]


def _where(rows: np.ndarray) -> Rows:
    return np.flatnonzero(rows).astype(np.int64)
