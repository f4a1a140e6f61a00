"""Ordinary least squares, as far as the leakage checks need it."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.trace import Array

__all__ = ["curve", "explained", "filled", "ranked", "residual", "rising", "surely_more"]

_BENDS = 6


def filled(matrix: Array) -> Array:
    """(n, d) standardised, the mean, 0, for what is missing; constant columns are 0."""
    there = np.isfinite(matrix)
    many = np.maximum(there.sum(axis=0), 1)
    mean = np.where(there, matrix, 0.0).sum(axis=0) / many
    centred = np.where(there, matrix - mean, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / many)
    return centred / np.where(spread > 0, spread, 1.0)


def ranked(matrix: Array) -> Array:
    """(n, k) the ranks in each column, ties sharing theirs."""
    return np.column_stack([_ranks(column) for column in matrix.T])


def _ranks(column: Array) -> Array:
    _, place, many = np.unique(column, return_inverse=True, return_counts=True)
    last = np.cumsum(many)
    return (last - (many - 1) / 2)[place.reshape(-1)]


def curve(column: Array, bends: int = _BENDS) -> Array:
    """(n, bends) polynomials in the rank of a column: lines in them are smooth curves.

    They are those of Chebyshev, on the ranks brought to -1 to 1.
    """
    ranks = _ranks(column)
    spread = max(float(np.ptp(ranks)), 1.0)
    along = 2 * (ranks - ranks.min(initial=np.inf)) / spread - 1
    angle = np.arccos(along.clip(-1, 1))
    return np.cos(angle[:, None] * np.arange(1, bends + 1))


def residual(target: Array, columns: Array) -> Array:
    """(n, k) what a line in the columns (n, d), with an intercept, leaves of the target (n, k)."""
    design = np.column_stack([np.ones(len(target)), columns])
    solution = np.linalg.lstsq(design, target, rcond=None)[0]
    return target - design @ solution


def explained(target: Array, columns: Array) -> float:
    """The share of the variance of the target (n, k) that a line in the columns explains."""
    whole = float(np.sum((target - target.mean(axis=0)) ** 2))
    return 1 - float(np.sum(residual(target, columns) ** 2)) / whole if whole > 0 else 0.0


def rising(column: Array, target: Array) -> float:
    """The share of the variance of the target (n,) on a curve that rises with the column (n,)."""
    from scipy import optimize  # pyright: ignore[reportMissingTypeStubs]

    isotonic: Any = optimize.isotonic_regression  # pyright: ignore[reportUnknownMemberType]
    values, place = np.unique(column, return_inverse=True)
    many = np.bincount(place.reshape(-1)).astype(np.float64)
    mean = np.bincount(place.reshape(-1), target) / many
    curve = np.asarray(isotonic(mean, weights=many).x, dtype=np.float64)
    whole = float(np.sum((target - target.mean()) ** 2))
    left = float(np.sum((target - curve[place.reshape(-1)]) ** 2))
    return 1 - left / whole if whole > 0 and len(values) > 1 else 0.0


def surely_more(target: Array, known: Array, others: Array, level: float) -> bool:
    """Whether the others (n, q) explain the target (n,) beyond the known (n, k): an F test."""
    rest = len(target) - known.shape[1] - others.shape[1] - 1
    if rest < 1 or not others.shape[1]:
        return False
    before = float(np.sum(residual(target[:, None], known) ** 2))
    after = float(np.sum(residual(target[:, None], np.column_stack([known, others])) ** 2))
    if after <= 0:
        return before > 0
    from scipy.special import fdtrc  # pyright: ignore[reportMissingTypeStubs]

    ratio = (before - after) / others.shape[1] / (after / rest)
    return float(fdtrc(others.shape[1], rest, ratio)) < level
