"""Mixed precision: what the gradient scaler does, and how many steps it leaves out."""

from __future__ import annotations

import math
from time import perf_counter
from typing import TYPE_CHECKING, Any

from steepest.watching.pytorch.inspector import NEVER, Inspector

if TYPE_CHECKING:
    from steepest.watching.pytorch.loop import TorchLoop

__all__ = ["Precision"]

PAUSE = 64
COSTS = 100e-6
STUCK = 8
FREE = 16


class Precision(Inspector):
    """Follows a gradient scaler. A step that it leaves out calls no optimizer; its scale falls.

    The scale is read every 64 steps where the budget allows it, since that waits for a device; and
    where twice as many losses come without an update as ever belonged to one, then after twice as
    many again, as nothing else shows it then: beyond sixteen such readings, at one in 64 losses.

    Measure: loss_scale. Facts: skipped_steps, how many steps were left out; skipped_in_a_row, the
    most in a row; updates_made, how many were not; loss_scale, the newest.
    """

    def __init__(self, loop: TorchLoop) -> None:
        super().__init__(loop)
        self._scale = math.nan
        self._backoff = 0.5
        self._losses = self._heard = self._readings = 0
        self._usual, self._look_at = 1, 2
        self._skipped = self._row = self._longest = self._told = self._made = 0
        self._tell_at = STUCK
        self._read_at = 0

    def attach(self) -> None:
        """Only where there is a scaler, and it scales."""
        scaler = self.loop.scaler
        if scaler is not None and scaler.is_enabled():
            self._backoff = float(scaler.get_backoff_factor())
            self._scale = float(scaler.get_scale())
            self.due = self.loss_due = 0

    def loss(self, step: int, loss: Any) -> None:
        """A loss: of several of one step, or after a step that was left out."""
        self._losses += 1
        self._heard += 1
        if self._losses < self._look_at or not self._may_read():
            return
        self._look_at = 2 * self._losses
        fell = self._read()
        if not fell and self._row == 0:
            self._usual = self._losses  # so many belong to one update
        if self._row >= self._tell_at:
            self._tell_at *= 2
            self._stuck(loss)

    def before_update(self, step: int) -> None:
        """An update is made: the row of skipped ones ends."""
        if self._skipped == 0:
            self._usual = max(self._usual, self._losses)
        if self._row and self._may_read():
            self._read()  # those since the last reading belong to the same row
        self._losses = self._row = 0
        self._look_at = 2 * self._usual
        self._made += 1
        self._tell_at = STUCK
        allows = self.loop.session.budget.allows
        if step >= self._read_at and (step == 0 or allows(COSTS, steps=step + 1)):
            self._read_at = step + PAUSE
            self._read()
            self.loop.session.measure(step, "loss_scale", self._scale)
            self._report()
        self.due = step + 1

    def detach(self) -> None:
        """What is known at the end."""
        if self.due != NEVER:
            self.due = self.loss_due = NEVER
            if self.loop.session.step >= 0:
                self._read()
                self._told = 0
                self._report()

    def _stuck(self, loss: Any) -> None:
        """Nothing else ticks while no update is made; of a loop that never made one, the step
        that it is at gets a row all the same."""
        session = self.loop.session
        if session.step < 0:
            session.begin(0, float(self.loop.optimizers[0].param_groups[0]["lr"]))
            session.loss(0, float(loss.detach()))
        self._report()
        session.tick()

    def _may_read(self) -> bool:
        """Whether to wait for a device out of turn."""
        allowed = self._readings < FREE + self._heard // PAUSE
        self._readings += allowed
        return allowed

    def _read(self) -> int:
        """Read the scale; how many times it fell."""
        fell, began = 0, perf_counter()
        scale = float(self.loop.scaler.get_scale())
        if scale < self._scale and 0 < self._backoff < 1:
            fell = max(1, round(math.log(scale / self._scale) / math.log(self._backoff)))
            self._skipped += fell
            self._row += fell
            self._longest = max(self._longest, self._row)
        self._scale = scale
        self.loop.session.budget.spend(perf_counter() - began)
        return fell

    def _report(self) -> None:
        """Facts, where they are new."""
        if self._skipped == self._told:
            return
        self._told = self._skipped
        session = self.loop.session
        how = "the scale of the gradient scaler fell as often"
        session.fact("loss_scale", self._scale, "the newest scale of the scaler")
        session.fact("updates_made", float(self._made), "counted")
        session.fact("skipped_in_a_row", float(self._longest), how)
        session.fact("skipped_steps", float(self._skipped), how, pressing=self._longest >= STUCK)
