"""Descent step by step, for every objective that has no closed form."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from steepest.descent.rates import Rate
from steepest.descent.recorder import Row
from steepest.descent.rules import Rule
from steepest.objective.objective import Batches, Objective
from steepest.trace import Array

__all__ = ["batch_steps", "full_steps"]


def full_steps(objective: Objective, start: Array, rule: Rule, rate: Rate) -> Iterator[Row]:
    """Batch descent: every step looks at the whole objective. Endless; the taker stops."""
    params, step = start, 0
    rule_state, rate_state = rule.start(params), rate.start()
    while True:
        loss, gradient = objective.value_and_gradient(params)
        learning_rate, rate_state = rate.next(params, gradient, rate_state)
        yield Row(step, loss, params, gradient, learning_rate, loss)
        direction, rule_state = rule.direction(gradient, rule_state, params)
        params = params - learning_rate * direction  # all parameters at once
        step += 1


def batch_steps(
    objective: Objective,
    batches: Batches,
    start: Array,
    rule: Rule,
    rate: Rate,
    *,
    batch: int,
    seed: int,
) -> Iterator[Row]:
    """Mini-batch descent: every epoch shuffles the rows anew and goes through all of them.

    `loss` and `gradient` are the batch's; `full_loss` is filled at the first step of every
    epoch and NaN elsewhere. Where the rows do not divide into batches, the rest of n rows
    takes n/batch of a step: its gradient is noisier, and a rate that is safe for a batch is
    then safe for it too (n L_n <= batch L_batch in Gower et al. 2019).
    """
    params = start
    rule_state, rate_state = rule.start(params), rate.start()
    for step, rows in enumerate(_epochs(batches.rows, batch, seed)):
        first = step % -(-batches.rows // batch) == 0
        full_loss = objective.value_and_gradient(params)[0] if first else float("nan")
        loss, gradient = batches.value_and_gradient_on(params, rows)
        learning_rate, rate_state = rate.next(params, gradient, rate_state)
        learning_rate *= len(rows) / batch  # the rest of an epoch is a smaller step
        yield Row(step, loss, params, gradient, learning_rate, full_loss)
        direction, rule_state = rule.direction(gradient, rule_state, params)
        params = params - learning_rate * direction


def _epochs(rows: int, batch: int, seed: int) -> Iterator[NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    while True:
        order = generator.permutation(rows)
        for begin in range(0, rows, batch):
            yield order[begin : begin + batch]
