"""How a training loss rises: at once, or after it had fallen; in a jump, a climb or in waves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
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
LEAST = 0.02
FRICTION = 0.1  # a step of momentum 0.9 loses a tenth of its velocity
QUIET = 0.01
SIGMAS = 6.0
SURE = 20.0
RESTED = 3.0
INERT = 0.3
MOST = 0.6
FAR = 10.0


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


@lru_cache(maxsize=1)  # several rules ask for the same curve
def upturn(curve: LossCurve) -> Upturn | None:
    """The rise of the training loss that tells most, or None."""
    found = _early(curve.train) or _late(curve.train)
    told = curve.chance if curve.context.classes is not None else None
    if found is not None and told is not None and found.low > told:
        return replace(found, kind="early")
    if found is not None and told is not None and _knew(curve, told):
        slow = found.high < FAR * told or int(np.argmax(curve.train.value)) > len(curve.train) // 10
        found = replace(found, kind="waves") if found.kind == "early" and slow else found
    return found or (None if curve.held is None else _held(curve.held, curve.train))


def _knew(curve: LossCurve, told: float) -> bool:
    """Whether the first row, a mean over an epoch, was far below guessing already: what rises
    after that does so after a fall."""
    return curve.train.first < (1 - FELL) * told


def _held(held: Series, train: Series) -> Upturn | None:
    """A rise of the held-out loss that learning by heart does not make: the training loss
    rises too, clearly if little; or most of it comes at a stroke, ten times the scatter."""
    found = _late(held)
    if found is None:
        return None
    after = train.trend(train.lowest_at / len(train), 1.0)
    if train.last - train.lowest > SIGMAS * train.noise and after.sigmas > SIGMAS:
        return replace(found, kind="climb") if found.kind == "waves" else found
    if found.kind != "jump":
        return None
    stroke = float(np.max(np.diff(held.value)))
    rise = float(np.max(held.level)) - held.lowest
    sudden = stroke > 0.5 * (found.high - found.low) and stroke > 10 * held.noise
    return found if sudden and rise > 0 else None


def _early(train: Series) -> Upturn | None:
    """Above the first level before it had fallen: twice as high, by three rows together; by
    less where the curve has next to no noise; or for good."""
    value, first = train.value, train.first
    if len(value) < 3 or first <= 0:
        return None
    share = _fallen(train)
    fell = train.won > share
    until = max(1, int(np.argmax(train.smooth <= (1 - share) * first))) if fell else len(value)
    three = np.median(np.lib.stride_tricks.sliding_window_view(value, 3), axis=1)
    high = max(float(three[:until].max()), float(value[:until].max()) / LONE)
    scattered = high < 2 * TWICE * first and high - first < LONE * train.early_noise
    twice = high > TWICE * first and not scattered
    scatter = train.noise / abs(train.last) if train.last else 0.0
    clear = high - first > SURE * scatter * first and train.width == 1
    stays = not fell and train.last - first > SIGMAS * train.early_noise
    if twice or (high > SOME * first and (clear or stays)):
        return Upturn("early", float(train.step[0]), first, float(value[:until].max()))
    return None


def _fallen(train: Series) -> float:
    """The share of the first level that counts as a fall: a third where batches scatter, down
    to a tenth where they do not."""
    scatter = train.early_noise / abs(train.first) if train.first else 1.0
    return min(FELL, max(FELL / 3, SIGMAS * scatter))


def _late(train: Series) -> Upturn | None:
    if len(train) < 8:
        return None
    return _jump(train) or _rise(train)


def _jump(train: Series) -> Upturn | None:
    """A change from one row to the next that stays: medians of rows before and after, three
    where there is next to no noise, else those of a smoothing window."""
    quiet = train.width == 1 or train.noise < QUIET * train.last
    rows = 3 if quiet or len(train) < 60 else max(9, train.width)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(train.value, rows), axis=1)
    if len(medians) <= rows:
        return None
    rises = medians[rows:] - medians[:-rows]
    at = int(np.argmax(rises))
    before, rise = float(medians[at]), float(rises[at])
    fall, row = train.first - before, at + rows
    calm = slice(max(0, row - max(10, 2 * rows)), row)
    spread = float(np.std(train.value[row - rows : row])) if rows > 3 else 0.0
    error = max(train.noise_of(calm), spread) * math.sqrt(2 / rows)
    if fall < _fallen(train) * train.first or before <= 0:
        return None
    if rise < max(REGAINED * fall / 2, 0.3 * before, SIGMAS * 1.25 * error):
        return None
    if not (_sudden(train.value, row) if rows == 3 else _steep(train.value, row, rows, rise)):
        return None
    if rows > 3:  # the scatter goes with the level
        rises, rise = rises / np.maximum(medians[:-rows], before), rise / before
    others = np.delete(rises, slice(max(0, at - 2 * rows), at + 2 * rows))
    if len(others) and float(others.max()) > 0.5 * rise:
        return None
    rise = float(medians[at + rows]) - before
    return Upturn("jump", float(train.step[row]), before, before + rise)


def _steep(value: Array, row: int, rows: int, rise: float) -> bool:
    """Whether medians of a third of the rows, next to each other, rise by most of it too."""
    few = max(3, rows // 3)
    near = value[max(0, row - rows) : row + rows]
    medians = np.median(np.lib.stride_tricks.sliding_window_view(near, few), axis=1)
    return float(np.max(medians[few:] - medians[:-few])) > MOST * rise


def _sudden(value: Array, row: int) -> bool:
    """Whether half of the rise to its top comes in one row, and the curve does not swing."""
    near = value[max(0, row - 4) : row + 4]
    strokes = np.diff(near)
    top = float(near.max() - near[: int(np.argmax(near)) + 1].min())
    return float(strokes.max()) > 0.5 * top and _swings(value[row - 1 :], top) < 2


def _rise(train: Series) -> Upturn | None:
    level, share = train.level, _fallen(train)
    lowest_so_far = np.minimum.accumulate(level)
    high = int(np.argmax(level - lowest_so_far))
    low = int(np.argmin(level[: high + 1]))
    rise, fall = float(level[high] - level[low]), float(train.first - level[low])
    if fall < share * abs(train.first) or rise < LEAST * fall:
        return None
    arrive = int(np.argmax(level <= level[low] + REGAINED * fall))
    noise = _noise(train, (arrive, low, high))
    if rise < SIGMAS * noise / math.sqrt(train.width):
        return None
    leave = low + int(np.argmax(level[low:] > level[low] + REGAINED * min(fall, rise)))
    quiet = rise > SURE * train.noise_of(slice(low, len(train)))
    kind = _kind(train, (arrive, leave, low, high), quiet)
    large = rise > 2 * REGAINED * fall or level[high] > TWICE * level[low] > 0
    if rise < REGAINED * fall or (kind == "waves" and not large):
        undamped = rise > math.exp(-FRICTION * (high - low)) * fall
        if rise < SURE * noise or not (undamped or _swings(level[low:], rise) >= 2):
            return None
        kind = "waves"
    smooth = train.smooth
    lifted = float(np.max(smooth[low : high + 1])) - float(smooth[low])
    if kind != "waves" and lifted < 0.5 * rise:
        return None
    return Upturn(kind, float(train.step[leave]), float(level[low]), float(level[high]))


def _noise(train: Series, when: tuple[int, int, int]) -> float:
    """The scatter about the level while the curve was at rest, spikes included, and larger in
    proportion to the level (of a squared error it is), though threefold at most."""
    arrive, low, high = when
    begin = min(arrive, max(0, low - max(8, len(train) // 10)))
    calm = slice(begin, low + 1)
    if low + 1 - begin < 8 and train.level[high] < TWICE * train.first:
        calm = slice(0, len(train))
    spread = float(np.std((train.value - train.level)[calm])) if train.width > 1 else 0.0
    ratio = train.level[high] / train.level[low] if train.level[low] > 0 else 1.0
    return max(train.noise_of(calm), spread) * (1 + min(float(ratio), 3.0)) / 2


def _kind(
    train: Series, when: tuple[int, int, int, int], quiet: bool
) -> Literal["climb", "waves"]:
    """What swings freely gathers speed as it falls, and comes back; what is held back by
    friction falls fast at first, and rests: if it rises then, it was lifted from outside."""
    arrive, leave, low, high = when
    level, rise = train.level, float(train.level[high] - train.level[low])
    half = int(np.argmax(level <= 0.5 * (train.first + level[low])))
    swings = _swings(level[leave:], rise)
    inert = half > INERT * low > 0
    returned = float(level[high] - level[high:].min()) > 0.5 * rise
    rested = (leave + 1) / (arrive + 1) >= RESTED and not returned and swings < 2
    if rested:
        return "climb"
    return "waves" if inert or returned or (swings >= 2 and quiet) else "climb"


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
