"""How the losses of a record went: whether they grew, rose or fell, and what is left of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from steepest.diagnosis.record.record import Record
from steepest.diagnosis.record.resolution import resolution

__all__ = ["DONE_DISTANCE", "ROUNDING", "Progress"]

DONE_DISTANCE = 1e-3
DONE_PARAMETER = 0.1
STILL = 1e-10
SETTLED = 0.01
ROUNDING = 1e-12
PLATEAU = 1e-6
RUNAWAY = 100.0


@dataclass(frozen=True)
class Progress(Record):
    """A record, and how its losses went: growth, rises, where they head, whether it is done."""

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
            return float(excess[-1] / excess[0]) if excess[0] > 0 else None
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
        if self.finite < len(self.trace) or self.runaway:
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
