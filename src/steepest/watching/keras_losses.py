"""The losses of single batches, recovered from what Keras logs: the mean over the epoch so far."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

__all__ = ["KerasLosses", "logs_means"]


class KerasLosses:
    """Takes means in one thread, gives losses in another, in the order of the batches.

    means:  whether what is logged is a mean over the epoch; of a model with a `train_step` of its
            own nobody knows, and the loss is given as it is logged
    size:   batches of one execution; their loss is the mean of theirs

    A last batch that is smaller counts less in Keras's mean; it is given as if it were not: as a
    mixture of its own loss and of the mean before it.

    >>> losses = KerasLosses(means=True)
    >>> losses.epoch_begins()
    >>> for batch, mean in enumerate((4.0, 3.0, 3.5)):
    ...     losses.told(batch, mean)
    >>> list(losses.taken())
    [4.0, 2.0, 4.5]
    """

    def __init__(self, means: bool, size: int = 1) -> None:
        self.means, self._size = means, max(1, size)
        self._queue: deque[tuple[int, float]] = deque()
        self._waiting: dict[int, tuple[int, float]] = {}
        self._next, self._count, self._mean = 0, 0, 0.0

    def epoch_begins(self) -> None:
        """Means begin anew."""
        self._queue.clear()
        self._waiting.clear()
        self._next, self._count, self._mean = 0, 0, 0.0

    def told(self, batch: int, logged: float) -> None:
        """What was logged after a batch, numbered within its epoch; from any thread."""
        self._queue.append((batch, logged))

    def taken(self) -> Iterator[float]:
        """The losses that are known since the last time."""
        while self._queue:
            batch, logged = self._queue.popleft()
            self._waiting[batch // self._size] = batch + 1, logged
        while self._next in self._waiting:
            count, logged = self._waiting.pop(self._next)
            self._next += 1
            yield self._loss(count, logged)

    def _loss(self, count: int, logged: float) -> float:
        before, mean = self._count, self._mean
        self._count, self._mean = count, logged
        if not self.means or not math.isfinite(logged):
            return logged
        return (logged * count - mean * before) / (count - before)


def logs_means(model: Any) -> bool:
    """Whether the model's `train_step` is the one that Keras brings."""
    owner = next(kind for kind in type(model).__mro__ if "train_step" in vars(kind))
    return owner.__module__.startswith("keras.")
