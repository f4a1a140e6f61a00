"""Rows, block by block, as often as asked: the one way in which data reaches an objective.

Rows that lie in memory come in blocks here; files and clusters need only another class with
the same two attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.arguments import texts, whole
from steepest.data.sparse import CSR, is_sparse
from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["Block", "Blocks", "Design", "InMemory", "extremes"]

FAR = 64  # powers of two; beyond them sums of weights could leave the range of float64
CHECKED_ROWS = 65_536
CHECKED_NUMBERS = 32_768  # 256 KiB: the second look finds them in the cache

Design = NDArray[np.floating[Any]] | CSR
"""Features of rows, (b, d): dense float64 or float32 in any order, or sparse."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some rows: X (b, d), y (b,), and their weight (b,), or None where all weigh the same."""

    X: Design
    y: Array
    weight: Array | None = None


class Blocks(Protocol):
    """Rows that can be gone through again and again, always in the same order."""

    @property
    def names(self) -> tuple[str, ...]:
        """d names of the columns of X."""
        ...

    def __iter__(self) -> Iterator[Block]:
        """All rows, from the first, in blocks."""
        ...


class InMemory:
    """Rows in memory, in blocks that are views of them.

    X:       (m, d) numbers, m and d at least 1; float64 and float32 are taken as they lie,
             in C or Fortran order, and SciPy's sparse matrices as compressed rows
    y:       (m,) numbers
    names:   d names; None: x0, x1, ...
    weight:  (m,) numbers from 0 up, not all 0; None: all rows weigh the same
    rows:    at most so many rows a block

    Raises InputError where the shapes do not fit each other or a number is not finite.

    >>> blocks = InMemory([[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0], rows=2)
    >>> [block.X.shape for block in blocks], blocks.names
    ([(2, 1), (1, 1)], ('x0',))
    """

    __slots__ = ("_design", "_names", "_rows", "_weight", "_y")

    def __init__(
        self,
        X: ArrayLike | CSR,
        y: ArrayLike,
        names: Sequence[str] | None = None,
        weight: ArrayLike | None = None,
        rows: int = 65_536,
    ) -> None:
        self._rows = whole("rows", rows, 1, also=" in a block")
        self._design = _design(X)
        self._y = _column(y, "y", len(self._design))
        self._weight = None if weight is None else _weights(weight, len(self._design))
        width = self._design.shape[1]
        self._names = _names(X, width) if names is None else texts("names", names)
        if len(self._names) != width:
            raise InputError(f"X has {width:,} columns; {len(self._names):,} names came for them")
        self._refuse_not_finite()

    @property
    def names(self) -> tuple[str, ...]:
        """d names of the columns of X."""
        return self._names

    def __iter__(self) -> Iterator[Block]:
        """All rows, from the first, in blocks."""
        for start in range(0, len(self._y), self._rows):
            stop = min(start + self._rows, len(self._y))
            weight = None if self._weight is None else self._weight[start:stop]
            yield Block(_rows_of(self._design, start, stop), self._y[start:stop], weight)

    def whole(self) -> Block:
        """All rows as one block, without a copy."""
        return Block(self._design, self._y, self._weight)

    def _refuse_not_finite(self) -> None:
        for start in range(0, len(self._y), CHECKED_ROWS):
            part = _rows_of(self._design, start, min(start + CHECKED_ROWS, len(self._y)))
            low, high = extremes(part)
            if np.isfinite(low) and np.isfinite(high):
                continue
            row, column, value = _first_not_finite(part)
            raise InputError(
                f"X is {value} in row {start + row:,} (counted from 0) of column "
                f'"{self._names[column]}"; expected finite numbers'
            )


