"""What a record of parameters and gradients shows by itself: its moves, field, slopes, fault.

Each is worked out once, and all from the same rows: of a very long record, from its head and
its tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from steepest.diagnosis.gradients.gradient_fault import GradientFault, accumulated, fault_of
from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.secant_field import SecantField, secant_field
from steepest.diagnosis.gradients.slopes import Slopes, slopes_of
from steepest.trace import Array, Trace

__all__ = ["Evidence", "evidence_of"]

LONG = 4000
SCATTER = 0.05


@dataclass(frozen=True)
class Evidence:
    """The moves of a record and the losses at their rows (n,)."""

    moves: Moves
    loss: Array

    @cached_property
    def field(self) -> SecantField | None:
        """The linear field that the gradients show; None where too little moved."""
        return secant_field(self.moves)

    @cached_property
    def slopes(self) -> Slopes | None:
        """The changes of the loss against the gradients; None where too little changed."""
        linear = self.field is not None and self.field.linear
        return slopes_of(self.moves, self.loss, self.field.miss if self.field and linear else None)

    @cached_property
    def fault(self) -> GradientFault | None:
        """The fault of the gradients that explains what the loss does; None if none does."""
        if self.slopes is None:
            return None
        if self.noisy:  # sums of gradients swing, too
            return accumulated(self.slopes, self.moves, self.loss)
        return fault_of(self.slopes, self.moves, self.field, self.loss)

    @cached_property
    def noisy(self) -> bool:
        """Whether the gradients are those of samples: they do not go with the loss, and their
        direction scatters from step to step.

        On a fixed loss successive gradients turn by an angle that itself hardly changes.
        """
        if self.slopes is None or self.slopes.agree:
            return False
        if self.field is not None and self.field.linear:
            return False
        turning = self.moves.turning
        change = np.abs(np.diff(turning[len(turning) // 2 :]))
        change = change[np.isfinite(change)]
        return len(change) > 0 and bool(np.mean(change) > SCATTER)


def evidence_of(trace: Trace, finite: int) -> Evidence | None:
    """Of the first `finite` rows; None without parameters and gradients of all coordinates,
    or with fewer than two rows."""
    if trace.params is None or trace.gradient is None or trace.coordinates is not None:
        return None
    if finite < 2:
        return None
    rows = np.arange(finite)
    if finite > 2 * LONG:
        rows = np.r_[rows[:LONG], rows[-LONG:]]
    moves = Moves(
        trace.params[rows],
        trace.gradient[rows],
        trace.learning_rate[rows],
        np.diff(trace.step[rows]).astype(np.float64),
    )
    return Evidence(moves, trace.loss[rows])
