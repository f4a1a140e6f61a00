"""How a training loss rises: at once, or after it had fallen; in a jump, a climb or in waves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from steepest.diagnosis.losses.jump import fallen, jump, swings
from steepest.diagnosis.losses.loss_curve import LossCurve
from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.losses.swinging import swinging

__all__ = ["Upturn", "upturn"]

TWICE = 2.0
SOME = 1.2
LONE = 4.0
FELL = 0.3
REGAINED = 0.1
LEAST = 0.02
FRICTION = 0.1  # a step of momentum 0.9 loses a tenth of its velocity
SIGMAS = 6.0
SURE = 20.0
RESTED = 3.0
INERT = 0.3
FAR = 10.0
BEYOND = 1e3  # a velocity grows with the steps, what diverges with their power
RESTED_SHARE = 0.4
SWAY = 0.05
UNDAMPED = 0.4


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
        found = replace(found, kind="waves") if found.kind == "early" else found
    if found is not None and found.kind == "waves" and _at_once(curve, told):
        return replace(found, kind="early")
    if found is not None and found.high > BEYOND * curve.train.first > 0:
        soon = found.begin - curve.train.step[0] < RESTED_SHARE * curve.train.span
        return replace(found, kind="early" if soon else "climb")
    held = None if curve.held is None else _held(curve.held, curve.train)
    return found or held or _swings(curve.train)


def _swings(train: Series) -> Upturn | None:
    """Waves that no single rise gives away: a swing at a period of its own, of a twentieth of
    the fall or more, that does not die away."""
    swing = swinging(train)
    fall = train.first - train.lowest
    if swing is None or swing.amplitude < SWAY * fall or swing.growth < UNDAMPED:
        return None
    if fall < FELL * abs(train.first):
        return None
    top = float(np.max(train.value[swing.begin :]))
    return Upturn("waves", float(train.step[swing.begin]), train.lowest, top)


def _knew(curve: LossCurve, told: float) -> bool:
    """Whether the first row, a mean over an epoch, was far below guessing already: what rises
    after that does so after a fall."""
    return curve.train.first < (1 - FELL) * told


def _at_once(curve: LossCurve, told: float | None) -> bool:
    """Whether it is at ten times the first level and guessing within the first tenth of the
    rows: sums of gradients take their time to grow."""
    far = curve.train.value > FAR * max(curve.train.first, told or 0.0)
    return bool(np.any(far[: len(far) // 10 + 1]))


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
    share = fallen(train)
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


def _late(train: Series) -> Upturn | None:
    if len(train) < 8:
        return None
    sudden = jump(train)
    return Upturn("jump", *sudden) if sudden is not None else _rise(train)


def _rise(train: Series) -> Upturn | None:
    level, share = train.level, fallen(train)
    lowest_so_far = np.minimum.accumulate(level)
    rises = level - lowest_so_far
    high = int(np.argmax(rises))
    low = int(np.argmin(level[: int(np.argmax(rises >= 0.5 * rises[high])) + 1]))
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
        if rise < SURE * noise or not (undamped or swings(level[low:], rise) >= 2):
            return None
        kind = "waves"
    smooth = train.smooth
    lifted = float(np.max(smooth[low : high + 1])) - float(smooth[low])
    if lifted < (0.25 if kind == "waves" else 0.5) * rise:
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


def _kind(train: Series, when: tuple[int, int, int, int], quiet: bool) -> Literal["climb", "waves"]:
    """What swings freely gathers speed as it falls, and comes back; what is held back by
    friction falls fast at first, and rests: if it rises then, it was lifted from outside."""
    arrive, leave, low, high = when
    level, rise = train.level, float(train.level[high] - train.level[low])
    half = int(np.argmax(level <= 0.5 * (train.first + level[low])))
    again = swings(level[leave:], rise)
    inert = half > INERT * low > 0
    returned = float(level[high] - level[high:].min()) > 0.5 * rise
    rested = (leave + 1) / (arrive + 1) >= RESTED and not returned and again < 2
    if rested:
        return "climb"
    return "waves" if inert or returned or (again >= 2 and quiet) else "climb"
