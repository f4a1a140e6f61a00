"""The score by the number of rows that train: whether more rows would help.

The rows of each size hold those of every smaller one, and classes stand in proportion, so that
a step of the curve is owed to the rows that were added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from steepest.evaluation.scoring.main_score import interval_said
from steepest.evaluation.splits.split import Rows
from steepest.evaluation.studies.study import CurvePoint, LearningCurve
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["learning_curve", "learning_trials", "nested_order", "point", "sizes_of"]

_POINTS = 7
_FEWEST = 10
_LITTLE = 0.01  # of the score's distance to the baseline, for twice the rows
_GAP = 0.1  # of the score's distance to the baseline: what counts as over-fitting


def sizes_of(trials: Trials, parameters: int) -> tuple[int, ...]:
    """How many rows train at each point: all that there are, half of them, and so on.

    Seven at most, rising, from twice the parameters up where that leaves a curve to see: with
    fewer rows than parameters a curve shows nothing but that. () for fewer than 20 rows.
    """
    size = trials.training_rows
    least = max(_FEWEST, min(2 * (parameters + 1), size // 4))
    sizes: list[int] = []
    while size >= least and len(sizes) < _POINTS:
        sizes.append(size)
        size //= 2
    return tuple(reversed(sizes)) if len(sizes) > 1 else ()


def repeats_at(trials: Trials, size: int, repeats: int = 3) -> int:
    """How many draws of that size are tried: one of all rows, and one a fold where there are."""
    return 1 if len(trials.parts) > 1 or size >= trials.training_rows else repeats


def learning_trials(
    trials: Trials, train: Train, sizes: Sequence[int], *, seed: int = 0, repeats: int = 3
) -> Iterator[tuple[float, Trial]]:
    """(rows that train, what is lost then) for each size, one after the other.

    Where rows are held out, each size but the last is tried on `repeats` draws of rows, and a
    row's losses are averaged over them.
    """
    for size in sizes:
        draws = [
            _subset(trials, size, seed + draw).judge(train, and_trained=True)
            for draw in range(repeats_at(trials, size, repeats))
        ]
        losses = np.mean([draw.losses for draw in draws], axis=0)
        yield float(size), Trial(losses, float(np.mean([draw.trained for draw in draws])))


def learning_curve(trials: Trials, found: Sequence[tuple[float, Trial]]) -> LearningCurve:
    """The curve through what was tried, and what it says."""
    points = tuple(point(trials, at, trial) for at, trial in found)
    return LearningCurve(points, _sentence(trials, found, points))


def point(trials: Trials, at: float, trial: Trial) -> CurvePoint:
    """The main score of one setting, on the rows that trained and on those that did not."""
    value, low, high = trials.value(trial)
    return CurvePoint(at, trials.trained_value(trial), value, low, high)


def nested_order(rows: int, classes: Array | None, seed: int) -> Rows:
    """The rows in an order of which every beginning is a sample of them all.

    classes: (rows,) of each, to stand in proportion in every beginning; None for a number.

    >>> classes = np.repeat([0.0, 1.0], [80, 20])
    >>> int(classes[nested_order(100, classes, 0)[:10]].sum())
    2
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(rows)
    if classes is None:
        return order
    place = np.empty(rows)
    for value in np.unique(classes):
        own = order[classes[order] == value]
        place[own] = (np.arange(len(own)) + 0.5) / len(own)
    return order[np.argsort(place[order], kind="stable")]


def _subset(trials: Trials, size: int, seed: int) -> Trials:
    parts = tuple(
        (np.sort(train[nested_order(len(train), _classes(trials, train), seed)[:size]]), judge)
        for train, judge in trials.parts
    )
    return Trials(trials.frame, trials.target, parts, trials.score, trials.classes)


def _classes(trials: Trials, rows: Rows) -> Array | None:
    return trials.target[rows] if trials.classes else None


def _sentence(
    trials: Trials, found: Sequence[tuple[float, Trial]], points: Sequence[CurvePoint]
) -> str:
    if len(found) < 2:
        return "There are too few rows for a learning curve."
    return f"{_more_rows(trials, found)} {_fit_seen(trials, points[-1])}"


def _more_rows(trials: Trials, found: Sequence[tuple[float, Trial]]) -> str:
    (before, fewer), (rows, all_rows) = found[-2:]
    value, low, high = trials.gain(all_rows, fewer)
    grown = f"from {readable(before)} to {readable(rows)} rows"
    size = f"{readable(abs(value), digits=2)} of {trials.score.words}"
    if low is None or high is None:
        return f"Going {grown} changed {trials.score.words} by {size}, of rows too few to judge."
    if high < 0:
        size += interval_said((-value, -high, -low), 2)
        return f"The last doubling, {grown}, made it worse, by {size}: more rows would not help."
    size += interval_said((value, low, high), 2)
    if low > 0:
        little = abs(value) < _LITTLE * _from_baseline(trials, all_rows)
        advice = "more rows would help, but little" if little else "more rows would help"
        return f"The last doubling, {grown}, bought {size}: {advice}."
    return (
        f"The last doubling, {grown}, bought nothing that can be shown ({readable(low, digits=2)} "
        f"to {readable(high, digits=2)} of {trials.score.words}): more rows of this kind would "
        "hardly help."
    )


def _from_baseline(trials: Trials, trial: Trial) -> float:
    """How far the score is from that of the baseline."""
    return abs(trials.gain(trial, Trial(trials.baseline))[0])


def _fit_seen(trials: Trials, last: CurvePoint) -> str:
    """Over- or under-fitting, by the distance between the two scores at all rows."""
    away = last.held_out - last.train
    if trials.score.better == "higher":
        away = -away
    baseline = 0.0 if trials.score.name == "r2" else float(trials.baseline.mean())
    scale = abs(last.train - baseline) or 1.0
    both = (
        f"{trials.score.words} {readable(last.train, digits=3)} on rows that train, "
        f"{readable(last.held_out, digits=3)} on others"
    )
    outside = last.low is None or last.high is None or not last.low <= last.train <= last.high
    if not np.isfinite(away):
        return "The predictions are not finite."
    if away > _GAP * scale and outside:
        return f"It over-fits: {both}; more rows, fewer terms or a penalty would close the gap."
    return (
        f"It does not over-fit ({both}): what it still misses is noise, or asks for other "
        "columns or a richer model."
    )
