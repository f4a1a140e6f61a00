"""What the rules look at: what a record says about curvature, growth, and what is left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from steepest.diagnosis.losses.loss_curve import LossCurve, read_curve
from steepest.diagnosis.record.inferred import FROM_THE_RECORD
from steepest.diagnosis.record.record import Context, Record
from steepest.diagnosis.record.resolution import resolution

__all__ = ["Context", "Reading"]

DONE_DISTANCE = 1e-3
DONE_PARAMETER = 0.1
STILL = 1e-10
SETTLED = 0.01
ROUNDING = 1e-12
PLATEAU = 1e-6
RUNAWAY = 100.0
WORST = 1e4
EXACT = 1e-9
ABOUT = 1e-3


@dataclass(frozen=True)
class Reading(Record):
    """A record, read: every conclusion is drawn at most once, and only when asked for."""

    @cached_property
    def curve(self) -> LossCurve | None:
        """The curve of losses, where a log holds nothing else and does not say of what they
        are; None for a record."""
        return read_curve(self.trace, self.context)

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
    def _recommended(self) -> tuple[float, str] | None:
        """The recommended rate, and where it comes from."""
        bound = self.trace.number("sharpness_bound")
        steepest = self.sharpness if bound is None else bound
        if steepest is None or not steepest > 0 or not math.isfinite(steepest):
            return None
        fact = "sharpness" in self.trace.facts and not self.inferred
        if self.bounded or "minimum" in self.trace.facts or fact:
            return 1.0 / steepest, "1 / sharpness"
        if self._polyak < 0.5 / steepest:
            return self._polyak, "from the lowest loss and the steepest slope met"
        return 0.5 / steepest, "half of 1 / sharpness, which changes on the way"

    @property
    def recommended_rate(self) -> float | None:
        """1/λ_max: converges from anywhere on a bowl without overshooting.

        Where the curvature changes along the path and a bound on it is known (logistic
        regression: a quarter of that of the features), one over the bound; where only the
        curvatures met are known, half of one over the largest, and no more than half of
        Polyak's step (1987, section 5.3) on a path that bounces.
        """
        return None if self._recommended is None else self._recommended[0]

    @property
    def recommended_from(self) -> str:
        """Where the recommended rate comes from, in words; "" where there is none."""
        return "" if self._recommended is None else self._recommended[1]

    @property
    def _polyak(self) -> float:
        """Half of the lowest loss over the square of the steepest slope, where the path bounces
        over a valley that is narrow against its steps, so that no secant shows how it curves
        at its floor; else infinite."""
        norm = self.gradient_norm
        if not self._wild or self.growth is not None or norm is None or len(self.losses) == 0:
            return math.inf
        lowest, steepest = float(self.losses.min()), float(np.max(norm))
        return 0.5 * lowest / steepest**2 if lowest > 0 and steepest**2 > 0 else math.inf

    @cached_property
    def speed(self) -> float | None:
        """Learning rate times sharpness: below 2 plain descent is stable, at 1 it is best
        for the steepest direction. None where either is not known, or no row is finite."""
        if self.sharpness is None or not self.rated or self.finite == 0:
            return None
        return self.rate * self.sharpness

    @cached_property
    def at_the_limit(self) -> bool:
        """Whether learning rate times sharpness is 2, as exactly as the sharpness is known:
        to a billionth as a fact, to a thousandth from the record itself."""
        if self.speed is None:
            return False
        exact = "minimum" in self.trace.facts and not self.inferred
        return abs(self.speed / 2.0 - 1.0) <= (EXACT if exact else ABOUT)

    @property
    def longer_than_seen(self) -> bool:
        """Whether the condition number is only that of the directions that a record took."""
        fact = self.trace.facts.get("condition_number")
        return fact is not None and fact.how in FROM_THE_RECORD

    @property
    def inferred(self) -> bool:
        """Whether the curvatures are read off the record, not facts of the cost."""
        fact = self.trace.facts.get("sharpness")
        return fact is not None and fact.how in FROM_THE_RECORD

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
        by more than the share `allowed` of it, and than the digits of the log can tell."""
        late = self.losses[len(self.losses) // 2 :]
        if len(late) < 2:
            return 0.0
        rounded = resolution(late)
        least = allowed * np.abs(late[:-1]) + rounded[1:] + rounded[:-1]
        return float(np.mean(np.diff(late) > least))

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
        standard error: once in forty by chance where there is no trend.

        The error is widened where what is left of neighbours goes together, as the losses of
        one wandering path do (Bayley and Hammersley 1946): by √((1 + ρ)/(1 - ρ)).
        """
        half = len(self.losses) // 2
        losses, steps = self.losses[half:], self.steps[half:]
        if len(losses) < 3:
            return len(self.losses) > 1 and bool(self.losses[-1] < self.losses[0])
        centred = steps - steps.mean()
        slope = float(centred @ losses / (centred @ centred))
        rest = losses - losses.mean() - slope * centred
        square = float(rest @ rest)
        error = math.sqrt(square / (len(losses) - 2) / float(centred @ centred))
        together = float(rest[1:] @ rest[:-1]) / square if square > 0 else 0.0
        together = min(max(together, 0.0), 0.999)
        return slope < -2.0 * error * math.sqrt((1.0 + together) / (1.0 - together))

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

        None where the learning rate decayed: the loss then flattens wherever it is; and for
        batches, whose losses scatter.
        """
        if len(self.losses) < 9 or self.decayed or not self.full:
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

        By the bound on the distance where there is one (and every parameter within a tenth
        of its size); else, where the cost does not curve downward, the gradient has vanished,
        or (under a learning rate that did not decay) nothing moves any more; else a millionth
        of the excess loss is left, which on a round bowl is a thousandth of the first distance
        (a thousandth, where the rule has a momentum that keeps it wandering).
        """
        if self.trace.stop.reason == "converged":
            return True
        if self.finite < len(self.trace):
            return False
        if self.trace.stop.bound is not None:
            worst = self.trace.number("worst_parameter")
            near = worst is None or worst <= DONE_PARAMETER
            return self.trace.stop.bound <= DONE_DISTANCE and near
        if (self.trace.number("smallest_eigenvalue") or 0.0) < 0:
            return False  # it curves downward: a hilltop or a saddle is no end
        if self.full and (self._still or self._settled):
            return True
        small = DONE_DISTANCE if self.full and not self.plain else DONE_DISTANCE**2
        return self.left is not None and self.left <= small

    @property
    def _still(self) -> bool:
        """Whether the gradient has vanished."""
        norm = self.gradient_norm
        return norm is not None and bool(norm[-1] <= STILL * norm[0])

    @property
    def _settled(self) -> bool:
        """Whether, as far as the digits of a log tell, nothing moves any more over its last
        quarter, and the gradient has fallen to a hundredth."""
        norm, shown = self.gradient_norm, self.evidence
        if norm is None or shown is None or self.decayed:
            return False
        last = slice(-max(3, len(shown.moves.moved) // 4), None)
        return not np.any(shown.moves.moved[last]) and bool(norm[-1] <= SETTLED * norm[0])
