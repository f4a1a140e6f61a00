"""The slope of a loss along a direction, with what it can be off by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from steepest.diagnosis.checking.meter import EPS, Meter
from steepest.trace import Array

__all__ = ["Place", "Slope", "length", "make_place", "scale_of"]

RATIO = 4.0
LEVELS = 14
SURE = 4.0
IMAGINARY = 1e-20
COARSE = 1e-10
FINEST_TOLERANCE = 1e-6
LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope along a direction beside what the gradient says it is.

    told:       gradient · direction
    value:      the slope of the loss
    error:      what the slope can be off by
    allowed:    how far `told` may be from it: tolerance, error and rounding
    kink:       (lower, upper) one-sided slopes where they differ, and `told` is between
    """

    told: float
    value: float
    error: float
    allowed: float
    kink: tuple[float, float] | None = None

    @property
    def known(self) -> bool:
        """Whether the slope could be measured."""
        return math.isfinite(self.value) and math.isfinite(self.error)

    @property
    def wrong(self) -> bool:
        """Whether the gradient is not the slope, beyond every doubt of the measurement."""
        if not math.isfinite(self.told):
            return True
        return self.kink is None and abs(self.told - self.value) > self.allowed


@dataclass(frozen=True)
class Place:
    """One point where a gradient is tested.

    point, gradient, scale:  (p,) the parameters, what the gradient is there, and how large a
                             change of each parameter is large
    value, noise:            the loss, and the size of its rounding errors
    tolerance:               relative; None: 1e-6, or a thousand times the loss's rounding
    complex_step:            whether the loss is analytic in complex numbers here
    """

    meter: Meter
    point: Array
    gradient: Array
    scale: Array
    value: float
    noise: float
    tolerance: float
    complex_step: bool = False

    @property
    def rounding(self) -> float:
        """The relative rounding of the loss's arithmetic: that of float64, or a coarser one."""
        relative = self.noise / abs(self.value) if self.value else 0.0
        return relative if relative > COARSE else EPS

    def along(self, direction: Array) -> Slope:
        """The slope along a direction (p,), as closely as it must be known."""
        told = float(self.gradient @ direction)
        size = length(self.gradient * direction)
        reach = float(np.max(np.abs(direction) / self.scale))
        whole = length(self.gradient * self.scale)
        floor = 100 * self.rounding * (abs(self.value) + whole) * reach
        target = self.tolerance * size + floor
        if self.complex_step:
            value, error = self._complex(direction, size)
        else:
            value, error = self._central(direction, told, target, self._first_step())
        allowed = self.tolerance * max(size, abs(value)) + floor + SURE * error + LEAST
        slope = Slope(told, value, error, allowed)
        if not slope.wrong:
            return slope
        return self._second_look(slope, direction, target)

    def verified(self, direction: Array) -> bool:
        """Whether the complex step agrees with central differences along a direction."""
        size = length(self.gradient * direction)
        ahead, rounding = self._complex(direction, size)
        if not math.isfinite(ahead):
            return False
        value, error = self._central(direction, math.nan, 0.0, self._first_step())
        return abs(ahead - value) <= SURE * (error + rounding) and error <= 1e-4 * abs(value)

    def _second_look(self, slope: Slope, direction: Array, target: float) -> Slope:
        """Nothing is called wrong before other steps have said the same."""
        first = self._first_step() / 7.3
        value, error = self._central(direction, math.nan, 0.1 * target, first)
        between = self._kink(direction, slope.told)
        if between is not None:
            return Slope(slope.told, slope.value, slope.error, slope.allowed, between)
        apart = abs(value - slope.value) if math.isfinite(value) else math.inf
        if self.complex_step and apart > slope.allowed + SURE * error:
            slope = Slope(slope.told, value, error, slope.allowed + SURE * error)
        elif not self.complex_step:
            error = max(min(error, slope.error), apart)
            allowed = slope.allowed + SURE * error
            slope = Slope(slope.told, value, error, allowed)
        return slope

    def _first_step(self) -> float:
        """The longest step of the ladder, as a share of the scale: rounding^(1/7)."""
        relative = self.noise / abs(self.value) if self.value else EPS
        return 1.5 * min(max(relative, EPS), 1e-4) ** (1 / 7)

    def _complex(self, direction: Array, size: float) -> tuple[float, float]:
        """Im J(θ + i·h·d)/h: no difference, so no cancellation (Squire and Trapp 1998)."""
        step = IMAGINARY / float(np.max(np.abs(direction) / self.scale))
        value = self.meter.complex_loss(self.point + 1j * step * direction)
        slack = 10 * self.noise + 1e-12 * abs(self.value)
        if value is None or abs(value.real - self.value) > slack:
            return math.nan, math.inf
        slope = value.imag / step
        return slope, 32 * self.rounding * max(abs(slope), size)

    def _central(
        self, direction: Array, told: float, target: float, first: float
    ) -> tuple[float, float]:
        """Central differences at ever shorter steps, extrapolated to none (Ridders 1982).

        The error is what two extrapolations differ by, and what rounding adds.
        """
        best, least = math.nan, math.inf
        before: list[float] = []
        reach = float(np.max(np.abs(direction) / self.scale))
        size = first / reach
        for _ in range(LEVELS):
            there = self.meter.loss(self.point + size * direction)
            back = self.meter.loss(self.point - size * direction)
            if not (math.isfinite(there) and math.isfinite(back)):
                before, size = [], size / RATIO
                continue
            moved = abs(there - self.value) + abs(back - self.value)
            noise = max(self.noise, EPS * max(abs(there), abs(back)))
            noise += moved * EPS / (size * reach)  # the steps themselves are rounded, too
            rounding = 2 * noise / size
            row = [(there - back) / (2 * size)]
            for level, earlier in enumerate(before, 1):
                factor = RATIO ** (2 * level)
                row.append((factor * row[-1] - earlier) / (factor - 1))
                error = max(abs(row[-1] - row[-2]), abs(row[-1] - earlier)) + rounding
                if error < least:
                    best, least = row[-1], error
            close = least <= target or abs(best - told) <= target >= 0.1 * least
            if before and (close or rounding > least):
                break
            before, size = row, size / RATIO
        return best, least

    def _kink(self, direction: Array, told: float) -> tuple[float, float] | None:
        """The one-sided slopes, where they differ and what the gradient says is between.

        At a kink they differ by as much at a quarter of the step; where the loss is only bent,
        they do not.
        """
        relative = max(self.noise / abs(self.value) if self.value else EPS, EPS)
        size = relative ** (1 / 3) / float(np.max(np.abs(direction) / self.scale))
        low, high = self._sides(size, direction)
        nearer = self._sides(size / RATIO, direction)
        rounding = 12 * RATIO * max(self.noise, EPS * abs(self.value)) / size
        gap, slack = high - low, 1e-3 * (high - low) + rounding
        lasting = abs(nearer[1] - nearer[0] - gap) <= 0.1 * gap
        if gap > 4 * rounding and lasting and low - slack <= told <= high + slack:
            return low, high
        return None

    def _sides(self, size: float, direction: Array) -> tuple[float, float]:
        one, other = (sign * self._one_sided(sign * size, direction) for sign in (1.0, -1.0))
        return min(one, other), max(one, other)

    def _one_sided(self, size: float, direction: Array) -> float:
        far = self.meter.loss(self.point + size * direction)
        near = self.meter.loss(self.point + size / RATIO * direction)
        far, near = (far - self.value) / abs(size), RATIO * (near - self.value) / abs(size)
        return (RATIO * near - far) / (RATIO - 1)


