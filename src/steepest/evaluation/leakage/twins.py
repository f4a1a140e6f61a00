"""Rows that are copies of one another, told from rows that are alike by chance.

Rows of few levels agree all the time: that two of three yes-or-no columns agree says nothing of
the third. Copies are told by just that: whatever columns are left out of the comparison, hardly
more rows agree than with all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Marks", "Twins", "find_twins", "marks_of"]

Marks = NDArray[np.uint64]
"""(m, c) a number for what each row holds in each column: the same for the same value."""

_BLOCKS = 10
_COPIES = 0.75
_DISTINCT = 20
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class Twins:
    """Which rows agree in all the columns compared.

    group:   (m,) the number of the set of equal rows that each is in, from 0
    copies:  whether that is more than chance: see above
    """

    group: NDArray[np.int64]
    copies: bool

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(groups,) how many rows each set holds."""
        return np.bincount(self.group).astype(np.int64)

    def across(self, part: NDArray[np.int64], *, forward: bool) -> NDArray[np.bool_]:
        """(m,) True for the rows that judge and have a twin among those that train for them.

        part:     (m,) 0 for rows that train and 1 for those held out, or the fold of each
        forward:  whether only lower parts train for a row, as where rows are held out
        """
        many = int(self.group.max(initial=-1)) + 1
        low = np.full(many, np.iinfo(np.int64).max)
        high = np.full(many, -1, dtype=np.int64)
        np.minimum.at(low, self.group, part)
        np.maximum.at(high, self.group, part)
        if forward:
            return part > low[self.group]
        return (low < high)[self.group]


def marks_of(frame: pl.DataFrame, names: Sequence[str], widths: Sequence[float] = ()) -> Marks:
    """The marks of some columns; columns that cannot be compared are passed over.

    widths: of the cells that numbers are rounded down to, 0 for none; () for none at all
    """
    import polars as pl

    columns: list[Marks] = []
    for place, name in enumerate(names):
        series = frame[name]
        width = widths[place] if widths else 0.0
        if width > 0:
            series = (series.cast(pl.Float64, strict=False) / width).floor()
        elif series.dtype.is_float():
            series = series + 0.0  # minus zero is zero
        try:
            mark = series.hash(place + 1).to_numpy()
        except pl.exceptions.PolarsError:
            continue
        columns.append(_stirred(mark.astype(np.uint64)))
    return np.column_stack(columns) if columns else np.empty((frame.height, 0), dtype=np.uint64)


def find_twins(marks: Marks) -> Twins:
    """The sets of rows that agree in all columns, and whether they are copies.

    They are where, with any tenth of the columns left out, the pairs of equal rows are at most
    a third more, and there are twenty different rows or more.
    """
    whole = marks.sum(axis=1, dtype=np.uint64)
    distinct, group, counts = np.unique(whole, return_inverse=True, return_counts=True)
    pairs = _pairs(counts)
    copies = pairs > 0 and marks.shape[1] > 1 and len(distinct) >= _DISTINCT
    blocks = min(_BLOCKS, marks.shape[1])
    for block in range(blocks):
        if not copies:
            break
        rest = whole - marks[:, block::blocks].sum(axis=1, dtype=np.uint64)
        copies = pairs >= _COPIES * _pairs(np.unique(rest, return_counts=True)[1])
    return Twins(group.astype(np.int64).reshape(-1), copies)


def _pairs(counts: NDArray[np.int64]) -> float:
    sizes = counts.astype(np.float64)
    return float(np.sum(sizes * (sizes - 1)) / 2)


def _stirred(mark: Marks) -> Marks:
    """Marks whose sums tell rows apart: neighbouring numbers far apart."""
    with np.errstate(over="ignore"):
        mark = (mark ^ (mark >> np.uint64(31))) * _ODD
        return mark ^ (mark >> np.uint64(29))
