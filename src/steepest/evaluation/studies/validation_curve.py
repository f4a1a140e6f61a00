"""The score over one setting, degree or penalty: how under-fitting turns into over-fitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from steepest.data.contract import Contract
from steepest.data.monomials import count_terms
from steepest.evaluation.scoring.main_score import interval_said
from steepest.evaluation.studies.gap import gap_of
from steepest.evaluation.studies.learning_curve import point
from steepest.evaluation.studies.study import CurvePoint, ValidationCurve
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.readable import readable

__all__ = ["degrees_of", "penalties_of", "validation_curve", "validation_trials"]

Found = Sequence[tuple[float, Trial]]

_PENALTIES = (0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
_HIGHEST_DEGREE = 8
_NORMAL = 1.959963984540054
_PLAIN = 0.05  # of the best score: a loss that is worth a word


def degrees_of(contract: Contract, asked: int, most_terms: int) -> tuple[int, ...]:
    """From 1 as far as there are at most so many terms, and the one that was asked for.

    Without a number column there is no degree to choose: ().
    """
    numbers = sum(column.kind == "number" for column in contract.features)
    truths = sum(column.kind == "truth" for column in contract.features)
    if not numbers:
        return ()
    fit = [
        degree
        for degree in range(1, _HIGHEST_DEGREE + 1)
        if count_terms(numbers, truths, degree) <= most_terms
    ]
    degrees = tuple(sorted({1, asked, *fit}))
    return degrees if len(degrees) > 1 else ()


def penalties_of(asked: float) -> tuple[float, ...]:
    """None, seven from 1e-5 to 10 in equal ratios, and the one that was asked for."""
    return tuple(sorted({*_PENALTIES, float(asked)}))


def validation_trials(
    trials: Trials, settings: Sequence[float], train_at: Callable[[float], Train]
) -> Iterator[tuple[float, Trial]]:
    """(setting, what is lost with it), one after the other."""
    for setting in settings:
        yield setting, trials.judge(train_at(setting), and_trained=True)


def validation_curve(trials: Trials, over: str, found: Found, asked: float) -> ValidationCurve:
    """The curve through what was tried: the best, the simplest that is as good, in words.

    "As good" is within one standard error of the best's own held-out score (Breiman, Friedman,
    Olshen and Stone 1984, section 3.4.3); the simplest is the lowest degree, or the largest
    penalty.
    """
    points = tuple(point(trials, at, trial) for at, trial in found)
    worth = [_worth(trials, p) for p in points]
    best = int(np.argmax(worth))
    error = _standard_error(trials, found[best][1])
    good = [i for i, value in enumerate(worth) if value >= worth[best] - error]
    simplest = min(good, default=best) if over == "degree" else max(good, default=best)
    advised = _advised(trials, found, asked, (simplest, best))
    return ValidationCurve(
        over=over,
        points=points,
        asked=float(asked),
        best=points[best].at,
        simplest=points[simplest].at,
        sentence=_sentence(trials, over, found, points, best, _Asked(asked, advised)),
        advised=None if advised is None else points[advised].at,
    )


def _worth(trials: Trials, at: CurvePoint) -> float:
    """The held-out score turned so that more is better; what is not finite is the worst."""
    if not isfinite(at.held_out):
        return -inf
    return at.held_out if trials.score.better == "higher" else -at.held_out


def _standard_error(trials: Trials, trial: Trial) -> float:
    """Of the score, by its interval, which counts what was drawn."""
    _, low, high = trials.value(trial)
    return 0.0 if low is None or high is None else (high - low) / 2 / _NORMAL


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for, and the place of what is advised instead."""

    at: float
    advised: int | None


def _advised(trials: Trials, found: Found, asked: float, instead: tuple[int, int]) -> int | None:
    """The place of the first that is shown to be better than what was asked for, if any is."""
    own = _own(found, asked)
    if own is None or not _surely_better(trials, found[instead[-1]][1], own):
        return None
    return next(at for at in instead if _surely_better(trials, found[at][1], own))