def make_place(meter: Meter, point: Array, tolerance: float | None, mixed: Array) -> Place | None:
    """A point ready for tests, or None where the loss is not finite there.

    mixed: (p,) numbers of size one and mixed signs, a direction in which noise is measured and
    the complex step is held against differences: none of the parameters is left out of it.
    """
    value = meter.loss(point)
    if not math.isfinite(value):
        return None
    scale = scale_of(point)
    gradient = meter.gradient(point)
    noise = 3 * meter.noise(point, scale * mixed, value)
    relative = noise / abs(value) if value else 0.0
    if tolerance is None:
        coarse = 1e3 * relative if relative > COARSE else 0.0
        tolerance = max(FINEST_TOLERANCE, min(coarse, 0.01), 1e-4 if meter.single else 0.0)
    place = Place(meter, point, gradient, scale, value, noise, tolerance)
    if not np.all(np.isfinite(gradient)) or not place.verified(scale * mixed):
        return place
    return Place(meter, point, gradient, scale, value, noise, tolerance, complex_step=True)


def scale_of(point: Array) -> Array:
    """(p,) how large a change of each parameter is large: its size, or that of the others,
    but not more than 1 where it is small itself."""
    usual = length(point) / math.sqrt(len(point))
    return np.maximum(np.abs(point), min(1.0, usual) if usual > 0 else 1.0)


def length(vector: Array) -> float:
    """‖vector‖, also where the squares would overflow."""
    most = float(np.max(np.abs(vector)))
    return most * float(np.linalg.norm(vector / most)) if 0 < most < math.inf else most
