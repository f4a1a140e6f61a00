"""How far a score measured on these rows may lie from the truth: 95 % intervals.

What counts is how many units were drawn: rows, or where these come in groups or in time, groups
or stretches of time (`Drawn`). No interval is given below ten of them: it would be a guess about
a guess. By simulation (benchmarks/trust/intervals.py) they hold the truth in about 91 to 97 of 100
tables. Where a few large errors make up most of a mean they are still too short: see `long_tail`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn, unit_sums
from steepest.trace import Array

__all__ = [
    "FEWEST_FOR_INTERVAL",
    "Measured",
    "area_under_roc",
    "effective_rows",
    "exact_share_of",
    "long_tail",
    "mean_share_of",
    "measure",
    "measure_many",
    "resampled_means",
    "share_among",
    "share_of",
]

Measured = tuple[float, float | None, float | None]
"""A value and the ends of its 95 % interval; None where there is none."""

FEWEST_FOR_INTERVAL = 10

_RESAMPLES = 2_000
_MOST_RESAMPLED_ROWS = 20_000
_DRAWS_AT_ONCE = 500_000  # 4 MB of row numbers, and twice that of counts
_FEWEST_DRAWN = 5
_NORMAL = 1.959963984540054
_FARTHEST_BIAS = 0.5
_LARGEST_PART = 0.15
_FEW = 1_000


def measure(
    values: Array,
    measures: Callable[[Array], Array],
    drawn: Drawn = EACH_ROW,
    *,
    seed: int = 0,
) -> list[Measured]:
    """Measures that are functions of the means of some columns, with bootstrap intervals.

    values:    (m, q) one row an evaluated row
    measures:  (r, q) means -> (r, s) measures, row by row
    drawn:     how the rows were drawn: whole groups are resampled where groups were
    """
    measured = measures(values.mean(axis=0, keepdims=True))[0].tolist()
    units = drawn.many(len(values))
    if units < FEWEST_FOR_INTERVAL or not np.all(np.isfinite(values)):
        return [(value, None, None) for value in measured]
    resampled = measures(resampled_means(values, drawn, seed=seed))
    bias, skew = _corrections(values, measures, drawn, resampled, np.array(measured))
    low, high = _percentiles(resampled, units, bias, skew)
    return list(zip(measured, low, high, strict=True))


def measure_many(
    mean: Array, covariance: Array, rows: int, measures: Callable[[Array], Array], *, seed: int = 0
) -> list[Measured]:
    """The same of more rows than are resampled one by one, each drawn by itself.

    mean, covariance: (q,) and (q, q) of the means of the columns over all `rows`
    """
    measured = measures(mean[None])[0].tolist()
    if rows < FEWEST_FOR_INTERVAL or not (
        np.isfinite(mean).all() and np.isfinite(covariance).all()
    ):
        return [(value, None, None) for value in measured]
    resampled = measures(_normal_means(mean, covariance, seed))
    none = np.zeros(len(measured))
    low, high = _percentiles(resampled, rows, none, none)
    return list(zip(measured, low, high, strict=True))


def _normal_means(mean: Array, covariance: Array, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal(
        mean, covariance, size=_RESAMPLES, check_valid="ignore", method="eigh"
    )


def resampled_means(values: Array, drawn: Drawn = EACH_ROW, *, seed: int = 0) -> Array:
    """(2000, q) means of the columns of `values` (m, q) over bootstrap resamples of the units.

    All columns share the rows of a resample, so that differences and ratios of the means
    keep their pairing. Above 20,000 units the means are drawn from the normal distribution
    that they follow there (the central limit theorem): resampling would only cost time. An
    interval that is to be wider draws fewer units: so it never leaves what a score can be.
    """
    sums, sizes = unit_sums(values, drawn.units())
    units, columns = sums.shape
    rng = np.random.default_rng(seed)
    draws = _draws(units, drawn)
    if units > _MOST_RESAMPLED_ROWS:
        mean = values.mean(axis=0)
        off = (sums - sizes[:, None] * mean) * (units / len(values))
        covariance = np.cov(off, rowvar=False).reshape(columns, columns) / draws
        return rng.multivariate_normal(
            mean, covariance, size=_RESAMPLES, check_valid="ignore", method="eigh"
        )
    means = np.empty((_RESAMPLES, columns))
    at_once = max(1, _DRAWS_AT_ONCE // units)
    for start in range(0, _RESAMPLES, at_once):
        resamples = min(at_once, _RESAMPLES - start)
        counts = _counts(rng, units, draws, resamples)
        means[start : start + resamples] = counts @ sums / (counts @ sizes)[:, None]
    return means


def _draws(units: int, drawn: Drawn) -> int:
    """How many units a resample draws."""
    return units if drawn.widen == 1 else max(_FEWEST_DRAWN, round(units / drawn.widen**2))


def _counts(rng: np.random.Generator, units: int, draws: int, resamples: int) -> Array:
    """(resamples, units) how often each is drawn: multinomial, but ten times as fast."""
    drawn = rng.integers(units, size=(resamples, draws))
    drawn += np.arange(resamples)[:, None] * units
    counts = np.bincount(drawn.ravel(), minlength=resamples * units)
    return counts.reshape(resamples, units).astype(np.float64)


def _corrections(
    values: Array,
    measures: Callable[[Array], Array],
    drawn: Drawn,
    resampled: Array,
    measured: Array,
) -> tuple[Array, Array]:
    """The bias and the acceleration of each measure (Efron 1987, "Better bootstrap confidence
    intervals"): a long tail makes the percentiles too short on its side."""
    from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs]

    sums, sizes = unit_sums(values, drawn.units())
    if len(sums) > _MOST_RESAMPLED_ROWS:
        return np.zeros(len(measured)), np.zeros(len(measured))
    below = (resampled < measured).mean(axis=0) + (resampled == measured).mean(axis=0) / 2
    bias = np.clip(ndtri(below), -_FARTHEST_BIAS, _FARTHEST_BIAS)
    without = measures((sums.sum(axis=0) - sums) / (len(values) - sizes)[:, None])
    off = without.mean(axis=0) - without
    largest = np.abs(off).max(axis=0)
    off = off / np.where(largest > 0, largest, 1.0)
    squares = (off**2).sum(axis=0)
    skew = (off**3).sum(axis=0) / (6 * np.where(squares > 0, squares, 1.0) ** 1.5)
    fewer = (len(sums) / _draws(len(sums), drawn)) ** 0.5
    return bias, np.nan_to_num(skew * fewer)


