"""What the rules look at: a trace, with what can be measured from it worked out once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from steepest.trace import Array, Trace

__all__ = ["Context", "Reading"]

PLAIN = "gradient_descent"
DONE_DISTANCE = 1e-3
STILL = 1e-10
ROUNDING = 1e-12
PLATEAU = 1e-6
RUNAWAY = 100.0
WORST = 1e4


def _nothing() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Context:
    """What the user may add to a record: classes, batch size, optimizer, epochs meant."""

    classes: int | None = None
    batch: int | None = None
    optimizer: str | None = None
    notes: Mapping[str, float] = field(default_factory=_nothing)


@dataclass(frozen=True)
class Reading:
    """A trace, read: every measurement is made at most once, and only when asked for."""

    trace: Trace
    context: Context

    @property
    def plain(self) -> bool:
        """Whether the update rule is known to be plain gradient descent."""
        return self.trace.rule == PLAIN

    @property
    def full(self) -> bool:
        """Whether loss and gradient are of all rows at every step."""
        return self.trace.loss_of == "full"

    @cached_property
    def finite(self) -> int:
        """How many rows, from the first on, hold only finite numbers."""
        good = np.isfinite(self.trace.loss)
        for table in (self.trace.params, self.trace.gradient):
            if table is not None:
                good = good & np.all(np.isfinite(table), axis=1)
        return int(np.argmin(good)) if not np.all(good) else len(good)

    @cached_property
    def steps(self) -> Array:
        """(n,) the steps at which the loss of all rows is known and finite."""
        return self.trace.step[: self.finite][self._whole].astype(np.float64)

    @cached_property
    def losses(self) -> Array:
        """(n,) the loss of all rows at `steps`."""
        return self._full_column[: self.finite][self._whole]

    @cached_property
    def _full_column(self) -> Array:
        missing = np.full(len(self.trace), math.nan)
        return self.trace.loss if self.full else self.trace.measures.get("full_loss", missing)

    @cached_property
    def _whole(self) -> np.ndarray:
        return np.isfinite(self._full_column[: self.finite])

    @cached_property
    def minimum_loss(self) -> float | None:
        """The least possible loss, where it is known."""
        return self.trace.number("minimum_loss")

    @cached_property
    def excess(self) -> Array | None:
        """(n,) loss above the least possible, where that is known; never below zero."""
        if self.minimum_loss is None:
            return None
        return np.maximum(self.losses - self.minimum_loss, 0.0)

    @cached_property
    def _rates(self) -> Array:
        rates = self.trace.learning_rate[: max(self.finite, 1)]
        return rates[np.isfinite(rates)]

    @cached_property
    def rate(self) -> float:
        """The learning rate towards the end: the median of the last tenth of the record; NaN
        where none was recorded."""
        if len(self._rates) == 0:
            return math.nan
        return float(np.median(self._rates[-max(1, len(self._rates) // 10) :]))

    @property
    def rated(self) -> bool:
        """Whether the learning rate is known: a finite number above zero."""
        return self.rate > 0

    @cached_property
    def steady(self) -> bool:
        """Whether the learning rate stays the same over the later half of the record."""
        late = self._rates[len(self._rates) // 2 :]
        return len(late) > 0 and bool(np.ptp(late) == 0)

    @cached_property
    def decayed(self) -> bool:
        """Whether the learning rate ends below its highest: a loss that flattens out then
        tells of the rate, not of a minimum."""
        return len(self._rates) > 0 and bool(self._rates[-1] < self._rates.max() * (1 - 1e-9))

    @property
    def sampled(self) -> bool:
        """Whether only some coordinates were recorded, which say nothing of the others."""
        return self.trace.coordinates is not None

    @property
    def bounded(self) -> bool:
        """Whether the curvature is known everywhere: a bowl known exactly, or a bound on it."""
        return "minimum" in self.trace.facts or "sharpness_bound" in self.trace.facts

    @cached_property
    def gradient_norm(self) -> Array | None:
        """(finite,) ‖gradient‖ at every finite row, or None where it was not recorded whole."""
        if self.sampled:
            return None
        if self.trace.gradient is not None:
            return np.linalg.norm(self.trace.gradient[: self.finite], axis=1)
        measured = self.trace.measures.get("gradient_norm")
        return None if measured is None else measured[: self.finite]

    @cached_property
    def secants(self) -> Array | None:
        """Curvature along each recorded move, Δg·Δθ/‖Δθ‖², NaN where nothing moved.

        A weighted mean of the Hessian's eigenvalues between the two rows; it tends to
        λ_max when the steepest direction dominates the move. None where only a sample of
        the coordinates was recorded.
        """
        if self.trace.params is None or self.trace.gradient is None:
            return None
        if self.finite < 2 or self.sampled:
            return None
        moved = np.diff(self.trace.params[: self.finite], axis=0)
        turned = np.diff(self.trace.gradient[: self.finite], axis=0)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            size = np.linalg.norm(moved, axis=1)
            unit = moved / size[:, None]
            return np.sum(unit * turned, axis=1) / size

    @cached_property
    def turning(self) -> Array | None:
        """Cosine of the angle between successive recorded gradients; -1: back and forth."""
        gradient, norm = self.trace.gradient, self.gradient_norm
        if gradient is None or norm is None or self.sampled:
            return None
        if self.finite < 2 or not self.trace.consecutive:
            return None
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            unit = gradient[: self.finite] / norm[:, None]
            return np.sum(unit[1:] * unit[:-1], axis=1)

    @cached_property
    def sharpness(self) -> float | None:
        """λ_max: from the facts; else the largest secant late on the path; else from growth.

        A fact about one point of a cost that is not a bowl says too little where the path
        blows up or bounces: there the larger of the fact and the secants met counts, of the
        moves that began where the loss was at most its first value.

        From the loss alone: where plain descent with a constant rate α multiplies the loss
        by ρ > 1 a step, the steepest curvature is (1 + √ρ)/α.
        """
        known = self.trace.number("sharpness")
        wild = self.full and "minimum" not in self.trace.facts and self._wild
        met = self._largest_met if wild else None
        if known is not None:
            return known if met is None else max(known, met)
        if met is not None:
            return met
        if self.secants is not None and self.full:
            late = self.secants[len(self.secants) // 2 :]
            if np.any(np.isfinite(late)):
                return float(np.max(late[np.isfinite(late)]))
        if self.plain and self.full and self.growth is not None and self.growth > 1:
            return (1.0 + math.sqrt(self.growth)) / self.rate if self.rated else None
        return None

    @property
    def _wild(self) -> bool:
        return self.finite < len(self.trace) or self.rises > 0 or self.runaway

    @property
    def _largest_met(self) -> float | None:
        """The largest secant of the moves that began at most as high as the first loss.

        The move that leaves that region counts too, since it met the curvature that threw it
        out, though no more than 10,000 / rate: far out it may have met anything.
        """
        if self.secants is None:
            return None
        loss = self.trace.loss[: self.finite - 1]
        met = self.secants[(loss <= loss[0]) & np.isfinite(self.secants)]
        if len(met) == 0 or not np.max(met) > 0:
            return None
        return float(np.max(met)) if not self.rated else min(float(np.max(met)), WORST / self.rate)

    @cached_property
    def recommended_rate(self) -> float | None:
        """1/λ_max: converges from anywhere on a bowl without overshooting.

        Where the curvature changes along the path and a bound on it is known (logistic
        regression: a quarter of that of the features), one over the bound.
        """
        bound = self.trace.number("sharpness_bound")
        steepest = self.sharpness if bound is None else bound
        if steepest is None or not steepest > 0 or not math.isfinite(steepest):
            return None
        return 1.0 / steepest

    @cached_property
    def speed(self) -> float | None:
        """Learning rate times sharpness: below 2 plain descent is stable, at 1 it is best
        for the steepest direction. None where either is not known, or no row is finite."""
        if self.sharpness is None or not self.rated or self.finite == 0:
            return None
        return self.rate * self.sharpness

    @cached_property
    def condition_number(self) -> float | None:
        """λ_max / λ_min, where it is known."""
        return self.trace.number("condition_number")

    @cached_property
    def growth(self) -> float | None:
        """The factor by which the loss grew a step over the last steps, where it did.

        Measured two steps apart, so that a bounce from wall to wall does not hide it.
        """
        losses, steps = self.losses, self.steps
        if len(losses) < 5:
            return None
        tail = slice(-min(len(losses), 21), None)
        last, gap = losses[tail], steps[tail]
        rises = last[2:] > last[:-2]
        if not np.all(rises) or last[0] <= 0:
            return None
        span = gap[-1] - gap[0]
        return float(math.exp(math.log(last[-1] / last[0]) / span))

    @cached_property
    def rises(self) -> float:
        """The share of recorded moves in the later half at which the loss of all rows rose,
        beyond rounding.

        Rounding is a millionth of a millionth of the loss; a millionth (float32, with room)
        where the descent is done, or the last quarter of the record moves by no more.
        """
        end = self.losses[-max(2, len(self.losses) // 4) :]
        if len(end) < 2:
            return 0.0
        flat = self.done or np.ptp(end) <= PLATEAU * np.max(np.abs(end))
        return self.rising(PLATEAU if flat else ROUNDING)

    def rising(self, allowed: float) -> float:
        """The share of recorded moves in the later half at which the loss of all rows rose
        by more than the share `allowed` of it."""
        late = self.losses[len(self.losses) // 2 :]
        if len(late) < 2:
            return 0.0
        return float(np.mean(np.diff(late) > allowed * np.abs(late[:-1])))

    @cached_property
    def runaway(self) -> bool:
        """Whether the loss ends far above where it was: its end (the median of the last
        three) is above twice the first loss, and lies 100 times as far above the lowest as
        the first does, and as the lowest is above the least possible (or zero)."""
        if len(self.losses) < 3:
            return False
        lowest = float(self.losses.min())
        least = 0.0 if self.minimum_loss is None else self.minimum_loss
        first, end = float(self.losses[0]), float(np.median(self.losses[-3:]))
        scale = max(first - lowest, abs(lowest - least))
        return end > first + abs(first) and end - lowest > RUNAWAY * scale > 0

    @cached_property
    def falls(self) -> bool:
        """Whether a line through the later half of the losses falls, by more than twice its
        standard error: once in forty by chance where there is no trend."""
        half = len(self.losses) // 2
        losses, steps = self.losses[half:], self.steps[half:]
        if len(losses) < 3:
            return len(self.losses) > 1 and bool(self.losses[-1] < self.losses[0])
        centred = steps - steps.mean()
        slope = float(centred @ losses / (centred @ centred))
        rest = losses - losses.mean() - slope * centred
        error = float(np.sqrt(rest @ rest / (len(losses) - 2) / (centred @ centred)))
        return slope < -2.0 * error

    @cached_property
    def left(self) -> float | None:
        """The share of the first excess loss that is left at the end, or None.

        Where the least possible loss is not known, it is extrapolated from the last losses
        (Aitken 1926), which asks for a steady fall.
        """
        if len(self.losses) < 2:
            return None
        excess = self.excess
        if excess is not None:
            return float(excess[-1] / excess[0]) if excess[0] > 0 else 0.0
        limit = self.limit
        if limit is None or self.losses[0] <= limit:
            return None
        return max(float(self.losses[-1] - limit), 0.0) / float(self.losses[0] - limit)

    @cached_property
    def limit(self) -> float | None:
        """Where the loss is heading, extrapolated from three equally spaced late losses.

        None where the learning rate decayed: the loss then flattens wherever it is.
        """
        if len(self.losses) < 9 or self.decayed:
            return None
        last = self.steps[-1]
        span = (last - self.steps[0]) / 2.0
        first, middle, final = np.interp(
            [last - span, last - span / 2.0, last], self.steps, self.losses
        )
        falls, more = middle - first, final - middle
        if not (falls < 0 and more <= 0 and more > falls):
            return None
        return float(final - more * more / (more - falls))

    @cached_property
    def factor(self) -> float | None:
        """The factor by which the excess loss shrinks a step, towards the end; None if it
        does not fall."""
        floor = self.minimum_loss if self.minimum_loss is not None else self.limit
        if floor is None or len(self.losses) < 3:
            return None
        begin = len(self.losses) // 2
        ahead, behind = self.losses[-1] - floor, self.losses[begin] - floor
        span = self.steps[-1] - self.steps[begin]
        if not (0 < ahead < behind) or span == 0:
            return None
        return float(math.exp(math.log(ahead / behind) / span))

    @property
    def done(self) -> bool:
        """Stopped as converged, or within a thousandth of the minimum.

        By the bound on the distance where there is one; else the gradient has vanished
        (under a learning rate that did not decay); else a millionth of the excess loss is
        left, which on a round bowl is a thousandth of the first distance.
        """
        if self.trace.stop.reason == "converged":
            return True
        if self.finite < len(self.trace):
            return False
        if self.trace.stop.bound is not None:
            return self.trace.stop.bound <= DONE_DISTANCE
        norm = self.gradient_norm
        still = norm is not None and bool(norm[-1] <= STILL * norm[0])
        if self.full and still and not self.decayed:
            return True
        return self.left is not None and self.left <= DONE_DISTANCE**2
