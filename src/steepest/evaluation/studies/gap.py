"""Over-fitting: how much better a model is on the rows that trained it than on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isfinite
from typing import Literal

from steepest.evaluation.scoring.intervals import Measured
from steepest.evaluation.scoring.main_score import interval_said
from steepest.evaluation.studies.facts import Facts
from steepest.evaluation.studies.trials import Trial, Trials
from steepest.readable import readable

__all__ = ["Gap", "either", "gap_of", "remedies"]

_MATERIAL = 0.1  # of the distance of the score to that of the baseline
_NORMAL = 1.959963984540054

Verdict = Literal["over", "not", "unsure"]


@dataclass(frozen=True, slots=True)
class Gap:
    """The distance between the two scores of a model, above zero where it over-fits.

    size:     with its 95 % interval, that of two samples: the rows that train and those that judge
    verdict:  "over" where it is surely above zero, and more than a tenth of the way from the
              baseline to the score on the rows that train; "not" where it is surely less, or as
              measured; "unsure" where these rows cannot tell
    both:     the two scores, in words
    """

    size: Measured
    verdict: Verdict
    both: str

    @property
    def said(self) -> str:
        """The size with its interval."""
        return f"{readable(self.size[0], digits=2)}{interval_said(self.size, 2)}"


def gap_of(trials: Trials, trial: Trial) -> Gap:
    """How far a trial, whose training rows were looked at too, over-fits.

    The ends of the two scores' intervals are added as independent errors are (Zou and Donner
    2008, "Construction of confidence limits about effect measures").
    """
    value, low, high = trials.value(trial)
    inner = trials.trained_value(trial)
    words, error = trials.score.words, _NORMAL * trial.trained_error
    both = (
        f"{words} {readable(inner, digits=3)} on rows that train, {readable(value, digits=3)} "
        "on others"
    )
    sign = 1.0 if trials.score.better == "higher" else -1.0
    away = sign * (inner - value)
    if low is None or high is None or not isfinite(error) or not isfinite(away):
        return Gap((away, None, None), "unsure", both)
    to_better, to_worse = (high - value, value - low) if sign > 0 else (value - low, high - value)
    size = (away, away - hypot(to_better, error), away + hypot(to_worse, error))
    return Gap(size, _verdict(size, _MATERIAL * _from_baseline(trials, inner)), both)


def remedies(facts: Facts, *, rows: bool) -> str:
    """What narrows the gap of a model that over-fits; rows: whether more of them help.

    >>> remedies(Facts(degree=3), rows=True)
    'more rows, a lower degree or a penalty (--l2) would narrow it'
    >>> remedies(Facts(l2=0.1), rows=False)
    'a larger penalty or fewer columns would narrow it'
    """
    ways = ["more rows"] if rows else []
    ways += ["a lower degree"] if facts.degree > 1 else []
    ways += ["a larger penalty"] if facts.l2 or facts.l1 else ["a penalty (--l2)"]
    ways += [] if facts.degree > 1 else ["fewer columns"]
    return f"{either(ways)} would narrow it"


def either(ways: Sequence[str]) -> str:
    """One way or the other.

    >>> either(["this", "that", "both"])
    'this, that or both'
    """
    first = ", ".join(ways[:-1])
    return f"{first} or {ways[-1]}" if first else ways[-1]


def _verdict(size: tuple[float, float, float], material: float) -> Verdict:
    away, low, high = size
    if low > 0 and away > material:
        return "over"
    return "not" if high < material or low > 0 else "unsure"


def _from_baseline(trials: Trials, inner: float) -> float:
    baseline = 0.0 if trials.score.name == "r2" else float(trials.baseline.mean())
    return abs(inner - baseline)
