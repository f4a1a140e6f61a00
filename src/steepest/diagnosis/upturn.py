"""How a training loss rises: at once, or after it had fallen; in a jump, a climb or in waves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steepest.diagnosis.loss_curve import LossCurve
from steepest.diagnosis.series import Series
from steepest.trace import Array

__all__ = ["Upturn", "upturn"]

TWICE = 2.0
SOME = 1.2
LONE = 4.0
FELL = 0.3
REGAINED = 0.1
RUNG = 0.1
SIGMAS = 6.0
SURE = 20.0
RESTED = 3.0
QUICK = 4


@dataclass(frozen=True, slots=True)
class Upturn:
    """A rise of the training loss.

    kind:     `early`: before it had fallen; `jump`, `climb`: after a descent that had come to
              rest; `waves`: up and down from a descent that never rested
    begin:    the step at which it begins
    low:      the level before it
    high:     the highest level of it
    """

    kind: Literal["early", "jump", "climb", "waves"]
    begin: float
    low: float
    high: float


def upturn(curve: LossCurve) -> Upturn | None:
    """The rise of the training loss that tells most, or None."""
    found = _early(curve.train) or _late(curve.train)
    told = curve.chance if curve.context.classes is not None else None
    if found is not None and told is not None and found.low > told:
        return Upturn("early", found.begin, found.low, found.high)
    return found or (None if curve.held is None else _held(curve.held))


def _held(held: Series) -> Upturn | None:
    """A jump of the held-out loss from one row to the next, which learning by heart does not
    make: most of the rise at a stroke, and ten times the scatter."""
    found = _late(held)
    if found is None or found.kind != "jump":
        return None
    stroke = float(np.max(np.diff(held.value)))
    rise = float(np.max(held.level)) - held.lowest
    sudden = stroke > 0.5 * (found.high - found.low) and stroke > 10 * held.noise
    return found if sudden and rise > 0 else None


def _early(train: Series) -> Upturn | None:
    """Above the first level before a third of it is gained: twice as high, by three rows
    together; by less where the curve has next to no noise; or for good."""
    value, first = train.value, train.first
    if len(value) < 3 or first <= 0:
        return None
    fell = train.won > FELL
    until = max(1, int(np.argmax(train.smooth <= (1 - FELL) * first))) if fell else len(value)
    three = np.median(np.lib.stride_tricks.sliding_window_view(value, 3), axis=1)
    high = max(float(three[:until].max()), float(value[:until].max()) / LONE)
    scatter = train.noise / abs(train.last) if train.last else 0.0
    clear = high - first > SURE * scatter * first and train.width == 1
    stays = not fell and train.last - first > SIGMAS * train.early_noise
    if high > TWICE * first or (high > SOME * first and clear) or (stays and high > SOME * first):
        return Upturn("early", float(train.step[0]), first, float(value[:until].max()))
    return None


def _late(train: Series) -> Upturn | None:
    level, gain = train.level, train.first - float(train.level.min())
    if len(level) < 8 or gain < FELL * abs(train.first):
        return None
    lowest_so_far = np.minimum.accumulate(level)
    high = int(np.argmax(level - lowest_so_far))
    low = int(np.argmin(level[: high + 1]))
    rise, fall = float(level[high] - level[low]), float(train.first - level[low])
    if fall < FELL * abs(train.first) or rise < REGAINED * fall:
        return None
    arrive = int(np.argmax(level <= level[low] + REGAINED * fall))
    if rise < SIGMAS * _noise(train, (arrive, low, high)) / math.sqrt(train.width):
        return None
    leave = low + int(np.argmax(level[low:] > level[low] + REGAINED * min(fall, rise)))
    there = low + int(np.argmax(level[low:] >= level[high] - RUNG * rise))
    kind = _kind(level, (arrive, leave, there), rise, train.width)
    return Upturn(kind, float(train.step[leave]), float(level[low]), float(level[high]))


def _noise(train: Series, when: tuple[int, int, int]) -> float:
    """The scatter about the level while the curve was at rest, spikes included, and larger in
    proportion to the level (of a squared error it is), though threefold at most."""
    arrive, low, high = when
    begin = min(arrive, max(0, low - max(8, len(train) // 10)))
    calm = slice(begin, low + 3)
    spread = float(np.std((train.value - train.level)[calm])) if train.width > 1 else 0.0
    ratio = train.level[high] / train.level[low] if train.level[low] > 0 else 1.0
    return max(train.noise_of(calm), spread) * (1 + min(float(ratio), 3.0)) / 2


def _kind(
    level: Array, when: tuple[int, int, int], rise: float, width: int
) -> Literal["jump", "climb", "waves"]:
    """Undamped, a descent rises as slowly as it fell, again and again; what rises at a stroke,
    or had rested before it rose, was lifted from outside."""
    arrive, leave, there = when
    again = _swings(level[leave:], rise) >= 2
    if QUICK * (there - leave) <= max(arrive, width) and not again:
        return "jump"
    return "climb" if (leave + 1) / (arrive + 1) >= RESTED and not again else "waves"


def _swings(level: Array, rise: float) -> int:
    """How often the curve goes up by half of the rise after it came down by as much."""
    swings, low, high, up = 0, level[0], level[0], False
    for value in level[:: max(1, len(level) // 2000)]:
        low, high = min(low, value), max(high, value)
        if not up and value - low > 0.5 * rise:
            swings, up, high = swings + 1, True, value
        elif up and high - value > 0.5 * rise:
            up, low = False, value
    return swings
