"""The main score over repeated splits, with an interval that knows that they share rows.

The scores of splits of one table are not independent: most rows that train in one train in the
next. The variance of their mean is not S^2 / J but about (1 / J + n_test / n_train) S^2
(Nadeau and Bengio 2003, "Inference for the generalization error", Machine Learning 52).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from steepest.evaluation.evaluation import Repeats
from steepest.evaluation.splits.folding import folds_of
from steepest.evaluation.splits.split import Split
from steepest.model import Model
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["different_repeats", "few_splits_said", "first_score", "repeats_of"]

_FEWEST = 3
_LOOKED = 20  # seeds tried for each split that was asked for
_TINY = float(np.finfo(np.float64).eps)


def different_repeats(
    split: Split, frame: pl.DataFrame, truth: Array, classes: tuple[str, ...] = ()
) -> tuple[int, ...]:
    """Which repetitions of a split, as `folds_of` counts them, each unlike all before it.

    Of few groups there are few splits, and the same one twice tells nothing new: then there are
    fewer than were asked for.
    """
    if split.method != "group":
        return tuple(range(split.repeats))
    seen: set[frozenset[bytes]] = set()
    kept: list[int] = []
    for repeat in range(_LOOKED * split.repeats if split.repeats > 1 else 1):
        pairs = folds_of(split, frame, truth, classes, repeat=repeat)
        parts = frozenset(judge.tobytes() for _, judge in pairs)
        if parts not in seen:
            seen.add(parts)
            kept.append(repeat)
        if len(kept) == split.repeats:
            break
    return tuple(kept)


def few_splits_said(split: Split, different: int) -> str:
    """That fewer splits differ than were asked for; "" where all do.

    >>> few_splits_said(Split("group", 0.2, 0, 6, (2, 3), column="town", repeats=5), 3)
    '; 5 were asked for, but only 3 different splits of these groups exist near that share'
    """
    if split.method != "group" or different >= split.repeats:
        return ""
    exist = (
        "split of these groups exists"
        if different == 1
        else "different splits of these groups exist"
    )
    near = "" if split.folds else " near that share"
    return f"; {split.repeats:,} were asked for, but only {different:,} {exist}{near}"


def first_score(model: Model, target: Array, predicted: Array) -> tuple[str, float]:
    """The name and value of the score that an evaluation names first, of some rows.

    The mean absolute error of a number, the log loss of classes.
    """
    with np.errstate(all="ignore"):
        if not model.classes:
            return "mean_absolute_error", float(np.mean(np.abs(predicted - target)))
        if predicted.ndim == 2:
            given = predicted[np.arange(len(target)), target.astype(np.int64)]
        else:
            given = np.where(target == 1, predicted, 1 - predicted)
        return "log_loss", float(-np.mean(np.log(np.clip(given, _TINY, 1.0))))


def repeats_of(
    score: str, values: Sequence[float], parts: Sequence[float], share: float
) -> Repeats | None:
    """The mean over splits with its 95 % interval; None for fewer than two splits.

    values:  the score of each split; of repeated cross-validation of all its folds together
    parts:   the same, or the score of every fold of every repetition
    share:   of the rows that judge in each part, so that rows that judge : rows that train is
             share / (1 - share)

    >>> found = repeats_of("log_loss", (1.0, 2.0, 3.0), (1.0, 2.0, 3.0), 0.2)
    >>> found.mean, round(found.low, 2), round(found.high, 2)
    (2.0, 0.0, 5.29)
    """
    if len(values) < 2:
        return None
    mean = float(np.mean(values))
    if len(parts) < _FEWEST or not np.all(np.isfinite(parts)):
        return Repeats(score, tuple(values), mean, None, None)
    from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

    ratio = share / (1 - share)
    error = math.sqrt((1 / len(parts) + ratio) * float(np.var(parts, ddof=1)))
    width = float(stdtrit(len(parts) - 1, 0.975)) * error
    # an error, or a log loss, is never below zero
    return Repeats(score, tuple(values), mean, max(0.0, mean - width), mean + width)
