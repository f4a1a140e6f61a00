"""What a curve of losses says by itself: what is known beside it, and the chance level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from steepest.diagnosis.losses.series import Series
from steepest.diagnosis.record.record import Context
from steepest.trace import Array, Trace

__all__ = ["LossCurve", "read_curve"]

HUGE = 1e100  # squares of it are still finite
MANY = 12
NEAR = 0.03
MOST = 8000
ABSURD = 5.0


@dataclass(frozen=True, eq=False)
class LossCurve:
    """A log of losses, read.

    train:    the losses up to the first that is not finite
    rows:     how many they are; `train` holds means of several where they are very many
    broken:   whether one was not finite
    held:     the losses on held-out rows, or None
    gradient: the norms of the gradient, or None
    rate:     the learning rate as logged, or None
    context:  what the user added
    """

    train: Series
    rows: int
    broken: bool
    held: Series | None
    gradient: Series | None
    rate: Series | None
    context: Context

    @cached_property
    def classes(self) -> int | None:
        """How many classes: as told, or the k up to twelve whose ln k is the first loss within
        3 %. Beyond that, ln k and ln(k + 1) are too near each other to be told apart."""
        if self.context.classes is not None:
            return self.context.classes
        for k in range(2, MANY + 1):
            if abs(self.train.first / math.log(k) - 1) < NEAR:
                return k
        return None

    @cached_property
    def chance(self) -> float | None:
        """The loss of guessing among the classes alike, ln k."""
        return math.log(self.classes) if self.classes is not None and self.classes > 1 else None

    @cached_property
    def absurd(self) -> bool:
        """Whether the loss is five times that of guessing throughout, where the classes are
        told: thrown out before the log began, since no start is as wrong as that."""
        told = self.context.classes
        return told is not None and told > 1 and self.train.lowest > ABSURD * math.log(told)

    @cached_property
    def start(self) -> float:
        """Where learning begins, for the held-out rows: guessing among as many classes as were
        told; else the higher of their first loss and the first training loss, since a log by
        epochs has its first held-out loss after one epoch, when much may be won already."""
        if self.context.classes is not None and self.chance is not None:
            return self.chance
        first = self.train.first if self.held is None else float(self.held.value[0])
        return max(first, self.train.first)

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
    train = _thinned(step[:count], np.clip(trace.loss[:count], -HUGE, HUGE))
    held, gradient = measured["val_loss"], measured["gradient_norm"]
    return LossCurve(train, count, count < len(good), held, gradient, rate, context)


_MEASURES = ("val_loss", "gradient_norm")


def _series(step: Array, column: Array | None) -> Series | None:
    if column is None:
        return None
    good = np.isfinite(column)
    return _thinned(step[good], np.clip(column[good], -HUGE, HUGE)) if np.any(good) else None


def _thinned(step: Array, value: Array) -> Series:
    """As it is up to 8,000 rows; of longer logs the means of as many rows as bring it there."""
    each = -(-len(value) // MOST)
    if each < 2:
        return Series(step, value)
    starts = np.arange(0, len(value), each)
    counts = np.diff(np.append(starts, len(value)))
    return Series(step[starts], np.add.reduceat(value, starts) / counts)
