"""What is drawn of the losses: chosen so that the way down can be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array, Trace

__all__ = ["LossCurve", "loss_curve", "losses_of", "thinned"]

DECADES = 2.0
CORNER = 0.15
"""Where the curve stands off its floor for less of the steps than this, it is only a corner."""

VISIBLE = 0.02
MANY = 100
EARLY = 0.02
MOST = 0.6
"""More than MOST of the way down within EARLY of at least MANY steps: their axis is logarithmic."""

BUCKETS = 500
HUGE = 1e300
"""Losses beyond are drawn here: room around the largest float64 cannot be computed."""

EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class LossCurve:
    """What is drawn of the losses.

    step, height:  (k,) the points; height is J, or J minus the least possible
    label:         of the vertical axis
    log:           is that axis logarithmic?
    of_rest:       is height what is left above the least possible?
    floor:         where the least possible J is shown as a line, or None
    broken:        the step at which the loss stopped being a finite number, or None
    rounded:       the last step that can be told from the least possible, where steps after
                   it are not drawn because they are down to rounding; else None
    """

    step: Array
    height: Array
    label: str
    log: bool
    of_rest: bool = False
    floor: float | None = None
    broken: int | None = None
    rounded: int | None = None

    @property
    def log_step(self) -> bool:
        """Whether most of the way down, as drawn, is done in the first steps of very many."""
        span = self.step[-1] - self.step[0] if len(self.step) else 0
        if span < MANY:
            return False
        height = np.log(self.height) if self.log else self.height
        early = height[np.searchsorted(self.step, self.step[0] + EARLY * span)]
        return bool(abs(early - height[0]) > MOST * np.ptp(height))


def loss_curve(trace: Trace) -> LossCurve:
    """Choose what reads best: J, J on a logarithmic axis, or J above the least possible.

    Where the curve would be a corner (it lies on its floor for most of the steps) and the
    least possible J is known, what is left above it is drawn, on a logarithmic axis. Else
    the axis is logarithmic where J spans more than two decades, or one and is a corner.
    """
    finite = np.isfinite(trace.loss)
    broken = None if finite.all() else int(trace.step[np.argmin(finite)])
    losses, label = losses_of(trace)
    known = np.isfinite(losses)
    step, loss = trace.step[known].astype(np.float64), np.clip(losses[known], -HUGE, HUGE)
    least = _least(trace)
    if not len(loss):
        return LossCurve(step, loss, label, log=False, broken=broken)
    least = _least(trace)
    log = _decades(loss) > DECADES
    if least is not None and _is_corner(step, loss, least, log=log):
        left = loss - least
        above = left > 8 * EPSILON * max(abs(least), float(np.abs(loss[-1])))
        if above.sum() > 1:
            words = "J above the least possible"
            rounded = None if above[-1] else int(step[above][-1])
            return LossCurve(
                step[above], left[above], words, True, True, broken=broken, rounded=rounded
            )
    log = log or (_decades(loss) > 1 and _is_corner(step, loss, float(loss.min()), log=False))
    floor = least if not log or _in_sight(least, loss) else None
    return LossCurve(step, loss, label, log, floor=floor, broken=broken)


def thinned(step: Array, height: Array) -> NDArray[np.intp]:
    """Rows enough for a picture: of every stretch of steps the first, lowest, highest and last.

    The first hundred rows are kept, and then stretches grow: half are even along the steps,
    half along their logarithm, so that the curve is whole on either axis.
    """
    if len(step) <= 4 * BUCKETS:
        return np.arange(len(step))
    gone = step - step[0]
    span = float(gone[-1])
    even, growing = np.linspace(0, span, BUCKETS // 2), np.geomspace(1, span, BUCKETS // 2)
    cuts = np.sort(np.concatenate([even, growing]))[:-1]
    begins = np.unique(np.searchsorted(gone, cuts))
    kept = [np.arange(100)]
    for begin, end in zip(begins, np.append(begins[1:], len(step)), strict=True):
        part = height[begin:end]
        kept.append(begin + np.unique([0, int(part.argmin()), int(part.argmax()), len(part) - 1]))
    return np.unique(np.concatenate(kept))


def _decades(loss: Array) -> float:
    """How many powers of ten the losses span; 0 where not all are above zero."""
    return float(np.log10(loss.max()) - np.log10(loss.min())) if loss.min() > 0 else 0.0


def _least(trace: Trace) -> float | None:
    least = trace.number("minimum_loss")
    return None if least is None or not np.isfinite(least) else float(np.clip(least, -HUGE, HUGE))


def _in_sight(least: float | None, loss: Array) -> bool:
    """Whether the floor is near enough to a logarithmic curve not to squeeze it."""
    if least is None or least <= 0:
        return False
    return bool(np.log10(loss.min()) - np.log10(least) <= max(_decades(loss), 1.0))


def _is_corner(step: Array, loss: Array, least: float, *, log: bool) -> bool:
    """Whether J lies so long on its floor, as drawn, that its way down cannot be seen."""
    if log and least <= 0:
        return False
    height = np.log(np.maximum(loss, least)) - np.log(least) if log else loss - least
    if height.max() <= 0:
        return False
    off = step[height > VISIBLE * height.max()]
    if off[-1] == step[-1]:
        return False
    return bool((off[-1] - step[0]) < CORNER * (step[-1] - step[0]))


def losses_of(trace: Trace) -> tuple[Array, str]:
    """J of all rows where it was measured, else what the record holds; and its label."""
    full = trace.measures.get("full_loss")
    if trace.loss_of == "full":
        return trace.loss, "cost J"
    if full is None or not np.isfinite(full).any():
        return trace.loss, "cost J of each batch"
    return full, "cost J"
