"""Descent step by step, for every objective and rule that have no shorter way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.descent.rate import Here, Rate
from steepest.descent.recorder import Row
from steepest.descent.rule import Rule, no_prox
from steepest.objective.objective import Batches, Objective, Proximal
from steepest.trace import Array

__all__ = ["Walk", "epochs"]

Cost = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One way down: what is minimised, from where, by which rule, and how far at each step."""

    objective: Objective
    proximal: Proximal | None
    start: Array
    rule: Rule
    rate: Rate

    def over_all(self) -> Iterator[Row]:
        """Batch descent: every step looks at the whole cost. Endless; the taker stops."""
        smooth = _Remembered(self._smooth)
        params, step = self.start, 0
        state, rate_state = self.rule.start(params), self.rate.start()
        while True:
            loss, gradient = smooth(params)
            here = self._here(step, params, loss, gradient, state, smooth)
            rate, rate_state = self.rate.next(here, rate_state)
            whole, slope = self._whole(params, loss, gradient)
            yield Row(step, whole, params, slope, rate, whole)
            params, state = self._moved(params, gradient, rate, state)
            step += 1

    def over_batches(
        self, batches: Batches, *, batch: int, seed: int, full_every: int | None = None
    ) -> Iterator[Row]:
        """Mini-batch descent: every epoch shuffles the rows anew and goes through all of them.

        `loss` and `gradient` are the batch's; `full_loss` is that of all rows at the first step
        of every epoch, or every `full_every` steps, and NaN elsewhere. Where the rows do not
        divide into batches, the rest of n rows takes n/batch of a step: its gradient is
        noisier, and a rate that is safe for a batch is then safe for it too (n L_n <=
        batch L_batch in Gower et al. 2019).
        """
        params = self.start
        state, rate_state = self.rule.start(params), self.rate.start()
        every = full_every or -(-batches.rows // batch)
        for step, rows in enumerate(epochs(batches.rows, batch, seed)):
            full = self.objective.value_and_gradient(params)[0] if step % every == 0 else np.nan
            loss, gradient = batches.value_and_gradient_on(params, rows)
            here = self._here(step, params, loss, gradient, state, self._smooth)
            rate, rate_state = self.rate.next(here, rate_state)
            rate *= len(rows) / batch  # the rest of an epoch is a smaller step
            whole, slope = self._whole(params, loss, gradient)
            yield Row(step, whole, params, slope, rate, float(full))
            params, state = self._moved(params, gradient, rate, state)

    def _smooth(self, params: Array) -> tuple[float, Array]:
        if self.proximal is None:
            return self.objective.value_and_gradient(params)
        return self.proximal.smooth(params)

    def _whole(self, params: Array, loss: float, gradient: Array) -> tuple[float, Array]:
        if self.proximal is None:
            return loss, gradient
        return loss + self.proximal.value(params), self.proximal.subgradient(params, gradient)

    def _moved(self, params: Array, gradient: Array, rate: float, state: Any) -> tuple[Array, Any]:
        prox = no_prox if self.proximal is None else self.proximal.prox
        return self.rule.step(params, gradient, rate, state, prox)

    def _here(
        self, step: int, params: Array, loss: float, gradient: Array, state: Any, smooth: Cost
    ) -> Here:
        return Here(
            step,
            params,
            loss,
            gradient,
            trial=lambda rate: self._moved(params, gradient, rate, state)[0],
            smooth=smooth,
        )


class _Remembered:
    """A cost that remembers its last answer: a step that was tried need not be asked again."""

    def __init__(self, cost: Cost) -> None:
        self._cost = cost
        self._last: tuple[Array, tuple[float, Array]] | None = None

    def __call__(self, params: Array) -> tuple[float, Array]:
        if self._last is None or not np.array_equal(self._last[0], params):
            self._last = params, self._cost(params)
        return self._last[1]


def epochs(rows: int, batch: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Batches of row numbers, epoch after epoch, every epoch in a new order."""
    generator = np.random.default_rng(seed)
    while True:
        order = generator.permutation(rows)
        for begin in range(0, rows, batch):
            yield order[begin : begin + batch]
