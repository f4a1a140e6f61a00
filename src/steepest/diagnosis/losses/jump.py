"""A change of a loss from one row to the next, that stays; and the swings of a curve."""

from __future__ import annotations

import math

import numpy as np

from steepest.diagnosis.losses.series import Series
from steepest.trace import Array

__all__ = ["Jump", "fallen", "jump", "swings"]

FELL = 0.3
SMALL = 0.05
SHARE = 0.3
QUIET = 0.01
SIGMAS = 6.0
MOST = 0.6

Jump = tuple[float, float, float]  # the step, the level before it, the level after it


def fallen(train: Series) -> float:
    """The share of the first level that counts as a fall: a third where batches scatter, down
    to a tenth where they do not."""
    scatter = train.early_noise / abs(train.first) if train.first else 1.0
    return min(FELL, max(FELL / 3, SIGMAS * scatter))


def jump(train: Series) -> Jump | None:
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
    if fall < fallen(train) * train.first or before <= 0:
        return None
    if rise < max(SMALL * fall, SHARE * before, SIGMAS * 1.25 * error):
        return None
    if not (_sudden(train.value, row) if rows == 3 else _steep(train.value, row, rows, rise)):
        return None
    if rows > 3:  # the scatter goes with the level
        rises, rise = rises / np.maximum(medians[:-rows], before), rise / before
    others = np.delete(rises, slice(max(0, at - 2 * rows), at + 2 * rows))
    if len(others) and float(others.max()) > 0.5 * rise:
        return None
    rise = float(medians[at + rows]) - before
    return float(train.step[row]), before, before + rise


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
    return float(strokes.max()) > 0.5 * top and swings(value[row - 1 :], top) < 2


def swings(level: Array, rise: float) -> int:
    """How often the curve goes up by half of the rise after it came down by as much."""
    count, low, high, up = 0, level[0], level[0], False
    for value in level[:: max(1, len(level) // 2000)]:
        low, high = min(low, value), max(high, value)
        if not up and value - low > 0.5 * rise:
            count, up, high = count + 1, True, value
        elif up and high - value > 0.5 * rise:
            up, low = False, value
    return count
