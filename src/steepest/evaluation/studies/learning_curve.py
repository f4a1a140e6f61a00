"""The score by the number of rows that train: whether more rows would help.

The rows of each size hold those of every smaller one, and classes stand in proportion, so that
a step of the curve is owed to the rows that were added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from steepest.evaluation.scoring.intervals import Measured
from steepest.evaluation.scoring.main_score import interval_said
from steepest.evaluation.splits.split import Rows
from steepest.evaluation.studies.facts import Facts
from steepest.evaluation.studies.gap import either, gap_of, remedies
from steepest.evaluation.studies.study import CurvePoint, LearningCurve
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["learning_curve", "learning_trials", "nested_order", "point", "sizes_of"]

_POINTS = 7
_FEWEST = 10
_LITTLE = 0.01  # of the score's distance to the baseline, for twice the rows


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
        trained, error = (
            float(np.mean([getattr(draw, of) for draw in draws]))
            for of in ("trained", "trained_error")
        )
        yield float(size), Trial(losses, trained, error)


def learning_curve(
    trials: Trials, found: Sequence[tuple[float, Trial]], facts: Facts | None = None
) -> LearningCurve:
    """The curve through what was tried, and what it says; facts: of the run."""
    points = tuple(point(trials, at, trial) for at, trial in found)
    return LearningCurve(points, _sentence(trials, found, facts or Facts()))


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
    return replace(trials, parts=parts)


def _classes(trials: Trials, rows: Rows) -> Array | None:
    return trials.target[rows] if trials.classes else None


def _sentence(trials: Trials, found: Sequence[tuple[float, Trial]], facts: Facts) -> str:
    if len(found) < 2:
        return "There are too few rows for a learning curve."
    (before, fewer), (rows, all_rows) = found[-2:]
    if not np.isfinite(all_rows.losses).all() or not np.isfinite(fewer.losses).all():
        return "The predictions are not finite."
    gain = trials.gain(all_rows, fewer)
    grown = f"The last doubling, from {readable(before)} to {readable(rows)} rows,"
    helped = facts.bounded and gain[1] is not None and gain[1] > 0
    little = abs(gain[0]) < _LITTLE * _from_baseline(trials, all_rows)
    more = (
        _more_rows(trials, grown, gain, little=little)
        if facts.bounded
        else _hangs_on_the_stop(trials, grown, gain)
    )
    return f"{more} {_fit_seen(trials, all_rows, facts, rows=helped and not little)}"


def _more_rows(trials: Trials, grown: str, gain: Measured, *, little: bool) -> str:
    value, low, high = gain
    words = trials.score.words
    size = f"{readable(abs(value), digits=2)} of {words}"
    if low is None or high is None:
        much = readable(abs(value), digits=2)
        return f"{grown} changed {words} by {much}, and the {trials.counted} are too few to judge."
    if high < 0:
        size += interval_said((-value, -high, -low), 2)
        return f"{grown} made it worse, by {size}: more rows did not help."
    if low > 0:
        size += interval_said(gain, 2)
        return f"{grown} bought {size}: more rows would help{', but little' if little else ''}."
    return (
        f"{grown} bought nothing that can be shown ({readable(low, digits=2)} to "
        f"{readable(high, digits=2)} of {words}): more rows of this kind would hardly help."
    )


def _hangs_on_the_stop(trials: Trials, grown: str, gain: Measured) -> str:
    """Where there is no minimum, the rows are not what decides."""
    way = "better" if gain[0] > 0 else "worse"
    return (
        f"{grown} made it {way}, by {readable(abs(gain[0]), digits=2)} of {trials.score.words}: "
        "the cost has no minimum, so that this says where the descents stopped, and nothing of "
        "more rows."
    )


def _from_baseline(trials: Trials, trial: Trial) -> float:
    """How far the score is from that of the baseline."""
    return abs(trials.gain(trial, Trial(trials.baseline))[0])


def _fit_seen(trials: Trials, trial: Trial, facts: Facts, *, rows: bool) -> str:
    """Over- or under-fitting, by the distance between the two scores at all rows."""
    gap = gap_of(trials, trial)
    if gap.verdict == "over":
        return f"It over-fits: {gap.both}, a gap of {gap.said}; {remedies(facts, rows=rows)}."
    if gap.size[1] is None or gap.size[2] is None:
        return f"Whether it over-fits cannot be told of so few {trials.counted}: {gap.both}."
    if gap.verdict == "unsure":
        return f"Whether it over-fits these rows cannot tell: {gap.both}, a gap of {gap.said}."
    at_most = readable(max(gap.size[2], 0.0), digits=2)
    over = "over-fits by little" if gap.size[1] > 0 else "does not over-fit"
    return f"It {over} ({gap.both}; the gap is {at_most} at most): {_missed(facts)}."


def _missed(facts: Facts) -> str:
    """What a model that does not over-fit still misses."""
    if facts.richer:
        return "what it still misses asks in part for a richer model, as the trees show"
    ways = ["other columns", *(["less of a penalty"] if facts.l2 or facts.l1 else [])]
    ways += ["a richer model"] if facts.richer is None else []
    no_better = "; trees do no better" if facts.richer is False else ""
    return f"what it still misses is noise, or asks for {either(ways)}{no_better}"
