"""What no later column may hold: how many such values some rows have, and the first of them.

Counts that those of the rows after them can be added to, so that a table can be looked at piece
by piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steepest.data.columns import kind_of, numbers, words
from steepest.data.contract import Column
from steepest.data.target import class_numbers

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Bad", "Faults", "faults_of"]

_COMMA = r"^\s*[+-]?[\d.' ]*\d,\d+\s*$"


@dataclass(frozen=True, slots=True)
class Bad:
    """Values that should not be there.

    rows:  how many; first: the row of the first of them, from 0; value: that value
    """

    rows: int
    first: int
    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Faults:
    """Of a column in some rows.

    missing:   rows without a value
    wrong:     values of another kind: text among numbers, other than 0 and 1 for true and false
    commas:    how many of these are numbers with a decimal comma
    infinite:  of numbers
    unknown:   of a target of classes, those that the model does not know
    """

    rows: int
    missing: int
    wrong: Bad | None
    commas: int
    infinite: Bad | None
    unknown: Bad | None

    def __add__(self, after: Faults) -> Faults:
        """With the rows after these."""
        return Faults(
            rows=self.rows + after.rows,
            missing=self.missing + after.missing,
            wrong=_both(self.wrong, after.wrong, self.rows),
            commas=self.commas + after.commas,
            infinite=_both(self.infinite, after.infinite, self.rows),
            unknown=_both(self.unknown, after.unknown, self.rows),
        )


def faults_of(
    column: Column, series: pl.Series, classes: Sequence[str] = (), *, number: bool
) -> Faults:
    """Of a later column that goes by the name of one of the contract.

    classes: of the contract, where it is the target; number: whether it is spread over bins.

    >>> import polars as pl
    >>> size = Column("size", "Float64", "number", "feature", "", 0, 2)
    >>> faults_of(size, pl.Series(["1", "big", None]), number=True).wrong
    Bad(rows=1, first=1, value='big')
    """
    found = Faults(series.len(), series.null_count(), None, 0, None, None)
    came = kind_of(series.dtype)
    if came == "other":
        return found
    if column.role == "target":
        found = replace(found, unknown=_unknown(series, classes))
        if not number:
            return found
    if column.kind in ("number", "truth") and came == "text":
        text = words(series)
        wrong = numbers(series).is_null() & text.is_not_null()
        commas = int((wrong & text.str.contains(_COMMA)).fill_null(False).sum())
        found = replace(found, wrong=_bad(series, wrong), commas=commas)
    elif column.kind == "truth" and came == "number":
        found = replace(found, wrong=_bad(series, ~numbers(series).is_in([0.0, 1.0])))
    if number:
        found = replace(found, infinite=_bad(series, numbers(series).is_infinite()))
    return found


def _unknown(series: pl.Series, classes: Sequence[str]) -> Bad | None:
    if not classes:
        return None
    return _bad(series, class_numbers(series, classes).is_null() & series.is_not_null())


def _bad(series: pl.Series, mask: pl.Series) -> Bad | None:
    mask = mask.fill_null(False)
    if not mask.any():
        return None
    row = int(mask.arg_max() or 0)
    return Bad(int(mask.sum()), row, series[row])


def _both(left: Bad | None, right: Bad | None, before: int) -> Bad | None:
    """before: how many rows come before those of `right`."""
    if right is None:
        return left
    if left is None:
        return replace(right, first=right.first + before)
    return replace(left, rows=left.rows + right.rows)
