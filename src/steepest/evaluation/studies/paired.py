"""Which of two models is better, on rows that neither was trained on, paired row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn, unit_sums
from steepest.evaluation.scoring.intervals import (
    FEWEST_FOR_INTERVAL,
    Measured,
    resampled_means,
)
from steepest.evaluation.scoring.main_score import MainScore, interval_said, score_difference
from steepest.readable import counted, readable
from steepest.trace import Array

__all__ = ["Decided", "Flags", "PairedTest", "mcnemar", "mean_test", "paired_test"]

_RESAMPLED = 1_000  # up to so many are resampled; beyond, the normal limit is exact enough
_FLIPS = 3_999
_LEAST = 1e-3
_SAME = 1e-9
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
    p:          of the test that both lose the same on average; None below ten rows or groups, and
                where every row differs by the same
    method:     how `p` was computed, in a phrase
    better:     "first" or "second" where p is below 0.05 and the interval leaves 0 out, else None
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
    drawn: Drawn = EACH_ROW,
    seed: int = 0,
) -> PairedTest:
    """Hold two models against each other on the same rows.

    losses:    (n,) of each, by `row_losses`; baseline: (n,) of the baseline
    right:     of classes, (n,) of each: whether the row was decided rightly
    widen:     1 for models judged on held-out rows; what `Trials.widen` says where all rows
               were judged by models of several folds
    drawn:     how the rows were drawn: whole groups, or stretches of time, are compared
    """
    drawn = replace(drawn, widen=max(widen, drawn.widen))
    difference = score_difference(score, *losses, baseline, drawn)
    apart_by = _told_apart(score, losses, baseline)
    if not apart_by.any():
        difference = (0.0, 0.0, 0.0)
    p, method = mean_test(apart_by, drawn=drawn, seed=seed)
    value, low, high = score.improvement(difference)
    better: Literal["first", "second"] | None = None
    apart = low is not None and high is not None and not low <= 0 <= high
    if p is not None and p < _LEVEL and apart:
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


def _told_apart(score: MainScore, losses: tuple[Array, Array], baseline: Array) -> Array:
    """The differences of the losses; zeros where their mean is nothing beside the losses."""
    difference = losses[0] - losses[1]
    scale = max(float(one.mean()) for one in losses)
    if score.name == "r2":
        scale = max(scale, float(baseline.mean()))
    return np.zeros(len(difference)) if abs(difference.mean()) <= _SAME * scale else difference


def mean_test(
    difference: Array, *, widen: float = 1.0, drawn: Drawn = EACH_ROW, seed: int = 0
) -> tuple[float | None, str]:
    """The p-value, two-sided, of paired differences (n,) with mean zero.

    It is the larger of two, which err on different sides. The signs are flipped at random: where
    the two models are equally good, the one's losses might as well be the other's (Good 2005,
    section 3.6). That takes the differences as symmetric, and calls every fifth pair different
    where one model is a little better on most rows and much worse on a few. So the mean over its
    standard error is held against its bootstrap law, too, which takes nothing for granted, but
    knows few rows by themselves (Hall 1992, the bootstrap-t). Rows of one group are flipped and
    drawn together. Beyond 1,000 rows or groups by Student's t. A kind of row that is not among
    these, and on which the other model is better, no test can see. None below ten rows or groups,
    and where every difference is the same: nothing then says how others would differ. Differences
    of nothing but zeros have p = 1.

    widen:  see `Trials.widen`; drawn: how the rows were drawn

    >>> import numpy as np
    >>> mean_test(np.array([1.0, 2.0, 1.0, 3.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0]))
    (0.005997001499250375, 'flips of signs, and the bootstrap-t, of 10 pairs')
    """
    rows = len(difference)
    units = drawn.many(rows)
    what = {"groups": "groups", "times": "stretches of time"}.get(drawn.kind, "pairs")
    if units < FEWEST_FOR_INTERVAL or not np.isfinite(difference).all():
        few = f"the {'rows' if drawn.kind == 'rows' else what} are too few"
        return None, f"none: {few}" if rows else "none: there are no rows"
    if not difference.any():
        return 1.0, "none needed: the losses are the same in every row"
    sums, sizes = unit_sums((difference - difference.mean())[:, None], drawn.units())
    off, mean = sums[:, 0], float(difference.mean())
    if np.abs(off).max() <= _SAME * np.abs(difference).max():
        return None, "none: the losses differ by the same in every row"
    wider = max(widen, drawn.widen)
    spread = float((off**2).sum()) ** 0.5 / rows * wider
    corrected = ", corrected for folds that share rows" if wider > 1.0 else ""
    t = mean / spread
    normal = _student(t, units)
    if units > _RESAMPLED:
        return normal, f"Student's t of {units:,} {what}{corrected}"
    p = max(_bootstrapped(t, off, sizes, seed), _flipped(off + mean * sizes, seed, wider))
    if p <= _LEAST:  # no resample came as far: what is beyond them, the normal limit says
        p = min(p, normal)
    return p, f"flips of signs, and the bootstrap-t, of {units:,} {what}{corrected}"


def _student(t: float, units: int) -> float:
    from scipy.special import stdtr  # pyright: ignore[reportMissingTypeStubs]

    return float(2 * stdtr(units - 1, -abs(t) * ((units - 1) / units) ** 0.5))


def _bootstrapped(t: float, off: Array, sizes: Array, seed: int) -> float:
    resampled = _studentised(off, sizes, seed)
    beyond = min(int(np.sum(resampled >= t)), int(np.sum(resampled <= t)))
    return min(1.0, 2 * (1 + beyond) / (1 + len(resampled)))


def _flipped(sums: Array, seed: int, widen: float) -> float:
    """The share of all ways to flip the signs of sums (G,) that come as far from zero."""
    rng = np.random.default_rng(seed)
    signs = rng.integers(0, 2, (_FLIPS, len(sums)), dtype=np.int8) * 2.0 - 1.0
    far = np.abs(signs @ sums) >= abs(float(sums.sum())) / widen * (1 - 1e-12)
    return (1 + int(far.sum())) / (1 + _FLIPS)


def _studentised(off: Array, sizes: Array, seed: int) -> Array:
    """(2000,) means of resampled units over their standard errors; off: (G,) sums, of mean zero."""
    size = float(np.abs(off).max())
    off = off / size
    columns = np.column_stack([off, sizes, off**2, off * sizes, sizes**2])
    sums = resampled_means(columns, seed=seed) * len(off)
    mean = sums[:, 0] / sums[:, 1]
    squares = sums[:, 2] - 2 * mean * sums[:, 3] + mean**2 * sums[:, 4]
    spread = np.sqrt(np.maximum(squares, 0.0)) / sums[:, 1]
    flat = spread <= _SAME * np.abs(mean)
    return np.where(flat, np.where(mean == 0, 0.0, np.inf), mean / np.where(flat, 1.0, spread))


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
        why = "too few rows, or groups of them, to tell which is better"
        if low is not None:
            why = "by the same in every row, which does not tell how other rows would differ"
        return f"On {where} {score.words} differs by {readable(abs(value), digits=2)}: {why}."
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
