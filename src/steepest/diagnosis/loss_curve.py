"""What a curve of losses says by itself: what is known beside it, and the chance level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from steepest.diagnosis.record import Context
from steepest.diagnosis.series import Series
from steepest.trace import Array, Trace

__all__ = ["LossCurve", "read_curve"]

HUGE = 1e100  # squares of it are still finite


@dataclass(frozen=True)
class LossCurve:
    """A log of losses, read.

    train:    the losses up to the first that is not finite
    broken:   whether one was not finite
    held:     the losses on held-out rows, or None
    gradient: the norms of the gradient, or None
    rate:     the learning rate as logged, or None
    context:  what the user added
    """

    train: Series
    broken: bool
    held: Series | None
    gradient: Series | None
    rate: Series | None
    context: Context

    @cached_property
    def classes(self) -> int | None:
        """How many classes: as told, or the k whose ln k is the first loss, by a hundredth."""
        if self.context.classes is not None:
            return self.context.classes
        if not self.train.first > 0.6:
            return None
        k = round(math.exp(min(self.train.first, 8.0)))
        error = self.train.early_noise / math.sqrt(self.train.opening)
        near = max(0.03, 2 * error / math.log(k)) if k >= 2 else 0.0
        fits = k >= 2 and abs(self.train.first / math.log(k) - 1) < near
        return k if fits and near < 0.1 else None

    @cached_property
    def chance(self) -> float | None:
        """The loss of guessing among the classes alike, ln k."""
        return math.log(self.classes) if self.classes is not None and self.classes > 1 else None

    @cached_property
    def start(self) -> float:
        """Where learning began, for the held-out rows: the highest of their first loss, the
        first training loss, and guessing among as many classes as were told. A log by epochs
        has its first held-out loss after one epoch, when much may be won already."""
        told = self.chance if self.context.classes is not None else None
        first = self.train.first if self.held is None else float(self.held.value[0])
        return max(first, self.train.first, told or 0.0)

    @cached_property
    def held_lowest(self) -> float:
        """The lowest held-out loss, of three rows together; infinite without any."""
        if self.held is None:
            return math.inf
        if len(self.held) < 3:
            return float(self.held.value.min())
        three = np.lib.stride_tricks.sliding_window_view(self.held.value, 3)
        return float(np.median(three, axis=1).min())

    @cached_property
    def adaptive(self) -> bool:
        """Whether the optimizer divides by the size of the gradient, as Adam does."""
        name = (self.context.optimizer or "").lower()
        return any(part in name for part in ("adam", "rmsprop", "adagrad", "adadelta", "lion"))


def read_curve(trace: Trace, context: Context) -> LossCurve | None:
    """The curve of a log that says nothing of what its loss is of; None for any other trace,
    and where no loss is finite."""
    alone = trace.params is None or trace.gradient is None
    if not alone or trace.loss_of != "unknown":
        return None
    good = np.isfinite(trace.loss)
    count = len(good) if np.all(good) else int(np.argmin(good))
    step = trace.step.astype(np.float64)
    if count == 0:
        return None
    measured = {name: _series(step, trace.measures.get(name)) for name in _MEASURES}
    rate = _series(step, trace.learning_rate)
    train = Series(step[:count], np.clip(trace.loss[:count], -HUGE, HUGE))
    held, gradient = measured["val_loss"], measured["gradient_norm"]
    return LossCurve(train, count < len(good), held, gradient, rate, context)


_MEASURES = ("val_loss", "gradient_norm")


def _series(step: Array, column: Array | None) -> Series | None:
    if column is None:
        return None
    good = np.isfinite(column)
    return Series(step[good], np.clip(column[good], -HUGE, HUGE)) if np.any(good) else None
