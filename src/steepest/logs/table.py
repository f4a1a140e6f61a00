"""The rows of a log as they came, before anyone says what its columns mean."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["Cells", "LogTable", "Words", "cells_of"]

# What people write where nothing was measured; "nan" is a value, and a telling one.
_WRAPPED = re.compile(
    r"(?:tensor|array|(?:np|numpy)\.float\d*)\(\s*([^,()\s]+)\s*(?:,.*)?\)|\[([^,\]]+)\]"
)
_BLANK = frozenset({"", "-", "--", "n/a", "na", "none", "null", "<na>"})


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A column of numbers. values: (k,) float64; known: (k,) bool, False where it is blank."""

    values: Array
    known: NDArray[np.bool_]

    def take(self, rows: NDArray[np.intp]) -> Cells:
        """The cells of those rows."""
        return Cells(self.values[rows], self.known[rows])


@dataclass(frozen=True, slots=True)
class Words:
    """A column that holds text: its cells, and the place (from 0) of the first that is none
    of a number, blank, or nan."""

    texts: tuple[str, ...]
    first: int


@dataclass(frozen=True, slots=True, eq=False)
class LogTable:
    """What a log holds.

    source:   its path
    kind:     in words: "CSV", "JSON lines", ...
    rows:     how many it has
    columns:  name -> numbers or words, in the order of the file
    remarks:  what had to be assumed or left out in reading it, a sentence each
    """

    source: str
    kind: str
    rows: int
    columns: Mapping[str, Cells | Words]
    remarks: tuple[str, ...] = ()


def cells_of(column: Sequence[object]) -> Cells | Words:
    """A column of a log, each cell a number, a text, or None where there is nothing.

    What PyTorch and NumPy print around a number is taken off.

    >>> cells_of(["0.5", "", "nan"]).known.tolist()
    [True, False, True]
    >>> cells_of(["0.5", "tensor(0.25, grad_fn=<A>)"]).values.tolist()
    [0.5, 0.25]
    >>> cells_of(["0.5", "half"]).first
    1
    """
    values = np.full(len(column), math.nan)
    known = np.ones(len(column), dtype=np.bool_)
    for i, cell in enumerate(column):
        number = _number(cell)
        if number is not None:
            values[i] = number
        elif _blank(cell):
            known[i] = False
        else:
            return Words(tuple("" if c is None else str(c) for c in column), i)
    return Cells(values, known)


def _number(cell: object) -> float | None:
    """The number in a cell, also as PyTorch and NumPy print it: "tensor(0.5)"."""
    try:
        return float(cell)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf
    except (TypeError, ValueError):
        found = _WRAPPED.fullmatch(cell.strip()) if isinstance(cell, str) else None
        return None if found is None else _number(found[1] or found[2])


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _BLANK)
