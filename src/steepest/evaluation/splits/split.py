"""Which rows train and which are held out, decided before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.arguments import shown
from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["FEWEST_ROWS", "Rows", "Split", "asked_split", "fold_rows", "split_rows"]

Rows = NDArray[np.int64]

FEWEST_ROWS = 5
"""With fewer rows than this, holding some out would tell nothing."""

_FOLDS = 5
_PLAIN = ("auto", "random", "stratified")
_BY_COLUMN = ("group", "time")


@dataclass(frozen=True, slots=True)
class Split:
    """A recorded split of the usable rows.

    method:    "random", "stratified" (classes, or quantiles of a number, in proportion),
               "group", "time"; "none" where nothing is held out and the folds were left to
               `fit`: at random, of classes in proportion
    share:     the share of rows that was asked to be held out
    seed:      of the shuffle
    rows:      how many usable rows there are
    held_out:  the row numbers held out, rising, counted from 0 over the usable rows
               (those with a target); () where they are only `counted`
    folds:     of the cross-validation where no row is held out, else 0
    column:    that names the groups or tells the time; "" where none does
    repeats:   how often all is done again with other seeds, the first time counted
    groups:    how many train and how many are held out; of folds all, and 0
    last_trained, first_held_out:  of a split by time, as in the table; of folds the first
               time of all that is predicted and the last before it
    counted:   how many rows are held out, of a table too long to list them: which ones is told
               from the place of each row (`steepest.passes.drawing`); None: they are listed
    """

    method: str
    share: float
    seed: int
    rows: int
    held_out: tuple[int, ...]
    folds: int = 0
    column: str = ""
    repeats: int = 1
    groups: tuple[int, int] = (0, 0)
    last_trained: str = ""
    first_held_out: str = ""
    counted: int | None = None

    @property
    def held(self) -> int:
        """How many rows are held out."""
        return len(self.held_out) if self.counted is None else self.counted

    @property
    def test(self) -> Rows:
        """The row numbers held out, rising; InputError where they are only counted."""
        if self.counted is not None:
            raise InputError(
                f"which of the {self.rows:,} rows are held out is told from the place of each "
                "where it is read piece by piece, and not by numbers"
            )
        return np.array(self.held_out, dtype=np.int64)

    @property
    def train(self) -> Rows:
        """The row numbers that train, rising: all those not held out; see `test`."""
        kept = np.ones(self.rows, dtype=np.bool_)
        kept[self.test] = False
        return np.flatnonzero(kept).astype(np.int64)


def asked_split(text: str) -> tuple[str, str]:
    """What is asked for and the column that it names: "group=customer", "time=day", "auto".

    Raises InputError for what is no way to split.

    >>> asked_split("group=customer"), asked_split("auto")
    (('group', 'customer'), ('auto', ''))
    """
    kind, equals, column = str(text).partition("=")
    kind, column = kind.strip(), column.strip()
    if (kind in _PLAIN and not equals) or (kind in _BY_COLUMN and column):
        return kind, column
    raise InputError(
        f"split is {shown(text)}; expected auto, random, stratified, group=COLUMN or time=COLUMN"
    )


def split_rows(rows: int, *, share: float, seed: int, classes: Array | None) -> Split:
    """Hold out a `share` of the rows at random, the same rows for the same seed.

    share:    from 0 (hold nothing out, cross-validate) to 0.9
    classes:  (rows,) the class of each row, so that both parts hold each class in its
              share; None for a target that is a number

    Where a class is too rare for both parts, the split is plainly random. With fewer than
    five rows nothing is held out, and each row is a fold of the cross-validation.
    Raises InputError for no rows, and for a share or a seed out of range.

    >>> split = split_rows(10, share=0.2, seed=0, classes=None)
    >>> split.method, split.held_out, split.train.tolist()
    ('random', (2, 8), [0, 1, 3, 4, 5, 6, 7, 9])
    """
    _check(rows, share, seed)
    if share == 0 or rows < FEWEST_ROWS:
        return Split("none", share, seed, rows, (), folds=max(2, min(_FOLDS, rows)))
    from sklearn.model_selection import (  # pyright: ignore[reportMissingTypeStubs]
        ShuffleSplit,
        StratifiedShuffleSplit,
    )

    held = max(1, min(round(share * rows), rows - 1))
    stratified = classes is not None and _common_enough(classes, held)
    method = StratifiedShuffleSplit if stratified else ShuffleSplit
    shuffle: Any = method(n_splits=1, test_size=held, random_state=seed)
    _, test = next(shuffle.split(np.zeros((rows, 1)), classes))
    return Split(
        method="stratified" if stratified else "random",
        share=share,
        seed=seed,
        rows=rows,
        held_out=tuple(np.sort(test).tolist()),
    )


def fold_rows(split: Split, classes: Array | None = None) -> list[tuple[Rows, Rows]]:
    """The (train, test) row numbers of each fold of a cross-validation of all the rows.

    The shuffled rows are dealt out like cards, class by class where `classes` (rows,) are
    given: every fold holds its part of each class, and a class of two rows or more is
    never missing from the rows that train, however rare it is. One row has no folds.

    >>> [test.tolist() for _, test in fold_rows(Split("none", 0.0, 0, 5, (), folds=2))]
    [[1, 2, 3], [0, 4]]
    """
    folds = min(split.folds, split.rows)
    if folds < 2:
        return []
    order = np.random.default_rng(split.seed).permutation(split.rows)
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    fold = np.empty(split.rows, dtype=np.int64)
    fold[order] = np.arange(split.rows) % folds
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(folds)]


def _check(rows: int, share: float, seed: int) -> None:
    if rows < 1:
        raise InputError("there are no rows to split; at least one with a target is needed")
    if not 0 <= share <= 0.9:
        raise InputError(f"the share to hold out must lie from 0 to 0.9; it is {share}")
    if not 0 <= seed < 2**32:
        raise InputError(f"the seed must be a whole number from 0 to 4294967295; it is {seed}")


def _common_enough(classes: Array, held: int) -> bool:
    """Whether the rarest class has a row to expect in the smaller part."""
    _, counts = np.unique(classes, return_counts=True)
    smaller_part = min(held, len(classes) - held)
    return len(counts) > 1 and int(counts.min()) * smaller_part >= len(classes)
