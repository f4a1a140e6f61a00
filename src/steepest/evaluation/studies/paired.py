"""Which of two models is better, on rows that neither was trained on, paired row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.scoring.intervals import FEWEST_FOR_INTERVAL, Measured
from steepest.evaluation.scoring.main_score import MainScore, interval_said, score_difference
from steepest.readable import counted, readable
from steepest.trace import Array

__all__ = ["Decided", "Flags", "PairedTest", "mcnemar", "mean_test", "paired_test"]

_FLIPPED = 1_000  # up to so many rows signs are flipped; beyond, the normal limit is exact enough
_EXACT = 13
_FLIPS = 9_999
_AT_ONCE = 500
_LEVEL = 0.05

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions of two models between classes, by McNemar's exact test (1947).

    first_only, second_only:  rows that only the one decides rightly
    p:  the chance of a split at least as uneven where both are right equally often
    """

    first_only: int
    second_only: int
    p: float


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Two models on the same rows.

    first, second: their names
    rows:       how many rows both were judged on; `where` says which
    score:      what they are compared by: "r2", "mean_absolute_error",
                "mean_poisson_deviance" or "log_loss"
    difference, low, high:  the first's score minus the second's, with its 95 % interval
    p:          of the test that both lose the same on average; None below ten rows
    method:     how `p` was computed, in a phrase
    better:     "first" or "second" where p is below 0.05, else None
    decided:    of classes, how often each decides rightly where the other does not
    sentence:   which is better and by how much, or that these rows cannot tell
    """

    first: str
    second: str
    rows: int
    where: str
    score: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    method: str
    better: Literal["first", "second"] | None
    decided: Decided | None
    sentence: str


def paired_test(
    names: tuple[str, str],
    losses: tuple[Array, Array],
    baseline: Array,
    score: MainScore,
    *,
    where: str,
    right: tuple[Flags, Flags] | None = None,
    widen: float = 1.0,
    seed: int = 0,
) -> PairedTest:
    """Hold two models against each other on the same rows.

    losses:    (n,) of each, by `row_losses`; baseline: (n,) of the baseline
    right:     of classes, (n,) of each: whether the row was decided rightly
    widen:     1 for models judged on held-out rows; what `Trials.widen` says where all rows
               were judged by models of several folds
    """
    difference = score_difference(score, *losses, baseline, widen=widen)
    p, method = mean_test(losses[0] - losses[1], widen=widen, seed=seed)
    value = score.improvement(difference)[0]
    better: Literal["first", "second"] | None = None
    if p is not None and p < _LEVEL:
        better = "first" if value > 0 else "second"
    decided = None if right is None else mcnemar(*right)
    return PairedTest(
        *names,
        rows=len(baseline),
        where=where,
        score=score.name,
        difference=difference[0],
        low=difference[1],
        high=difference[2],
        p=p,
        method=method,
        better=better,
        decided=decided,
        sentence=_sentence(names, score, difference, p, better, decided, where),
    )


def mean_test(difference: Array, *, widen: float = 1.0, seed: int = 0) -> tuple[float | None, str]:
    """The p-value, two-sided, of paired differences (n,) with mean zero; None below ten rows.

    Up to 1,000 rows the signs are flipped at random (all ways up to 13 rows): where the two
    models are equally good, the one's losses might as well be the other's (Fisher 1935; Good
    2005, section 3.6). Beyond, and where `widen` says that the rows are not independent, by
    Student's t. Differences of nothing but zeros have p = 1.

    >>> import numpy as np
    >>> mean_test(np.array([1.0, 2.0, 1.0, 3.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0]))
    (0.001953125, 'all 1,024 ways to flip signs')
    """
    rows = len(difference)
    if rows < FEWEST_FOR_INTERVAL or not np.isfinite(difference).all():
        return None, "none: the rows are too few" if rows else "none: there are no rows"
    if not difference.any():
        return 1.0, "none needed: the losses are the same in every row"
    if widen > 1.0 or rows > _FLIPPED:
        return _student(difference, widen)
    if rows <= _EXACT:
        ways = np.array(list(product((1.0, -1.0), repeat=rows)), dtype=np.float64)
        far = _as_far(difference, ways)
        return float(far.mean()), f"all {2**rows:,} ways to flip signs"
    farther = sum(int(_as_far(difference, signs).sum()) for signs in _random_signs(rows, seed))
    return (1 + farther) / (1 + _FLIPS), f"{_FLIPS:,} random flips of signs"


def mcnemar(first: Flags, second: Flags) -> Decided:
    """McNemar's test, exact; first, second: (n,) whether each row was decided rightly.

    >>> import numpy as np
    >>> mcnemar(np.array([1, 1, 1, 1, 0]) > 0, np.array([0, 0, 0, 1, 1]) > 0)
    Decided(first_only=3, second_only=1, p=0.625)
    """
    from scipy.special import bdtr  # pyright: ignore[reportMissingTypeStubs]

    one, other = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    p = float(2 * bdtr(min(one, other), one + other, 0.5)) if one + other else 1.0
    return Decided(one, other, min(1.0, p))


def _random_signs(rows: int, seed: int) -> Iterator[Array]:
    """(n, rows) of 1 and -1, 9,999 altogether, a few at a time so that they stay in the cache."""
    rng = np.random.default_rng(seed)
    for begin in range(0, _FLIPS, _AT_ONCE):
        many = min(_AT_ONCE, _FLIPS - begin)
        bits = np.unpackbits(np.frombuffer(rng.bytes(many * (rows // 8 + 1)), np.uint8))
        yield 1.0 - 2.0 * bits[: many * rows].reshape(many, rows).astype(np.float64)


def _as_far(difference: Array, signs: Array) -> Flags:
    """Of each way to flip the signs, whether the sum comes as far from zero as it is."""
    sums = np.abs(signs @ difference)
    return sums >= abs(float(difference.sum())) * (1 - 1e-12)


def _student(difference: Array, widen: float) -> tuple[float, str]:
    from scipy.special import stdtr  # pyright: ignore[reportMissingTypeStubs]

    rows = len(difference)
    error = float(difference.std(ddof=1)) / sqrt(rows) * widen
    t = abs(float(difference.mean())) / error if error > 0 else np.inf
    corrected = ", corrected for folds that share rows" if widen > 1.0 else ""
    return float(2 * stdtr(rows - 1, -t)), f"Student's t of {rows:,} pairs{corrected}"


def _sentence(
    names: tuple[str, str],
    score: MainScore,
    difference: Measured,
    p: float | None,
    better: str | None,
    decided: Decided | None,
    where: str,
) -> str:
    value, low, high = score.improvement(difference)
    if not np.isfinite(value):
        return f"On {where} a model's predictions are not finite: nothing can be compared."
    if p is None:
        return (
            f"On {where} {score.words} differs by {readable(abs(value), digits=2)}: too few rows "
            "to tell which is better."
        )
    if better is None:
        span = interval_said((value, low, high), 2)
        said = (
            f"{_whose(score, decided)} cannot tell which is better: on {where} {names[0]} is "
            f"{'ahead' if value > 0 else 'behind'} by {readable(abs(value), digits=2)} of "
            f"{score.words}{span}, p = {_p(p)}"
            if value
            else f"On {where} they lose the same: {score.words} differs by nothing"
        )
    else:
        ahead, behind = names if better == "first" else names[::-1]
        sign = 1 if better == "first" else -1
        span = "" if low is None or high is None else interval_said((value, low, high), 2)
        if sign < 0 and low is not None and high is not None:
            span = interval_said((-value, -high, -low), 2)
        said = (
            f"{ahead} is better than {behind}: by {readable(abs(value), digits=2)} of "
            f"{score.words}{span} on {where}, p = {_p(p)}"
        )
    return f"{said}.{_decided(names, decided)}"


def _whose(score: MainScore, decided: Decided | None) -> str:
    """What cannot tell: the rows, or where their decisions can, the score."""
    told = decided is not None and decided.p < _LEVEL
    return f"By {score.words} these rows" if told else "These rows"


def _decided(names: tuple[str, str], decided: Decided | None) -> str:
    if decided is None:
        return ""
    one, other = decided.first_only, decided.second_only
    if not one + other:
        return " They decide every row alike."
    test = f"McNemar's exact test: p = {_p(decided.p)}"
    if decided.p < _LEVEL:
        more, fewer = (names if one > other else names[::-1]), sorted((one, other))
        return (
            f" {more[0]} decides more rows rightly: {fewer[1]:,} where {more[1]} errs, against "
            f"{fewer[0]:,} ({test})."
        )
    return (
        f" {counted(one, 'row')} {'is' if one == 1 else 'are'} decided rightly by {names[0]} only, "
        f"{other:,} by {names[1]} only ({test})."
    )


def _p(p: float) -> str:
    return "below 0.001" if p < 1e-3 else readable(p, digits=2)