def extremes(design: Design) -> tuple[float, float]:
    """The least and the greatest number held (NaN where one is NaN); read once from memory.

    >>> extremes(np.array([[3.0, -1.0]]))
    (-1.0, 3.0)
    """
    if isinstance(design, CSR):
        held = design.data[int(design.indptr[0]) : int(design.indptr[-1])]
        parts = [held[i : i + CHECKED_NUMBERS] for i in range(0, len(held), CHECKED_NUMBERS)]
    else:
        rows = max(1, CHECKED_NUMBERS // max(1, design.shape[1]))
        parts = [design[i : i + rows] for i in range(0, len(design), rows)]
    lows = [float(part.min(initial=np.inf)) for part in parts]
    highs = [float(part.max(initial=-np.inf)) for part in parts]
    if not parts:
        return 0.0, 0.0
    return float(np.min(lows)), float(np.max(highs))


def _first_not_finite(design: Design) -> tuple[int, int, float]:
    """The row, the column and the value of the first number that is not finite."""
    if isinstance(design, CSR):
        first = int(design.indptr[0])
        place = first + int(np.argmin(np.isfinite(design.data[first : int(design.indptr[-1])])))
        row = int(np.searchsorted(design.indptr, place, side="right")) - 1
        return row, int(design.indices[place]), float(design.data[place])
    row, column = (int(i) for i in np.argwhere(~np.isfinite(design))[0])
    return row, column, float(design[row, column])


def _names(values: object, width: int) -> tuple[str, ...]:
    """Those of a data frame's columns, else x0, x1, ..."""
    columns = None if isinstance(values, CSR) else getattr(values, "columns", None)
    if columns is None:
        return tuple(f"x{j}" for j in range(width))
    return texts("X.columns", [str(name) for name in columns])


def _design(values: ArrayLike | CSR) -> Design:
    if isinstance(values, CSR) or is_sparse(values):
        return _compressed(values if isinstance(values, CSR) else CSR.of(values))
    return _numbers(values, "X", 2)


def _compressed(matrix: CSR) -> CSR:
    """The same; compiled code trusts its indices, and would read beyond the memory."""
    if 0 in matrix.shape:
        raise InputError(f"X has shape {matrix.shape}; expected at least one row and column")
    if matrix.dtype.str[1:] not in ("f4", "f8"):
        raise InputError(f"X's data is {matrix.dtype}; expected float64 or float32")
    first, last = int(matrix.indptr[0]), int(matrix.indptr[-1])
    held = min(len(matrix.data), len(matrix.indices))
    if first < 0 or last > held or np.any(np.diff(matrix.indptr) < 0):
        raise InputError(f"X's indptr must rise from 0 up to at most {held:,}, the numbers held")
    columns = matrix.indices[first:last]
    if columns.size and (columns.min() < 0 or columns.max() >= matrix.columns):
        wrong = columns.min() if columns.min() < 0 else columns.max()
        raise InputError(f"X has {matrix.columns:,} columns; column {int(wrong):,} came in indices")
    return matrix


def _rows_of(design: Design, start: int, stop: int) -> Design:
    return design.rows(start, stop) if isinstance(design, CSR) else design[start:stop]


def _numbers(values: ArrayLike, name: str, dimensions: int) -> NDArray[np.floating[Any]]:
    try:
        given = np.asanyarray(values)
        if given.dtype.kind not in "biufO":
            raise TypeError(f"it holds {given.dtype}")
        keep = isinstance(values, np.ndarray) and given.dtype == np.float32 and dimensions == 2
        array = np.asarray(given, dtype=np.float32 if keep else np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} is not an array of numbers: {error}") from error
    if np.ma.is_masked(given):
        raise InputError(f"{name} is masked in places; fill these, or leave their rows out")
    if array.ndim != dimensions:
        wanted = "(rows, columns)" if dimensions == 2 else "(rows,)"
        raise InputError(f"{name} has shape {array.shape}; expected {wanted}")
    if 0 in array.shape:
        raise InputError(f"{name} has shape {array.shape}; expected at least one row and column")
    return array


def _column(values: ArrayLike, name: str, rows: int) -> Array:
    array: Array = np.asarray(_numbers(values, name, 1), dtype=np.float64)
    if len(array) != rows:
        raise InputError(f"X has {rows:,} rows and {name} has {len(array):,}; expected as many")
    finite = np.isfinite(array)
    if not finite.all():
        row = int(np.argmin(finite))
        raise InputError(
            f"{name} is {array[row]} in row {row:,} (counted from 0); expected finite numbers"
        )
    return array


def _weights(values: ArrayLike, rows: int) -> Array:
    weight = _column(values, "weight", rows)
    if weight.min() < 0 or weight.max() == 0:
        row = int(np.argmin(weight))
        raise InputError(
            f"weight is {weight[row]} in row {row:,} (counted from 0); expected numbers from 0 "
            "up, not all 0"
        )
    # only how they compare counts; by a power of two no digit changes
    power = int(np.frexp(weight.max())[1])
    return weight if abs(power) < FAR else np.ldexp(weight, -power)
