"""A split in words, as an evaluation states it."""

from __future__ import annotations

from steepest.evaluation.splits.split import Split
from steepest.readable import counted

__all__ = ["folds_in_words", "held_out_in_words"]


def held_out_in_words(split: Split, *, classes: bool = True) -> str:
    """How the rows held out were chosen; classes: whether the target has some.

    >>> held_out_in_words(Split("stratified", 0.2, 0, 10, (2, 8)))
    '2 of 10 rows held out at random (seed 0, classes in proportion)'
    """
    held = f"{split.held:,} of {split.rows:,} rows"
    if split.method == "group":
        train, out = split.groups
        said = (
            f"{held} held out: {out:,} of the {train + out:,} groups of {split.column}, each "
            f"whole (seed {split.seed}"
        )
    elif split.method == "time":
        return (
            f"the latest {held} by {split.column} held out: {split.first_held_out} and later; "
            f"those up to {split.last_trained} train"
        )
    else:
        said = f"{held} held out at random (seed {split.seed}{_alike(split, classes)}"
    return f"{said}){_repeated(split)}"


def folds_in_words(split: Split, folds: int, rows: int, *, classes: bool = True) -> str:
    """How the rows were dealt to folds.

    folds: how many there are; rows: how many of the table's rows are predicted

    >>> folds_in_words(Split("none", 0.0, 4, 50, (), folds=5), 5, 50)
    '5-fold cross-validation (seed 4)'
    """
    if split.method == "time":
        return (
            f"cross-validation forward in time: {folds} later parts by {split.column}, each "
            f"predicted by a model of the rows before it; {rows:,} of {split.rows:,} rows are "
            f"predicted, from {split.first_held_out} on"
        )
    said = f"{folds}-fold cross-validation"
    if split.method == "group":
        said += f" of {counted(split.groups[0], 'group')} of {split.column}, each whole"
    return f"{said} (seed {split.seed}{_alike(split, classes)}){_repeated(split)}"


def _alike(split: Split, classes: bool) -> str:
    if split.method != "stratified":
        return ""
    return f", {'classes' if classes else 'tenths of the target'} in proportion"


def _repeated(split: Split) -> str:
    return f", repeated on {split.repeats:,} splits" if split.repeats > 1 else ""
