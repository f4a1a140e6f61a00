"""Columns brought to one spread, rows counted by their weights, sparse ones left sparse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from steepest.data.blocks import Design
from steepest.data.scaling import rounded_sum
from steepest.data.sparse import CSR
from steepest.trace import Array

__all__ = ["Standardised", "standardise"]


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """A design (m, d) of columns (x - centre) / spread, and the way there and back.

    centre, spread:  (d,); a column that tells nothing beside the intercept has an infinite
                     spread: it is 0 in the design, and so is its coefficient
    """

    design: Design
    centre: Array
    spread: Array

    def to_input_units(self, params: Array, intercept: bool) -> tuple[Array, float]:
        """(p,) parameters -> (d,) coefficients and the intercept, in the input's units."""
        slopes = params[: len(self.spread)] / self.spread
        if not intercept:
            return slopes, 0.0
        return slopes, rounded_sum([float(params[-1]), *(-slopes * self.centre).tolist()])

    def from_input_units(self, slopes: Array, constant: float, intercept: bool) -> Array:
        """The inverse of `to_input_units`."""
        told = np.isfinite(self.spread)
        params = slopes * np.where(told, self.spread, 0.0)
        if not intercept:
            return params
        return np.append(params, rounded_sum([constant, *(slopes * self.centre).tolist()]))


def standardise(X: Any, weight: Array | None, *, intercept: bool, scale: str) -> Standardised:
    """The columns of X (m, d), a float64 array or a SciPy CSR matrix, as they are descended on.

    scale "standard": mean 0 and variance 1, the rows counted by their weight (m,). Without an
    intercept mean square 1 and no centre, which would be an intercept. Of a sparse X the zeros
    stay: its columns are divided by their spread only. As the intercept is free and not
    penalised, the minimum is the same as if they were centred too. A sparse X that holds so few
    zeros that it takes more memory than a dense one is made dense.

    >>> import numpy as np
    >>> found = standardise(np.array([[1.0], [5.0]]), None, intercept=True, scale="standard")
    >>> found.design.tolist(), found.centre.tolist(), found.spread.tolist()
    ([[-1.0], [1.0]], [3.0], [2.0])
    """
    sparse = not isinstance(X, np.ndarray) and not _filled(X)
    table = _table(X, sparse)
    width = int(table.shape[1])
    if scale == "none":
        return Standardised(CSR.of(table) if sparse else table, np.zeros(width), np.ones(width))
    counted, by = _counted(table, weight)
    unit = _unit(counted)
    centre, spread = (_of_sparse if sparse else _of_dense)(counted, by, unit, intercept)
    if not sparse:
        return Standardised((table - centre) / spread, centre, spread)
    return Standardised(_divided(CSR.of(table), spread), np.zeros(width), spread)


def _table(X: Any, sparse: bool) -> Any:
    return X if sparse or type(X) is np.ndarray else X.toarray()


def _filled(X: Any) -> bool:
    held = X.data.nbytes + X.indices.nbytes + X.indptr.nbytes
    return held >= X.shape[0] * X.shape[1] * X.data.itemsize


def _counted(X: Any, weight: Array | None) -> tuple[Any, Array]:
    """The rows that count, and by how much; shares that add up to 1."""
    if weight is None:
        rows = int(X.shape[0])
        return X, np.full(rows, 1.0 / rows)
    counts = weight > 0
    share = weight[counts] / weight.max()
    return (X if counts.all() else X[counts]), share / share.sum()


def _unit(X: Any) -> Array:
    """(d,) powers of two by which squares of the columns do not overflow; division is exact."""
    low, high = _extremes(X)
    largest = np.maximum(-low, high)
    return np.ldexp(1.0, np.frexp(np.where(largest > 0, largest, 1.0))[1] - 1)


def _extremes(X: Any) -> tuple[Array, Array]:
    low, high = X.min(axis=0), X.max(axis=0)
    return (low, high) if type(X) is np.ndarray else (low.toarray().ravel(), high.toarray().ravel())


def _of_dense(X: Any, share: Array, unit: Array, intercept: bool) -> tuple[Array, Array]:
    low, high = _extremes(X)
    values = X / unit
    centre = np.zeros(X.shape[1])
    if intercept:
        centre = share @ values
        centre = centre + share @ (values - centre)  # takes back what the first mean rounded
    spread = np.sqrt(share @ (values - centre) ** 2)
    return _settled(low, high, centre * unit, spread * unit, intercept)


def _of_sparse(X: Any, share: Array, unit: Array, intercept: bool) -> tuple[Array, Array]:
    """The same without a look at the zeros, which each miss the centre by itself."""
    low, high = _extremes(X)
    rows = X.tocoo()
    width, columns, by = X.shape[1], rows.col, share[rows.row]
    values = rows.data / unit[columns]
    held = np.bincount(columns, by, minlength=width)
    centre = np.zeros(width)
    if intercept:
        centre = np.bincount(columns, by * values, minlength=width)
    squares = np.bincount(columns, by * (values - centre[columns]) ** 2, minlength=width)
    spread = np.sqrt(squares + np.maximum(1.0 - held, 0.0) * centre**2)
    return _settled(low, high, centre * unit, spread * unit, intercept)


def _settled(
    low: Array, high: Array, centre: Array, spread: Array, intercept: bool
) -> tuple[Array, Array]:
    """With an intercept a constant column is nothing but more of it; one of zeros never counts."""
    if intercept:
        constant = low == high
        return np.where(constant, low, centre), np.where(constant, np.inf, spread)
    return centre, np.where(spread > 0, spread, np.inf)


def _divided(X: CSR, spread: Array) -> CSR:
    return CSR(X.data / spread[X.indices], X.indices, X.indptr, X.columns)
