"""The split that was asked for: at random, by class, by group or by time; held out or folds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.errors import InputError
from steepest.evaluation.splits.folding import folds_of, time_blocks
from steepest.evaluation.splits.holding_out import hold_out
from steepest.evaluation.splits.split import FEWEST_ROWS, Split, asked_split, split_rows
from steepest.evaluation.splits.split_labels import Labels, labels_of
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["split_as_asked"]

_FOLDS = 5


def split_as_asked(
    frame: pl.DataFrame,
    truth: Array,
    classes: tuple[str, ...],
    *,
    asked: str = "auto",
    share: float = 0.2,
    folds: int | None = None,
    repeats: int = 1,
    seed: int = 0,
) -> Split:
    """Which rows judge the model, decided before anything is fitted.

    frame:   the m usable rows; truth: (m,) numbers, or the places of the `classes`
    asked:   "auto", "random", "stratified", "group=COLUMN" or "time=COLUMN"
    share:   of the rows held out; 0, or `folds` given, holds none out and cross-validates

    The same rows come for the same data and seed. Raises InputError for a split that cannot be.
    """
    kind, column = asked_split(asked)
    if kind == "time" and repeats > 1:
        raise InputError(
            f"repeats is {repeats:,}, but a split by time cannot be repeated: there is one order "
            "of the rows in time; take repeats 1"
        )
    labels = labels_of(kind, column, frame, truth, classes)
    few = kind in ("auto", "random") and frame.height < FEWEST_ROWS
    if folds is not None or share == 0 or few:
        split = _folded(kind, labels, share, seed, folds)
    elif kind == "auto":
        split = split_rows(frame.height, share=share, seed=seed, classes=truth if classes else None)
    else:
        split = hold_out(kind, labels, share, seed)
    split = _told(replace(split, column=column, repeats=repeats), labels)
    if classes and column:
        _refuse_one_class(split, frame, truth, classes)
    return split


def _refuse_one_class(
    split: Split, frame: pl.DataFrame, truth: Array, classes: tuple[str, ...]
) -> None:
    """Raise InputError where the rows that train are all of one class."""
    for place, (train, _) in enumerate(folds_of(split, frame, truth, classes), start=1):
        there = np.unique(truth[train])
        if len(there) < 2:
            where = f" for fold {place}" if split.folds else ""
            raise InputError(
                f"split by {split.column}, the {len(train):,} rows that train{where} are all of "
                f"the class {classes[int(there[0])]}, and two are needed; take fewer folds, hold "
                "out another share, or split otherwise"
            )


def _folded(kind: str, labels: Labels, share: float, seed: int, folds: int | None) -> Split:
    rows, most = labels.rows, _most_folds(kind, labels)
    if folds is None:
        folds = max(2, min(_FOLDS, most))
    elif folds > most:
        what = {"group": "groups", "time": f"later times in {rows:,} rows"}.get(kind, "rows")
        raise InputError(
            f"folds is {folds:,}, but there are {most:,} {what} to make them of; take fewer folds"
        )
    if kind == "stratified" and labels.classes and rows > 1:
        _refuse_fewer_than_folds(labels, folds)
    method = "none" if kind == "auto" else kind
    return Split(method, 0.0 if share == 0 else share, seed, rows, (), folds=folds)


def _most_folds(kind: str, labels: Labels) -> int:
    if kind == "group":
        return labels.many
    return labels.many - 1 if kind == "time" else labels.rows


def _refuse_fewer_than_folds(labels: Labels, folds: int) -> None:
    counts = np.bincount(labels.strata, minlength=len(labels.classes))
    rarest = int(counts.argmin())
    if counts[rarest] < folds:
        raise InputError(
            f"{folds} stratified folds need {folds} rows of every class, and "
            f"{labels.classes[rarest]} has {counts[rarest]:,}; take fewer folds, or split at random"
        )


def _told(split: Split, labels: Labels) -> Split:
    """The split with what is said of its groups and times."""
    if not split.column:
        return split
    if split.method == "group":
        if split.folds:
            return replace(split, groups=(labels.many, 0))
        held = len(np.unique(labels.places[split.test]))
        return replace(split, groups=(labels.many - held, held))
    first = int(labels.places[split.test].min()) if len(split.test) else 0
    if split.folds:
        blocks = time_blocks(labels, split.folds)
        first = int(labels.places[blocks > 0].min())
    words = labels.moments
    return replace(split, last_trained=words[first - 1], first_held_out=words[first])
