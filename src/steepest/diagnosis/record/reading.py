"""What the rules look at: a record, how its losses went, and what it says about curvature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from steepest.diagnosis.losses.loss_curve import LossCurve, read_curve
from steepest.diagnosis.record.inferred import FROM_THE_RECORD
from steepest.diagnosis.record.looks import Looks, looks_of, moves
from steepest.diagnosis.record.progress import DONE_DISTANCE, ROUNDING, Progress
from steepest.diagnosis.record.record import Context

__all__ = ["DONE_DISTANCE", "ROUNDING", "Context", "Reading"]

WORST = 1e4
EXACT = 1e-9
ABOUT = 1e-3


@dataclass(frozen=True)
class Reading(Progress):
    """A record, read: every conclusion is drawn at most once, and only when asked for."""

    @cached_property
    def curve(self) -> LossCurve | None:
        """The curve of losses, where a log holds nothing else and does not say of what they
        are; None for a record."""
        return read_curve(self.trace, self.context)

    @cached_property
    def looks(self) -> Looks | None:
        """The steps of a watched loop that were looked at closely; None where nobody did."""
        return looks_of(self.trace)

    @property
    def moves(self) -> bool:
        """Whether a loop was watched, and its parameters seen to move, whatever the loss does."""
        return moves(self.trace)

    @property
    def framework(self) -> str:
        """The framework of a watched loop, "PyTorch 2.13", as its watcher says; "" of others."""
        fact = self.trace.facts.get("framework")
        return "" if fact is None else str(fact.value)

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
