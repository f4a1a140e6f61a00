"""A loss that hardly fell: which of the reasons for that fits the curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from steepest.diagnosis.losses.loss_curve import LossCurve
from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.losses.upturn import upturn

__all__ = ["Stall", "stall"]

LITTLE = 0.5
SIGMAS = 4.0
STRAIGHT = 0.45
STEEPER = 1.6
BENT = 0.05
SMALL = 0.1
VANISHED = 1e-3
WORTH = 0.01
MORE = 0.015
ABOVE_DEAD = 1.02
STILL = 0.02
LINE = 0.2
BELOW = 0.065
ONWARD = 0.2
WANDERS = 2e-3
ABOVE = 0.006
FEW = 5  # classes; beyond, ln k and ln(k + 1) are too near each other to be inferred
DEFAULT_RATE = (1e-2, 1e-3)  # of plain descent and of Adam, as libraries set them


@dataclass(frozen=True, slots=True)
class Stall:
    """Why a loss hardly fell.

    kind:    `frozen`: nothing moves; `dead`: only the output's bias learned, then nothing;
             `crawling`: a straight line down; `slow`: bends and falls on below chance
    because: the sentence that says so, with its numbers
    """

    kind: Literal["frozen", "dead", "crawling", "slow"]
    because: str


@lru_cache(maxsize=1)  # several rules ask for the same curve
def stall(curve: LossCurve) -> Stall | None:
    """The reason that fits, or None where the loss fell by half, for a time, or ran off."""
    train = curve.train
    if curve.broken or curve.absurd or len(train) < 5 or _learned(train):
        return None
    if (turn := upturn(curve)) is not None and turn.kind == "early":
        return _killed(curve)
    vanished = _vanished(curve)
    straight = abs(train.trend(0.0, 1.0).sigmas) > 2 * SIGMAS
    if train.constant and not vanished and not straight:
        return Stall(_rate_or_frozen(curve), _stays(train))
    if _unmoved(curve):
        known = curve.held is not None and len(curve.held) >= 3  # a bias that learns moves it
        if vanished or (_at_chance(curve) and not known):
            return Stall("dead", _stays(train))
        return Stall(_rate_or_frozen(curve), _stays(train))
    if vanished:
        return Stall("dead", f"{_stays(train)}, and the gradient has vanished")
    return _moving(curve)


def _learned(train: Series) -> bool:
    """Whether the loss fell by half, for good or for a time beyond the scatter of that time."""
    scatter = min(train.noise, train.noise_of(slice(0, max(8, train.lowest_at + 1))))
    for_a_time = train.first - train.lowest > SIGMAS * scatter
    return train.won > LITTLE and (train.gained > LITTLE or for_a_time)


def _killed(curve: LossCurve) -> Stall | None:
    """Thrown out by the first steps, and dead since: level with guessing or with the start,
    and as good as still."""
    train = curve.train
    rest = train.value[len(train) // 2 :]
    level, limit = float(np.median(rest)), curve.chance or train.first
    if level > limit * ABOVE_DEAD or float(np.std(rest)) > STILL * level:
        return None
    return Stall("dead", f"the first steps throw the loss up; since then {_stays(train)}")


def _stays(train: Series) -> str:
    return f"the loss stays at {train.last:.4g} over {len(train):,} rows"


def _vanished(curve: LossCurve) -> bool:
    """Whether the gradient is next to nothing at the end, of what it was or of one."""
    gradient = curve.gradient
    if gradient is None:
        return False
    largest, loss = float(gradient.value.max()), abs(curve.train.first)
    most = len(curve.train) * largest**2  # what plain descent could gain at a rate of one
    nothing = not curve.adaptive and most < WORTH * loss
    return nothing or gradient.last <= VANISHED * largest or gradient.last < 1e-5


def _unmoved(curve: LossCurve) -> bool:
    train, held = curve.train, curve.held
    still = abs(train.trend(0.0, 1.0).sigmas) < SIGMAS and not _dropped(train)
    if held is not None and len(held) >= 3:
        return held.constant and still
    return still


def _dropped(train: Series) -> bool:
    """Whether the first tenth lies above the rest, by more than the noise."""
    count = max(1, len(train) // 10)
    early, rest = train.value[:count], train.value[count:]
    spread = float(np.std(rest))
    gap = abs(float(np.mean(early) - np.mean(rest)))
    return gap > SIGMAS * spread / np.sqrt(count) if count > 1 else gap > SIGMAS * spread


def _at_chance(curve: LossCurve) -> bool:
    """Whether the mean is at the level of guessing or below: an untrained network that is
    alive is worse than that, since its first guesses differ from row to row."""
    mean, k = float(np.mean(curve.train.value)), curve.classes
    known = curve.context.classes is not None or (k is not None and k <= FEW)
    return known and curve.chance is not None and mean <= curve.chance * (1 + ABOVE)


def _moving(curve: LossCurve) -> Stall | None:
    train = curve.train
    early, late = train.trend(0.0, 1 / 3), train.trend(2 / 3, 1.0)
    whole = train.trend(0.0, 1.0)
    held_falls = curve.held is not None and curve.held.trend(0.0, 1.0).sigmas < -SIGMAS
    falls = whole.sigmas < -SIGMAS or (whole.slope < 0 and held_falls)
    ratio = late.slope / early.slope if early.slope < 0 else 1.0
    blurred = (late.error + STRAIGHT * early.error) / abs(early.slope or 1.0)
    straight = STRAIGHT - 2 * blurred < ratio < STEEPER + 2 * blurred
    if train.trend(0.0, 0.5).sigmas < -SIGMAS and train.trend(0.5, 1.0).sigmas > -2.0:
        straight = False
    if whole.sigmas > -SIGMAS and held_falls and curve.held is not None:
        straight = _straight(curve.held)
    alone = curve.held is not None and _by_heart(train, curve.held)
    guesses = _at_chance(curve) and train.gained < WORTH and late.sigmas > -SIGMAS
    straight = straight and not guesses and train.gained < LINE and not _held_stays(curve)
    if falls and straight and not alone and not _usual_rate(curve):
        share = train.gained * 100
        return Stall(
            "crawling",
            f"the loss falls in a straight line, by {share:.2g} % of its first level in all",
        )
    flat = late.sigmas > -SIGMAS or ratio < BENT
    still = train.gained < WORTH or (straight and _usual_rate(curve))
    if (flat or still) and not alone and train.gained < SMALL and not _alive(curve):
        drop = "after a first drop, " if train.first > (1 + WORTH) * train.last else ""
        return Stall("dead", f"{drop}{_stays(train)}")
    return Stall("slow", f"the loss fell from {train.first:.4g} to only {train.last:.4g}")


def _held_stays(curve: LossCurve) -> bool:
    """Whether the held-out loss is known, and does not fall: steps that are only too short
    lower both."""
    held = curve.held
    return held is not None and len(held) >= 8 and held.trend(0.0, 1.0).sigmas > -2.0


def _alive(curve: LossCurve) -> bool:
    """Whether more than the bias of the output learns: the training loss gets clearly below
    guessing, or goes on falling at its first pace, or the held-out loss
    wanders off above while it falls.

    A bias alone settles, on the shares of the classes: by 6 % below guessing at 63 and 37 %.
    """
    train, told, held = curve.train, curve.context.classes, curve.held
    if told is not None and told > 1 and train.last < (1 - BELOW) * math.log(told):
        return True
    late = float(train.level[2 * len(train) // 3]) - float(train.level[-1])
    steadily = late > ONWARD * (train.first - train.last) and train.gained > WORTH
    if steadily and train.trend(2 / 3, 1.0).sigmas < -SIGMAS:
        return True
    if held is None or len(held) < 8 or curve.chance is None:
        return False
    rest = held.value[len(held) // 2 :]
    if train.trend(0.3, 1.0).sigmas > -SIGMAS:
        return False
    off = held.last > (1 + MORE) * max(curve.chance, train.last)
    return off and float(np.std(rest)) > WANDERS * held.last


def _rate_or_frozen(curve: LossCurve) -> Literal["frozen", "crawling"]:
    """A rate that is known, and a hundred times below the usual, is cause enough."""
    if curve.rate is None:
        return "frozen"
    usual = DEFAULT_RATE[curve.adaptive]
    return "crawling" if 0 < float(curve.rate.value.max()) < usual / 100 else "frozen"


def _straight(series: Series) -> bool:
    early, late = series.trend(0.0, 1 / 3), series.trend(2 / 3, 1.0)
    return late.slope < 0 and late.slope <= STRAIGHT * early.slope + 2 * late.error


def _by_heart(train: Series, held: Series) -> bool:
    """Whether only the training rows gain, clearly: the held-out rows less than a third."""
    clear = train.trend(0.0, 1.0).sigmas < -2 * SIGMAS and train.gained > 0.01
    rises = min(held.trend(0.0, 1.0).sigmas, held.trend(2 / 3, 1.0).sigmas) > SIGMAS
    worse = rises and held.last - held.lowest > MORE * held.last
    return worse or (clear and held.gained < train.gained / 3)


def _usual_rate(curve: LossCurve) -> bool:
    """Whether the learning rate is known to be at least what libraries set by default."""
    if curve.rate is None:
        return False
    return float(curve.rate.value.max()) >= DEFAULT_RATE[curve.adaptive]
