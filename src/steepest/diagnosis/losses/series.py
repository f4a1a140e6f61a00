"""A quantity logged over the steps: its levels, its noise, its trend, all robust."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from steepest.trace import Array

__all__ = ["Series", "Trend"]

NORMAL = 1.4826  # standard deviations in a median absolute deviation of normal noise
WINDOWS = 40
QUIET = 0.01


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through rows: its slope a step, with its standard error."""

    slope: float
    error: float

    @property
    def sigmas(self) -> float:
        """The slope in standard errors; 0 where there is nothing to see."""
        return self.slope / self.error if self.error > 0 else 0.0


@dataclass(frozen=True)
class Series:
    """One logged quantity, where it is finite: `step` (n,) rising, `value` (n,), n > 0.

    >>> curve = Series(np.arange(5.0), np.array([4.0, 2.0, 1.0, 0.5, 0.5]))
    >>> curve.first, curve.lowest, round(curve.gained, 3)
    (4.0, 0.5, 0.875)
    """

    step: Array
    value: Array

    def __len__(self) -> int:
        return len(self.value)

    @cached_property
    def quantum(self) -> float:
        """The last digit that the log writes: the smallest difference between two values,
        and never below what float32 holds of the largest."""
        apart = np.diff(np.unique(self.value))
        smallest = float(apart.min()) if len(apart) else 0.0
        return max(smallest, 1.2e-7 * float(np.max(np.abs(self.value))))

    @cached_property
    def constant(self) -> bool:
        """Whether it never moves by more than a unit of its last digit."""
        ulp = 3e-6 * float(np.max(np.abs(self.value)))
        return bool(np.ptp(self.value) <= max(ulp, 0.0))

    def noise_of(self, rows: slice) -> float:
        """Standard deviation of the scatter from row to row, robust: from second differences,
        in which a straight trend cancels (Gasser, Sroka and Jennen-Steinmetz 1986)."""
        part = self.value[rows]
        if len(part) < 4:
            return self.quantum
        bends = part[2:] - 2 * part[1:-1] + part[:-2]
        return max(NORMAL * float(np.median(np.abs(bends))) / math.sqrt(6), self.quantum / 3)

    @cached_property
    def noise(self) -> float:
        """The scatter over the later half."""
        return self.noise_of(slice(len(self) // 2, None))

    @cached_property
    def early_noise(self) -> float:
        """The scatter over the first tenth, at least ten rows."""
        return self.noise_of(slice(0, max(10, len(self) // 10)))

    @cached_property
    def width(self) -> int:
        """Rows in a smoothing window: odd, a fortieth of the record on either side."""
        return 2 * (len(self) // WINDOWS) + 1

    @cached_property
    def smooth(self) -> Array:
        """(n,) the running median, which keeps jumps and drops lone spikes."""
        half = self.width // 2
        padded = np.pad(self.value, half, mode="reflect")
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.width)
        stride = max(1, self.width // 10)
        rows = np.unique(np.append(np.arange(0, len(self), stride), len(self) - 1))
        medians = np.median(windows[rows], axis=1)
        return np.interp(np.arange(len(self)), rows, medians)

    @cached_property
    def level(self) -> Array:
        """(n,) the running mean, over the same windows: it weighs a burst, and blurs a jump."""
        half = self.width // 2
        padded = np.pad(self.value, half, mode="reflect")
        return np.convolve(padded, np.full(self.width, 1.0 / self.width), mode="valid")

    @cached_property
    def first(self) -> float:
        """The level at the start: the mean of the first rows, a fiftieth of them, at most five."""
        return float(np.mean(self.value[: self.opening]))

    @property
    def opening(self) -> int:
        """How many rows `first` is a mean of: one where there is next to no noise."""
        quiet = self.noise < QUIET * abs(self.last)
        return 1 if quiet else min(5, max(1, len(self) // 50))

    @cached_property
    def last(self) -> float:
        """The level at the end: the median of the last tenth of the rows, or three."""
        rows = min(max(3, len(self) // 10), max(1, len(self) // 3))
        return float(np.median(self.value[-rows:]))

    @cached_property
    def lowest(self) -> float:
        """The lowest level of the smoothed curve."""
        return float(self.smooth.min())

    @cached_property
    def lowest_at(self) -> int:
        """The row of the lowest level."""
        return int(np.argmin(self.smooth))

    @cached_property
    def gained(self) -> float:
        """The share of the first level that was gained at the end."""
        return (self.first - self.last) / abs(self.first) if self.first else 0.0

    @cached_property
    def won(self) -> float:
        """The largest share of the first level that was gained at any time."""
        return (self.first - self.lowest) / abs(self.first) if self.first else 0.0

    def trend(self, begin: float, end: float) -> Trend:
        """A line through the rows from the share `begin` to the share `end` of the record."""
        rows = slice(int(begin * len(self)), max(int(begin * len(self)) + 2, int(end * len(self))))
        x, y = self.step[rows], self.value[rows]
        if len(y) < 3:
            return Trend(0.0, 0.0)
        centred = x - x.mean()
        spread = float(centred @ centred)
        slope = float(centred @ y) / spread
        rest = y - y.mean() - slope * centred
        scatter = max(float(rest @ rest) / (len(y) - 2), (self.quantum / 3) ** 2)
        return Trend(slope, math.sqrt(scatter / spread))

    @cached_property
    def span(self) -> float:
        """Steps between the first row and the last."""
        return float(self.step[-1] - self.step[0])
