"""Number columns that nearly follow from the others.

What follows exactly is `collinear`'s. Here the variance inflation factor 1 / (1 - R^2) of
each column given the others, the diagonal of the inverse of the correlation matrix; from 10
on a coefficient is hardly told apart from its neighbours' (Marquardt 1970).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.columns import numbers
from steepest.data.contract import Column, Remark
from steepest.readable import listed, readable

if TYPE_CHECKING:
    import polars as pl

__all__ = ["find_near_collinear", "variance_inflation"]

_MUCH = 10.0
_MOST_COLUMNS = 200
_MOST_ROWS = 20_000
_ROWS_A_COLUMN = 5
_SINGULAR = 1e-10


def find_near_collinear(
    frame: pl.DataFrame, features: Sequence[Column], exact: Collection[str]
) -> list[Remark]:
    """One remark that names the columns with a factor of 10 or more.

    exact: those that follow exactly from others, of which something was said already.
    """
    names = [
        column.name
        for column in features
        if column.kind in ("number", "truth") and column.name not in exact
    ]
    if not 2 <= len(names) <= _MOST_COLUMNS:
        return []
    some = frame.sample(_MOST_ROWS, seed=0) if frame.height > _MOST_ROWS else frame
    rows = some.select(numbers(some[name]) for name in names).drop_nulls()
    if rows.height < _ROWS_A_COLUMN * len(names):
        return []
    factors: list[float] = variance_inflation(rows.to_numpy()).tolist()
    most = sorted(zip(factors, names, strict=True), reverse=True)
    found = [(name, factor) for factor, name in most if factor >= _MUCH]
    return [_remark(found)] if len(found) > 1 else []


def variance_inflation(X: np.ndarray) -> np.ndarray:
    """(d,) 1 / (1 - R^2) of each column given the others; 1 for a constant one.

    X: (m, d). What follows exactly has a very large factor.

    >>> variance_inflation(np.array([[1.0, 1], [2, 1], [1, 2], [2, 2]])).tolist()
    [1.0, 1.0]
    """
    with np.errstate(over="ignore", invalid="ignore"):
        spread = X.std(axis=0)
    used = np.flatnonzero((spread > 0) & np.isfinite(spread))
    factors = np.ones(X.shape[1])
    if not used.size:
        return factors
    scaled = (X[:, used] - X[:, used].mean(axis=0)) / spread[used]
    values, vectors = np.linalg.eigh(scaled.T @ scaled / len(X))
    factors[used] = np.sum(vectors**2 / np.maximum(values, _SINGULAR), axis=1)
    return factors


def _remark(found: Sequence[tuple[str, float]]) -> Remark:
    said = [f'"{name}" {readable(factor, digits=2)}' for name, factor in found]
    wider = readable(math.sqrt(found[0][1]), digits=2)
    sentence = (
        f"These columns nearly follow from the others (variance inflation factor): {listed(said)}. "
        f"Their coefficients are up to {wider} times as uncertain as they would be alone, and one "
        "can take over the effect of another: read them together, leave one out, or steady them "
        "with --l2. Predictions do not suffer."
    )
    return Remark("near_collinear", "info", tuple(name for name, _ in found), sentence)
