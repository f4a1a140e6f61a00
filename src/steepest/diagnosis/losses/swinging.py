"""Whether a loss swings: up and down at a period of its own, as a velocity without friction does.

The scatter of mini-batches has no memory from row to row; a swing has. In the autocorrelation
of what is left after the trend is taken away, a swing shows as a trough at half its period
and a crest at the whole of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from steepest.diagnosis.losses.series import Series
from steepest.trace import Array

__all__ = ["Swing", "swinging"]

ROWS = 16
CREST = 0.2
SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class Swing:
    """A swing of a curve.

    begin:      the row from which on it was looked for
    period:     in rows
    strength:   crest minus trough of the autocorrelation, at most 2
    amplitude:  standard deviation of what is left after the trend
    growth:     the amplitude of the later half over that of the earlier
    """

    begin: int
    period: int
    strength: float
    amplitude: float
    growth: float


def swinging(train: Series) -> Swing | None:
    """The swing of a curve after half of its fall; None where it has none.

    Trough and crest have to be beyond three standard errors together, 1/√n each for white
    noise (Bartlett 1946), and the curve to go up and down rather than to jag: its neighbours
    go together.
    """
    half = train.first - 0.5 * (train.first - train.lowest)
    begin = int(np.argmax(train.level <= half))
    rest = train.value[begin:]
    if len(rest) < ROWS:
        return None
    left = rest - _trend(rest)
    both = _autocorrelation(_evened(left))
    trough = _first_trough(both)
    if trough is None or trough < 2:
        return None
    ahead = both[trough : 3 * trough + 1]
    crest = trough + int(np.argmax(ahead))
    strength = float(both[crest] - both[trough])
    sure = strength > SIGMAS * math.sqrt(2.0 / len(rest)) and both[crest] > CREST
    if not (sure and both[trough] < -CREST and crest > 1.5 * trough):
        return None
    middle = len(left) // 2
    growth = float(np.std(left[middle:]) / max(np.std(left[:middle]), 1e-300))
    return Swing(begin, crest, strength, float(np.std(left)), growth)


def _trend(value: Array) -> Array:
    """The running mean over a third of the rows, mirrored at the ends."""
    width = 2 * (len(value) // 6) + 1
    padded = np.pad(value, width // 2, mode="reflect")
    return np.convolve(padded, np.full(width, 1.0 / width), mode="valid")


def _evened(left: Array) -> Array:
    """Divided by its size nearby, so that a swing that grows counts from its first time on."""
    size = np.sqrt(_trend(left**2))
    return left / np.maximum(size, 1e-12 * max(float(size.max()), 1e-300))


def _autocorrelation(left: Array) -> Array:
    total = float(left @ left)
    lags = range(max(2, len(left) // 2))
    if total == 0:
        return np.zeros(len(lags))
    return np.array([float(left[: len(left) - lag] @ left[lag:]) / total for lag in lags])


def _first_trough(both: Array) -> int | None:
    """The lag of the first minimum below zero."""
    below = np.flatnonzero(both < 0)
    if len(below) == 0:
        return None
    lag = int(below[0])
    while lag + 1 < len(both) and both[lag + 1] < both[lag]:
        lag += 1
    return lag
