"""The score over one setting, degree or penalty: how under-fitting turns into over-fitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf, isfinite

import numpy as np

from steepest.data.contract import Contract
from steepest.data.monomials import count_terms
from steepest.evaluation.scoring.main_score import interval_said
from steepest.evaluation.studies.learning_curve import point
from steepest.evaluation.studies.study import CurvePoint, ValidationCurve
from steepest.evaluation.studies.trials import Train, Trial, Trials
from steepest.readable import readable

__all__ = ["degrees_of", "penalties_of", "validation_curve", "validation_trials"]

_PENALTIES = (0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
_HIGHEST_DEGREE = 8
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


def validation_curve(
    trials: Trials, over: str, found: Sequence[tuple[float, Trial]], asked: float
) -> ValidationCurve:
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
    return ValidationCurve(
        over=over,
        points=points,
        asked=float(asked),
        best=points[best].at,
        simplest=points[simplest].at,
        sentence=_sentence(trials, over, found, points, (best, simplest), asked),
    )


def _worth(trials: Trials, at: CurvePoint) -> float:
    """The held-out score turned so that more is better; what is not finite is the worst."""
    if not isfinite(at.held_out):
        return -inf
    return at.held_out if trials.score.better == "higher" else -at.held_out


def _standard_error(trials: Trials, trial: Trial) -> float:
    losses = trial.losses
    if len(losses) < 2 or not np.isfinite(losses).all():
        return 0.0
    error = float(losses.std(ddof=1)) / len(losses) ** 0.5 * trials.widen
    if trials.score.name != "r2":
        return error
    baseline = float(trials.baseline.mean())
    return error / baseline if baseline > 0 else 0.0


def _sentence(
    trials: Trials,
    over: str,
    found: Sequence[tuple[float, Trial]],
    points: Sequence[CurvePoint],
    chosen: tuple[int, int],
    asked: float,
) -> str:
    best, simplest = (points[place] for place in chosen)
    if not isfinite(best.held_out):
        return f"No {_name(over)} gives finite predictions."
    words = trials.score.words
    said = f"On rows that do not train {words} is best at {_name(over)} {readable(best.at)}"
    said += f" ({readable(best.held_out, digits=3)})"
    said += ", which was asked for" if best.at == asked else ""
    if simplest is not best:
        own = " and was asked for" if simplest.at == asked else ""
        at = readable(simplest.at)
        said += f"; {at}, which is simpler{own}, is within one standard error of it"
    place = chosen[0]
    settled = asked in (best.at, simplest.at)
    return "".join(
        (
            f"{said}.",
            _sets_in(trials, over, found, points, place),
            _too_plain(trials, over, points, place),
            "" if settled else _asked(trials, over, found, place, asked),
        )
    )


def _sets_in(
    trials: Trials,
    over: str,
    found: Sequence[tuple[float, Trial]],
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
    gain, low, _ = trials.gain(found[best][1], found[place][1])
    if low is not None and low > 0:
        return f"{both}over-fitting, which costs {readable(gain, digits=2)}."
    if gain > _PLAIN * abs(points[best].held_out):
        return f"{both}over-fitting by the look of it, though few rows decide that."
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


def _asked(
    trials: Trials, over: str, found: Sequence[tuple[float, Trial]], best: int, asked: float
) -> str:
    own = next((trial for at, trial in found if at == asked), None)
    if own is None:
        return ""
    value, low, high = trials.gain(found[best][1], own)
    if low is None or high is None or low <= 0:
        return f" {readable(asked)}, which was asked for, is not shown to be worse."
    size = f"{readable(value, digits=2)} of {trials.score.words}"
    interval = interval_said((value, low, high), 2)
    return (
        f" {readable(asked)}, which was asked for, is worse by {size}{interval}: try --{over} "
        f"{readable(found[best][0])}."
    )


def _name(over: str) -> str:
    return "degree" if over == "degree" else "penalty l2"
