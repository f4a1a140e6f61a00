"""Rows that repeat an earlier one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steepest.data.contract import Column, Remark
from steepest.readable import counted

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Repeated", "count_repeated", "find_repeated"]

_BY_CHANCE = 0.1


@dataclass(frozen=True, slots=True)
class Repeated:
    """How many rows repeat an earlier one.

    rows:   so many, at least nearly
    among:  how many rows were looked at: all, or those of a part of all that rows can hold
    """

    rows: int
    among: int


def count_repeated(frame: pl.DataFrame, names: Sequence[str]) -> int:
    """How many rows have the values of an earlier row in all of these columns.

    >>> import polars as pl
    >>> count_repeated(pl.DataFrame({"a": [1, 2, 1, 1], "b": [0, 0, 0, 3]}), ["a", "b"])
    1
    """
    some = [name for name in names if not frame[name].dtype.is_nested()]
    if not some:
        return 0
    return frame.height - frame.select(some).hash_rows().n_unique()


def find_repeated(frame: pl.DataFrame, columns: Sequence[Column]) -> list[Remark]:
    """A remark on rows that are repeated more often than chance repeats them.

    With few different values in few columns equal rows are to be expected: about
    m**2 / 2 over the product of the columns' numbers of different values.
    """
    repeated = count_repeated(frame, [column.name for column in columns])
    if not repeated:
        return []
    orders = sum(math.log(max(1, column.distinct + bool(column.missing))) for column in columns)
    if math.exp(min(700.0, 2 * math.log(frame.height) - orders)) / 2 > _BY_CHANCE * repeated:
        return []
    are = "repeats" if repeated == 1 else "repeat"
    sentence = (
        f"{counted(repeated, 'row')} of {frame.height:,} {are} an earlier row in every column. If "
        "they were written twice by mistake, take them out: a copy that trains and a copy that "
        "judges the model make it look better than it is."
    )
    return [Remark("repeated_rows", "info", (), sentence)]