def _percentiles(
    resampled: Array, units: int, bias: Array, skew: Array
) -> tuple[list[float], list[float]]:
    """The ends of the 95 % interval of each column of `resampled` (r, s).

    The plain percentiles are too narrow where units are few; they are widened to the
    reach of Student's t (Hesterberg 2015, "What teachers should know about the bootstrap",
    the expanded percentile interval), and then corrected for bias and skewness.
    """
    from scipy.special import (  # pyright: ignore[reportMissingTypeStubs]
        ndtr,
        stdtrit,
    )

    reach = np.sqrt(units / (units - 1)) * stdtrit(units - 1, 0.975)
    ends: list[list[float]] = []
    for side in (-reach, reach):
        levels = ndtr(bias + (bias + side) / np.maximum(1 - skew * (bias + side), 0.1))
        columns = zip(resampled.T, np.nan_to_num(levels, nan=0.5), strict=True)
        ends.append([float(np.quantile(column, level)) for column, level in columns])
    return ends[0], ends[1]


def long_tail(sizes: Array) -> float | None:
    """The share of the sum of `sizes` (m,) that one row in a hundred, and one at least, makes up;
    None where that is no more than in errors without a long tail, or the rows are many.

    >>> long_tail(np.ones(50)) is None, long_tail(np.array([10.0] + [1.0] * 40))
    (True, 0.2)
    """
    rows, total = len(sizes), float(sizes.sum())
    if not FEWEST_FOR_INTERVAL <= rows < _FEW or not 0 < total < np.inf:
        return None
    most = max(1, rows // 100)
    share = float(np.sort(sizes)[-most:].sum()) / total
    usual = most / rows * 4  # of normal errors the largest of a thousand is 4.1 times the mean
    return share if share > max(usual, _LARGEST_PART if rows < 100 else 0.0) else None


def share_of(right: float, rows: int) -> Measured:
    """The share `right` of `rows` with its interval (Wilson 1927).

    >>> [round(number, 3) for number in share_of(81, 100)]
    [0.81, 0.722, 0.875]
    """
    if rows < FEWEST_FOR_INTERVAL:
        return right / rows, None, None
    return _wilson(right, rows)


def share_among(right: NDArray[Any], drawn: Drawn = EACH_ROW) -> Measured:
    """The share of True or 1.0 among `right` (m,), with its interval.

    Of groups it is that of so many rows as would be as sure (`effective_rows`).

    >>> found = share_among(np.repeat([1.0, 0.0], [80, 20]), Drawn("groups", np.arange(100) // 5))
    >>> [round(number, 2) for number in found]
    [0.8, 0.56, 0.93]
    """
    share = float(right.mean())
    if drawn.many(len(right)) < FEWEST_FOR_INTERVAL:
        return share, None, None
    rows = effective_rows(right.astype(np.float64), drawn)
    _, low, high = _wilson(share * rows, rows)
    return share, low, high


def effective_rows(right: Array, drawn: Drawn) -> float:
    """So many rows drawn by themselves would know the share of 1.0 among `right` (m,) as surely.

    The variance of the share over that of independent rows is the design effect (Kish 1965),
    never taken to be below 1; where it cannot be seen, because all are alike, a unit counts as
    one row. Few units are known with fewer degrees of freedom (Korn and Graubard 1998).
    """
    units, rows = drawn.units(), float(len(right))
    if units is None:
        return rows / drawn.widen**2
    from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

    share = float(right.mean())
    off, _ = unit_sums((right - share)[:, None], units)
    many = len(off)
    if many < 2:
        return 1.0
    effect = rows / many
    if 0 < share < 1:
        variance = many / (many - 1) * float((off**2).sum()) / rows**2
        effect = max(1.0, variance * rows / (share * (1 - share)))
    freedom = (_NORMAL / float(stdtrit(many - 1, 0.975))) ** 2
    return max(1.0, rows / effect * freedom / drawn.widen**2)


def exact_share_of(right: float, rows: float, level: float = 0.05) -> tuple[float, float]:
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


def _wilson(right: float, rows: float) -> tuple[float, float, float]:
    share = right / rows
    weight = _NORMAL**2 / rows
    middle = (share + weight / 2) / (1 + weight)
    half = _NORMAL * (share * (1 - share) / rows + weight / (4 * rows)) ** 0.5 / (1 + weight)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def area_under_roc(target: Array, score: Array, drawn: Drawn = EACH_ROW) -> Measured:
    """The chance that a positive row scores above a negative one, with its interval.

    target: (m,) 0.0 and 1.0, both present; score: (m,), ties count half; nan gives nan.
    The variance is that of DeLong, DeLong and Clarke-Pearson (1988), of groups that of Obuchowski
    (1997); the interval is made on the logit scale, so that it stays within 0 and 1. There is
    none where the scores tell the classes apart without a mistake, or where a class has a single
    row.

    >>> import numpy as np
    >>> area_under_roc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    (0.75, None, None)
    """
    if np.isnan(score).any():
        return np.nan, None, None
    above, below = _placements(score[target == 1], score[target == 0])
    area, units = float(above.mean()), drawn.many(len(score))
    few = units < FEWEST_FOR_INTERVAL or min(len(above), len(below)) < 2
    if few or not 0 < area < 1:
        return area, None, None
    spread = _spread_of_area(target, above, below, drawn) * drawn.widen
    logit, half = np.log(area / (1 - area)), spread / (area * (1 - area))
    low, high = (float(1 / (1 + np.exp(-bound))) for bound in (logit - half, logit + half))
    return area, low, high


def _spread_of_area(target: Array, above: Array, below: Array, drawn: Drawn) -> float:
    """Half the width of the interval of the area."""
    units = drawn.units()
    if units is None:
        variance = above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below)
        return _NORMAL * float(np.sqrt(variance))
    from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

    off = np.empty(len(target))
    off[target == 1] = (above - above.mean()) / len(above)
    off[target == 0] = (below - below.mean()) / len(below)
    sums, _ = unit_sums(off[:, None], units)
    variance = len(sums) / (len(sums) - 1) * float((sums**2).sum())
    return float(stdtrit(len(sums) - 1, 0.975)) * variance**0.5


def _placements(positive: Array, negative: Array) -> tuple[Array, Array]:
    """For each positive the share of negatives below it; for each negative, of positives above."""
    return _share_below(positive, negative), 1 - _share_below(negative, positive)


def _share_below(values: Array, others: Array) -> Array:
    rising = np.sort(others)
    below, not_above = (np.searchsorted(rising, values, side) for side in ("left", "right"))
    return (below + not_above) / (2 * len(others))
