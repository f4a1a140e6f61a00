"""Rows of mostly zeros: the three arrays of the compressed sparse row format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["CSR", "is_sparse"]


@dataclass(frozen=True, slots=True, eq=False)
class CSR:
    """A matrix (m, d) of which only the numbers that are not zero are held.

    data:     (nnz,) float64 or float32, row after row
    indices:  (nnz,) int32 or int64, the column of each, rising within a row
    indptr:   (m + 1,) where the rows begin in `data`; a view of some rows of a larger
              matrix keeps the larger one's `data` and `indices`, so indptr[0] need not be 0
    columns:  d

    >>> matrix = CSR(np.array([1.0, 2.0]), np.array([0, 2]), np.array([0, 1, 2]), 3)
    >>> matrix.shape, matrix.rows(1, 2).toarray().tolist()
    ((2, 3), [[0.0, 0.0, 2.0]])
    """

    data: NDArray[np.floating[Any]]
    indices: NDArray[np.integer[Any]]
    indptr: NDArray[np.integer[Any]]
    columns: int

    @classmethod
    def of(cls, matrix: Any) -> CSR:
        """From any SciPy sparse matrix or array; duplicates are summed, columns sorted.

        Raises InputError for complex numbers.
        """
        rows = matrix.tocsr()
        if rows.data.dtype.kind not in "biuf":
            raise InputError(f"X is not a matrix of numbers: it holds {rows.data.dtype}")
        if not rows.has_canonical_format:
            rows = rows.copy()
            rows.sum_duplicates()
        data = rows.data if rows.data.dtype == np.float32 else rows.data.astype(np.float64)
        return cls(data, rows.indices, rows.indptr, int(rows.shape[1]))

    @property
    def shape(self) -> tuple[int, int]:
        """(m, d)."""
        return len(self.indptr) - 1, self.columns

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers."""
        return self.data.dtype

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def rows(self, start: int, stop: int) -> CSR:
        """Some rows, without copying a number."""
        return CSR(self.data, self.indices, self.indptr[start : stop + 1], self.columns)

    def scipy(self) -> Any:
        """The same as a scipy.sparse.csr_array, for products."""
        from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

        first, last = int(self.indptr[0]), int(self.indptr[-1])
        parts = (self.data[first:last], self.indices[first:last], self.indptr - first)
        return sparse.csr_array(parts, shape=self.shape)

    def toarray(self) -> Array:
        """(m, d) float64, zeros and all."""
        return np.asarray(self.scipy().toarray(), dtype=np.float64)


def is_sparse(values: object) -> bool:
    """True for SciPy's sparse matrices and arrays, told without loading SciPy."""
    return type(values).__module__.startswith("scipy.sparse")
