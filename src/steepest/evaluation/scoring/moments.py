"""Means and covariances of some columns, in numbers that those of other rows can be added to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from steepest.evaluation.scoring.intervals import Measured, measure_many
from steepest.trace import Array

__all__ = ["Moments", "measure_moments", "moments_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of `count` rows: the means (q,), and the sums of products of deviations from them (q, q)."""

    count: int
    mean: Array
    products: Array

    def __add__(self, other: Moments) -> Moments:
        """Chan, Golub and LeVeque 1983, equations 2.1."""
        count = self.count + other.count
        if not self.count or not other.count:
            return self if self.count else other
        with np.errstate(all="ignore"):
            apart = other.mean - self.mean
            shift = np.outer(apart, apart) * (self.count * (other.count / count))
            return Moments(
                count,
                self.mean + apart * (other.count / count),
                self.products + other.products + shift,
            )


def moments_of(values: Array) -> Moments:
    """Of the rows of `values` (m, q).

    >>> both = moments_of(np.array([[1.0], [3.0]])) + moments_of(np.array([[5.0]]))
    >>> both.count, both.mean.tolist(), both.products.tolist()
    (3, [3.0], [[8.0]])
    """
    if not len(values):
        width = int(values.shape[1])
        return Moments(0, np.zeros((width,)), np.zeros((width, width)))
    with np.errstate(all="ignore"):
        mean: Array = np.add.reduce(values) / float(len(values))
        off = values - mean
        return Moments(len(values), mean, off.T @ off)


def measure_moments(of: Moments, measures: Callable[[Array], Array]) -> list[Measured]:
    """What `measure` says of more rows than are resampled one by one, from their moments.

    measures: (r, q) means -> (r, s) measures, row by row
    """
    with np.errstate(all="ignore"):
        covariance = of.products / max(1, of.count - 1) / max(1, of.count)
        return measure_many(of.mean, covariance, of.count, measures)
