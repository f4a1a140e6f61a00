"""Rows that are copies of one another, told from rows that are alike by chance.

Rows of few levels agree all the time: that two of three yes-or-no columns agree says nothing of
the third. Copies are told by just that: whatever columns are left out of the comparison, the same
rows agree and no others. A row of zeros in a table of zeros is a neighbour of many, and no copy.
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
_SETS = 3
_COMMON = 5.0
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class Twins:
    """Which rows agree in all the columns compared.

    group:   (m,) the number of the set of equal rows that each is in, from 0
    copied:  (groups,) True for the sets that are more than chance: see above
    """

    group: NDArray[np.int64]
    copied: NDArray[np.bool_]

    @property
    def copies(self) -> bool:
        """Whether any rows are copies."""
        return bool(self.copied.any())

    @property
    def repeats(self) -> NDArray[np.bool_]:
        """(m,) True for the rows that are copies of an earlier row of the table."""
        again = self.copied[self.group]
        again[np.unique(self.group, return_index=True)[1]] = False
        return again

    def across(self, part: NDArray[np.int64], *, forward: bool) -> NDArray[np.bool_]:
        """(m,) True for the rows that judge and have a copy among those that train for them.

        part:     (m,) 0 for rows that train and 1 for those held out, or the fold of each
        forward:  whether only lower parts train for a row, as where rows are held out
        """
        many = int(self.group.max(initial=-1)) + 1
        low = np.full(many, np.iinfo(np.int64).max)
        high = np.full(many, -1, dtype=np.int64)
        np.minimum.at(low, self.group, part)
        np.maximum.at(high, self.group, part)
        copied = self.copied[self.group]
        if forward:
            return copied & (part > low[self.group])
        return copied & (low < high)[self.group]


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
    """The sets of rows that agree in all columns, and which of them are copies.

    A set is one of copies if it stays as it is whatever tenth of the columns is left out, and is
    not the one common row of a table of zeros, five times larger than others are. There must be
    three such sets, three quarters of the sets that any nine tenths of the columns make, and
    twenty different rows.
    """
    whole = marks.sum(axis=1, dtype=np.uint64)
    distinct, first, group, sizes = np.unique(
        whole, return_index=True, return_inverse=True, return_counts=True
    )
    copied = (sizes >= 2) & (marks.shape[1] > 1) & (len(distinct) >= _DISTINCT)
    most = 0.0
    blocks = min(_BLOCKS, marks.shape[1])
    for block in range(blocks):
        if copied.sum() < max(_SETS, _COPIES * most):
            break
        rest = _sizes(whole - marks[:, block::blocks].sum(axis=1, dtype=np.uint64))
        copied &= rest[first] == sizes
        most = max(most, float(np.sum(1 / rest[rest >= 2])))
    enough = copied.sum() >= max(_SETS, _COPIES * most)
    if enough:
        copied &= sizes <= max(_DISTINCT, _COMMON * float(np.median(sizes[copied])))
        enough = copied.sum() >= _SETS
    return Twins(group.astype(np.int64).reshape(-1), copied & enough)


def _sizes(marks: Marks) -> NDArray[np.int64]:
    """(m,) how many rows have the mark of each row."""
    import polars as pl

    return pl.DataFrame({"mark": marks}).select(pl.len().over("mark")).to_series().to_numpy()


def _stirred(mark: Marks) -> Marks:
    """Marks whose sums tell rows apart: neighbouring numbers far apart."""
    with np.errstate(over="ignore"):
        mark = (mark ^ (mark >> np.uint64(31))) * _ODD
        return mark ^ (mark >> np.uint64(29))
