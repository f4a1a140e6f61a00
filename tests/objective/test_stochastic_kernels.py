"""The pieces of the compiled mini-batch loops, one by one."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.objective.block_losses import BLOCK
from steepest.objective.losses import LOSSES, huber
from steepest.objective.penalty import Penalty
from steepest.objective.stochastic_kernels import (
    Cost,
    Motion,
    Record,
    all_finite,
    loss_and_slope,
    losses,
    move,
    note,
    penalty,
)

COMPILED = [loss for loss in LOSSES if loss.scores == "one"] + [huber(0.3)]


def room(rows: int, parameters: int) -> Record:
    wide = (np.empty((rows, parameters)), np.empty((rows, parameters)))
    return Record(np.full(rows, -1), np.empty(rows), *wide, np.empty(rows))


@pytest.mark.parametrize("loss", COMPILED, ids=lambda loss: loss.name)
def test_one_row_has_the_loss_and_slope_of_the_registry(loss) -> None:
    edges = [-800.0, -1e-300, -0.0, 0.0, 0.3, 800.0]
    z = np.concatenate([np.random.default_rng(0).normal(scale=3, size=50), edges])
    for target in (0.0, 1.0):
        y = np.full(len(z), target)
        pairs = [loss_and_slope(loss.compiled, loss.bend, a, target) for a in z]
        np.testing.assert_allclose([p[0] for p in pairs], loss.value(z, y), rtol=1e-14, atol=1e-300)
        np.testing.assert_allclose([p[1] for p in pairs], loss.slope(z, y), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("n", [1, 15, 16, BLOCK])
@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("loss", COMPILED, ids=lambda loss: loss.name)
def test_some_rows_at_once_are_their_weighted_sum(loss, even: bool, n: int) -> None:
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=BLOCK), np.round(rng.random(BLOCK))
    weight = np.ones(BLOCK) if even else rng.random(BLOCK)
    scratch = np.empty((3, BLOCK))
    slopes = z.copy()
    cost = Cost(loss.compiled, loss.bend, 0.0, 0.0, 0)
    total = losses(cost, slopes, y, weight, even, scratch, scratch.view(np.int64), n)
    assert total == pytest.approx(float((weight * loss.value(z, y))[:n].sum()), rel=1e-13)
    np.testing.assert_allclose(slopes[:n], (weight * loss.slope(z, y))[:n], rtol=1e-13, atol=1e-15)
    assert slopes[n:].tolist() == z[n:].tolist()


@pytest.mark.parametrize("free", [0, 1])
def test_the_penalty_its_step_and_its_subgradient(free: int) -> None:
    w, g = np.array([0.5, -0.01, 0.0, 0.0, 2.0]), np.array([1.0, -0.2, 0.05, -0.7, 0.3])
    whole = Penalty.on_weights(0.0, 0.1, 5, bool(free))
    both = Penalty.on_weights(0.4, 0.1, 5, bool(free))
    cost = Cost(0, 0.0, 0.4, 0.1, free)
    wanted = both.smooth_value_and_gradient(w)[0] + both.value(w)
    assert penalty(cost, w) == pytest.approx(wanted, rel=1e-15)
    record = room(2, 5)
    note(record, 1, 7, 0.25, w, g, 0.5, cost)
    assert (record.step[1], record.loss[1], record.learning_rate[1]) == (7, 0.25, 0.5)
    assert record.params[1].tolist() == w.tolist()
    np.testing.assert_allclose(record.gradient[1], whole.subgradient(w, g), rtol=1e-15)
    moved = w.copy()
    move(Motion(moved, np.zeros(5), np.zeros(5), 0.0, -1), g, 0.5, cost)
    np.testing.assert_allclose(moved, whole.prox(w - 0.5 * g, 0.5), rtol=1e-15)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_found(value: float) -> None:
    for size in (1, 7, 33):
        for place in range(size):
            numbers = np.full(size, 1e300)
            assert all_finite(numbers)
            numbers[place] = value
            assert not all_finite(numbers)
