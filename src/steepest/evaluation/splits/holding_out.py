"""Rows held out in the way that was asked for, the same ones for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.errors import InputError
from steepest.evaluation.splits.grouping import hold_groups
from steepest.evaluation.splits.split import Rows, Split, split_rows
from steepest.evaluation.splits.split_labels import Labels

__all__ = ["hold_out"]

_FAR = 3.0  # times too many or too few rows


def hold_out(kind: str, labels: Labels, share: float, seed: int) -> Split:
    """Hold out a share of the rows: "random", "stratified", whole "group"s, the last in "time".

    Raises InputError where a class is too rare for a stratified split.
    """
    rows = labels.rows
    if kind == "group":
        chosen = np.flatnonzero(hold_groups(labels, share, seed))
        return Split("group", share, seed, rows, tuple(chosen.tolist()))
    if kind == "time":
        return Split("time", share, seed, rows, tuple(_latest(labels, share).tolist()))
    if kind == "random":
        return split_rows(rows, share=share, seed=seed, classes=None)
    held = max(1, min(round(share * rows), rows - 1))
    _refuse_rare(labels, min(held, rows - held))
    from sklearn.model_selection import (  # pyright: ignore[reportMissingTypeStubs]
        StratifiedShuffleSplit,
    )

    shuffle: Any = StratifiedShuffleSplit(n_splits=1, test_size=held, random_state=seed)
    _, test = next(shuffle.split(np.zeros((rows, 1)), labels.strata))
    return Split("stratified", share, seed, rows, tuple(np.sort(test).tolist()))


def _refuse_rare(labels: Labels, smaller: int) -> None:
    """Raise InputError where a class, or a quantile, has no row to expect in the smaller part."""
    found, counts = np.unique(labels.strata, return_counts=True)
    rarest = int(counts.argmin())
    enough = int(counts[rarest]) * smaller >= labels.rows and smaller >= len(found)
    if enough and counts[rarest] >= 2 and len(labels.strata) - smaller >= len(found):
        return
    name = (
        f"the class {labels.classes[found[rarest]]} has {counts[rarest]:,}"
        if labels.classes
        else f"a quantile of the target has {counts[rarest]:,}"
    )
    raise InputError(
        f"a stratified split of {labels.rows:,} rows with {smaller:,} in the smaller part cannot "
        f"hold every class in proportion: {name}; hold out another share, cross-validate "
        "(folds), or split at random"
    )


def _latest(labels: Labels, share: float) -> Rows:
    """The rows of the latest moments, nearest to the share; ties stay on one side.

    Raises InputError where the moments are too few to come near it.
    """
    before = np.cumsum(np.bincount(labels.places))[:-1]  # rows before the next moment
    cut = int(np.abs(before - (1 - share) * labels.rows).argmin())
    held = labels.rows - int(before[cut])
    asked = max(1, min(round(share * labels.rows), labels.rows - 1))
    if not asked / _FAR <= held <= asked * _FAR:
        raise InputError(
            f"a split by time was to hold out {asked:,} of {labels.rows:,} rows, and the nearest "
            f"it comes to that is {held:,}: most rows are of few of the {labels.many:,} moments, "
            "and those of one moment stay together; hold out another share, or split otherwise"
        )
    return np.flatnonzero(labels.places > cut).astype(np.int64)