def _surely_better(trials: Trials, one: Trial, other: Trial) -> bool:
    if not np.isfinite(other.losses).all():
        return bool(np.isfinite(one.losses).all())
    low = trials.gain(one, other)[1]
    return low is not None and low > 0


def _own(found: Found, asked: float) -> Trial | None:
    return next((trial for at, trial in found if at == asked), None)


def _sentence(
    trials: Trials,
    over: str,
    found: Found,
    points: Sequence[CurvePoint],
    best: int,
    asked: _Asked,
) -> str:
    top = points[best]
    if not isfinite(top.held_out):
        return f"No {_name(over)} gives finite predictions."
    said = f"On rows that do not train {trials.score.words} is best at {_name(over)} "
    said += f"{readable(top.at)} ({readable(top.held_out, digits=3)})"
    said += ", which was asked for" if top.at == asked.at else ""
    return "".join(
        (
            f"{said}.",
            _sets_in(trials, over, found, points, best),
            _too_plain(trials, over, points, best),
            "" if top.at == asked.at else _instead(trials, over, found, best, asked),
        )
    )


def _sets_in(
    trials: Trials,
    over: str,
    found: Found,
    points: Sequence[CurvePoint],
    best: int,
) -> str:
    """How over-fitting shows at the richest setting that was tried."""
    place = len(points) - 1 if over == "degree" else 0
    end, words = points[place], trials.score.words
    if place == best:
        return ""
    held_out, train = (readable(value, digits=3) for value in (end.held_out, end.train))
    both = f" At {readable(end.at)} {words} is {held_out} on them and {train} on rows that train: "
    if not isfinite(end.held_out):
        return f"{both}it cannot be used."
    gain = trials.gain(found[best][1], found[place][1])
    costs = gain[1] is not None and gain[1] > 0
    against = f"{readable(gain[0], digits=2)}{interval_said(gain, 2)} worse than the best"
    gap = gap_of(trials, found[place][1])
    if gap.verdict == "over":
        said = f"{both}it over-fits, by a gap of {gap.said}"
        return f"{said}, and is {against}." if costs else f"{said}."
    if costs:
        return f"{both}that is {against}."
    return ""


def _too_plain(trials: Trials, over: str, points: Sequence[CurvePoint], best: int) -> str:
    """How under-fitting shows at the plainest setting that was tried."""
    place = 0 if over == "degree" else len(points) - 1
    end = points[place]
    worse = _worth(trials, points[best]) - _worth(trials, end)
    if place == best or worse < _PLAIN * abs(points[best].held_out):
        return ""
    held_out, train = (readable(value, digits=3) for value in (end.held_out, end.train))
    return (
        f" At {readable(end.at)} it is {held_out} on them and {train} on rows that train: too "
        "plain to follow what the rows hold."
    )


def _instead(trials: Trials, over: str, found: Found, best: int, asked: _Asked) -> str:
    """What to take instead, where what was asked for is shown to be worse."""
    own = _own(found, asked.at)
    if own is None:
        return ""
    said = f" {readable(asked.at)}, which was asked for,"
    if asked.advised is None:
        return f"{said} is not shown to be worse."
    setting = found[asked.advised][0]
    gain = trials.gain(found[asked.advised][1], own)
    try_it = f"try --{over} {_typed(setting)}"
    if gain[1] is None:
        return f"{said} gives predictions that are not finite: {try_it}."
    size = f"{readable(gain[0], digits=2)} of {trials.score.words}{interval_said(gain, 2)}"
    if asked.advised == best:
        return f"{said} is worse by {size}: {try_it}."
    simplest = "the lowest degree" if over == "degree" else "the largest penalty"
    return (
        f"{said} is worse, by {size} than {readable(setting)}, {simplest} within one standard "
        f"error of the best: {try_it}."
    )


def _typed(setting: float) -> str:
    """The setting as it is typed."""
    return f"{setting:g}"


def _name(over: str) -> str:
    return "degree" if over == "degree" else "penalty l2"
