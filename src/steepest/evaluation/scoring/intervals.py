"""How far a score measured on these rows may lie from the truth: 95 % intervals.

No interval is given below ten rows: it would be a guess about a guess. By simulation
(benchmarks/trust/intervals.py) they hold the truth in about 92 to 97 of 100 tables. Where a few
large errors make up most of a mean they are too short: with thirty rows of log-normal errors that
of the mean absolute error held in 82 to 86 of 100, that of the root mean squared error in 57.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from steepest.trace import Array

__all__ = [
    "FEWEST_FOR_INTERVAL",
    "Measured",
    "area_under_roc",
    "exact_share_of",
    "mean_share_of",
    "measure",
    "resampled_means",
    "share_of",
]

Measured = tuple[float, float | None, float | None]
"""A value and the ends of its 95 % interval; None where there is none."""

FEWEST_FOR_INTERVAL = 10

_RESAMPLES = 2_000
_MOST_RESAMPLED_ROWS = 20_000
_DRAWS_AT_ONCE = 2_000_000  # 16 MB of row numbers, and twice that of counts
_NORMAL = 1.959963984540054


def measure(values: Array, measures: Callable[[Array], Array], *, seed: int = 0) -> list[Measured]:
    """Measures that are functions of the means of some columns, with bootstrap intervals.

    values:    (m, q) one row an evaluated row
    measures:  (r, q) means -> (r, s) measures, row by row
    """
    rows = len(values)
    measured = measures(values.mean(axis=0, keepdims=True))[0].tolist()
    if rows < FEWEST_FOR_INTERVAL or not np.all(np.isfinite(values)):
        return [(value, None, None) for value in measured]
    low, high = _percentiles(measures(resampled_means(values, seed=seed)), rows)
    return list(zip(measured, low, high, strict=True))


def resampled_means(values: Array, *, seed: int = 0) -> Array:
    """(2000, q) means of the columns of `values` (m, q) over bootstrap resamples of the rows.

    All columns share the rows of a resample, so that differences and ratios of the means
    keep their pairing. Above 20,000 rows the means are drawn from the normal distribution
    that they follow there (the central limit theorem): resampling would only cost time.
    """
    rows, columns = values.shape
    rng = np.random.default_rng(seed)
    if rows > _MOST_RESAMPLED_ROWS:
        covariance = np.cov(values, rowvar=False).reshape(columns, columns) / rows
        return rng.multivariate_normal(
            values.mean(axis=0), covariance, size=_RESAMPLES, check_valid="ignore", method="eigh"
        )
    means = np.empty((_RESAMPLES, columns))
    at_once = max(1, _DRAWS_AT_ONCE // rows)
    for start in range(0, _RESAMPLES, at_once):
        resamples = min(at_once, _RESAMPLES - start)
        means[start : start + resamples] = _counts(rng, rows, resamples) @ values / rows
    return means


def _counts(rng: np.random.Generator, rows: int, resamples: int) -> Array:
    """(resamples, rows) how often each row is drawn: multinomial, but ten times as fast."""
    drawn = rng.integers(rows, size=(resamples, rows))
    drawn += np.arange(resamples)[:, None] * rows
    counts = np.bincount(drawn.ravel(), minlength=resamples * rows)
    return counts.reshape(resamples, rows).astype(np.float64)


def _percentiles(resampled: Array, rows: int) -> tuple[list[float], list[float]]:
    """The ends of the 95 % interval of each column of `resampled` (r, s).

    The plain percentiles are too narrow where rows are few; they are widened to the
    reach of Student's t (Hesterberg 2015, "What teachers should know about the bootstrap",
    the expanded percentile interval).
    """
    from scipy.special import (  # pyright: ignore[reportMissingTypeStubs]
        ndtr,
        stdtrit,
    )

    reach = np.sqrt(rows / (rows - 1)) * stdtrit(rows - 1, 0.975)
    low, high = np.quantile(resampled, [ndtr(-reach), ndtr(reach)], axis=0)
    return low.tolist(), high.tolist()


def share_of(right: float, rows: int) -> Measured:
    """The share `right` of `rows` with its interval (Wilson 1927).

    >>> [round(number, 3) for number in share_of(81, 100)]
    [0.81, 0.722, 0.875]
    """
    if rows < FEWEST_FOR_INTERVAL:
        return right / rows, None, None
    return _wilson(right, rows)


def exact_share_of(right: int, rows: int, level: float = 0.05) -> tuple[float, float]:
    """The ends of the interval of a share that misses it in at most `level` of all cases,
    however small the share or the level (Clopper and Pearson 1934).

    >>> [round(end, 4) for end in exact_share_of(10, 10)]
    [0.6915, 1.0]
    """
    from scipy.special import betaincinv  # pyright: ignore[reportMissingTypeStubs]

    low = float(betaincinv(right, rows - right + 1, level / 2)) if right else 0.0
    high = float(betaincinv(right + 1, rows - right, 1 - level / 2)) if right < rows else 1.0
    return low, high


def mean_share_of(right: Sequence[int], rows: Sequence[int]) -> Measured:
    """The mean of several shares, one a group of rows, with its interval.

    The distances of the ends of the shares' own intervals are added as independent errors
    are (Zou and Donner 2008, "Construction of confidence limits about effect measures").

    >>> [round(number, 3) for number in mean_share_of([8, 9], [10, 10])]
    [0.85, 0.633, 0.933]
    """
    parts = np.array([_wilson(*part) for part in zip(right, rows, strict=True)])
    share = float(parts[:, 0].mean())
    if sum(rows) < FEWEST_FOR_INTERVAL:
        return share, None, None
    below, above = (float(np.hypot.reduce(parts[:, i] - parts[:, 0])) for i in (1, 2))
    return share, max(0.0, share - below / len(rows)), min(1.0, share + above / len(rows))


def _wilson(right: float, rows: int) -> tuple[float, float, float]:
    share = right / rows
    weight = _NORMAL**2 / rows
    middle = (share + weight / 2) / (1 + weight)
    half = _NORMAL * (share * (1 - share) / rows + weight / (4 * rows)) ** 0.5 / (1 + weight)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def area_under_roc(target: Array, score: Array) -> Measured:
    """The chance that a positive row scores above a negative one, with its interval.

    target: (m,) 0.0 and 1.0, both present; score: (m,), ties count half; nan gives nan.
    The variance is that of DeLong, DeLong and Clarke-Pearson (1988); the interval is made
    on the logit scale, so that it stays within 0 and 1. There is none where the scores
    tell the classes apart without a mistake, or where a class has a single row.

    >>> import numpy as np
    >>> area_under_roc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    (0.75, None, None)
    """
    if np.isnan(score).any():
        return np.nan, None, None
    above, below = _placements(score[target == 1], score[target == 0])
    area = float(above.mean())
    few = len(score) < FEWEST_FOR_INTERVAL or min(len(above), len(below)) < 2
    if few or not 0 < area < 1:
        return area, None, None
    variance = above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below)
    logit, half = np.log(area / (1 - area)), _NORMAL * np.sqrt(variance) / (area * (1 - area))
    low, high = (float(1 / (1 + np.exp(-bound))) for bound in (logit - half, logit + half))
    return area, low, high


def _placements(positive: Array, negative: Array) -> tuple[Array, Array]:
    """For each positive the share of negatives below it; for each negative, of positives above."""
    return _share_below(positive, negative), 1 - _share_below(negative, positive)


def _share_below(values: Array, others: Array) -> Array:
    rising = np.sort(others)
    below, not_above = (np.searchsorted(rising, values, side) for side in ("left", "right"))
    return (below + not_above) / (2 * len(others))
