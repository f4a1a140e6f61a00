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

from steepest.data.sparse import CSR, is_sparse
from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["Block", "Blocks", "Design", "InMemory"]

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
        if rows < 1:
            raise InputError(f"a block of {rows} rows was asked for; expected at least 1")
        self._design = _design(X)
        self._y = _column(y, "y", len(self._design))
        self._weight = None if weight is None else _weights(weight, len(self._design))
        width = self._design.shape[1]
        self._names = tuple(names) if names is not None else tuple(f"x{j}" for j in range(width))
        self._rows = rows
        if len(self._names) != width:
            raise InputError(f"X has {width:,} columns; {len(self._names):,} names came for them")
        for start in range(0, len(self._design), rows):
            self._refuse_not_finite(start)

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

    def _refuse_not_finite(self, start: int) -> None:
        part = _rows_of(self._design, start, min(start + self._rows, len(self._y)))
        held = part.scipy().data if isinstance(part, CSR) else part
        if not np.isfinite(held).all():
            dense = part.toarray() if isinstance(part, CSR) else part
            row, column = (int(i) for i in np.argwhere(~np.isfinite(dense))[0])
            value, name = dense[row, column], self._names[column]
            raise InputError(
                f'X is {value} in row {start + row:,} (counted from 0) of column "{name}"; '
                "expected finite numbers"
            )


def _design(values: ArrayLike | CSR) -> Design:
    if isinstance(values, CSR):
        return values
    if is_sparse(values):
        matrix = CSR.of(values)
        if 0 in matrix.shape:
            raise InputError(f"X has shape {matrix.shape}; expected at least one row and column")
        return matrix
    return _numbers(values, "X", 2)


def _rows_of(design: Design, start: int, stop: int) -> Design:
    return design.rows(start, stop) if isinstance(design, CSR) else design[start:stop]


def _numbers(values: ArrayLike, name: str, dimensions: int) -> NDArray[np.floating[Any]]:
    try:
        narrow = isinstance(values, np.ndarray) and values.dtype == np.float32
        keep = narrow and dimensions == 2
        array = np.asarray(values, dtype=np.float32 if keep else np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is not an array of numbers: {error}") from error
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
    return weight
