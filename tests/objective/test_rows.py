"""Batches of rows: without bias, and safe rates for them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from steepest.data.blocks import Block, InMemory
from steepest.data.sparse import CSR
from steepest.errors import InputError
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.losses import LOGISTIC, LOSSES, POISSON, SQUARED, Loss
from steepest.objective.rows import RowBatches, check_block, parameter_names

ROWS = 24


@pytest.fixture(params=LOSSES, ids=lambda loss: loss.name)
def loss(request: pytest.FixtureRequest) -> Loss:
    return request.param


def table(loss: Loss) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    X = np.round(rng.normal(size=(ROWS, 3)) * 16) / 16 * (rng.random((ROWS, 3)) < 0.7)
    y = rng.integers(0, 2 if loss.name == "logistic" else 3, ROWS).astype(float)
    return X, y, rng.random(ROWS)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("layout", ["C", "F", "float32", "sparse"])
def test_the_mean_over_all_batches_is_the_smooth_cost(
    loss: Loss, layout: str, weighted: bool
) -> None:
    X, y, weight = table(loss)
    design = {
        "C": X,
        "F": np.asfortranarray(X),
        "float32": X.astype(np.float32),
        "sparse": sparse.csr_array(X),
    }[layout]
    objective = GeneralizedLinear(
        design, y, loss=loss, weight=weight if weighted else None, l2=0.3, l1=0.2
    )
    make = objective.powers().batches
    assert make is not None
    batches = make()
    params = 0.3 * np.random.default_rng(1).normal(size=len(objective.names))
    order = np.random.default_rng(0).permutation(ROWS)
    parts = [batches.value_and_gradient_on(params, rows) for rows in order.reshape(4, 6)]
    value, gradient = objective.smooth(params)
    assert batches.rows == ROWS
    assert np.mean([part[0] for part in parts]) == pytest.approx(value, rel=1e-12)
    found = np.mean([part[1] for part in parts], axis=0)
    np.testing.assert_allclose(found, gradient, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_expected_smoothness_at_both_ends(kind: str) -> None:
    X, y, weight = table(SQUARED)
    design = X if kind == "dense" else sparse.csr_array(X)
    A = np.hstack([X, np.ones((ROWS, 1))])
    for share in (None, weight):
        blocks = InMemory(design, y, weight=share)
        batches = RowBatches.of(blocks, SQUARED, intercept=True)
        w = np.ones(ROWS) if share is None else share / share.mean()
        whole = np.linalg.eigvalsh(A.T @ (w[:, None] * A) / ROWS)[-1]
        assert batches.expected_smoothness(ROWS) == pytest.approx(whole, rel=1e-10)
        one = np.max(w * np.sum(A**2, axis=1))
        assert batches.expected_smoothness(1) == pytest.approx(one, rel=1e-12)


def test_a_curvature_without_bound_has_no_safe_rate() -> None:
    X, y, _ = table(POISSON)
    with pytest.raises(InputError, match="poisson loss has no bound"):
        RowBatches.of(InMemory(X, y), POISSON, intercept=True).expected_smoothness(2)


@pytest.mark.parametrize("layout", ["dense", "sparse"])
def test_blocks_are_gathered(layout: str) -> None:
    X, y, weight = table(LOGISTIC)
    design = X if layout == "dense" else CSR.of(sparse.csr_array(X))
    pieces = list(InMemory(design, y, weight=weight, rows=7))
    one, many = (
        RowBatches.of(blocks, LOGISTIC, intercept=True)
        for blocks in (InMemory(design, y, weight=weight), pieces)
    )
    rows, params = np.array([20, 3, 3]), np.ones(4)
    mine, theirs = (b.value_and_gradient_on(params, rows) for b in (one, many))
    assert mine[0] == theirs[0]
    np.testing.assert_array_equal(mine[1], theirs[1])


def test_rows_in_memory_are_not_copied() -> None:
    X, y, _ = table(SQUARED)
    batches = RowBatches.of(InMemory(X, y, rows=5), SQUARED, intercept=True)
    assert isinstance(batches.X, np.ndarray)
    assert np.shares_memory(batches.X, X)


def test_names_of_parameters() -> None:
    assert parameter_names(("a", "b"), intercept=False) == ("a", "b")
    assert parameter_names(("a",), intercept=True) == ("a", "intercept")


@pytest.mark.parametrize("size", [1e150, -1e150, 1e-150])
def test_numbers_whose_squares_are_none_are_refused(size: float) -> None:
    X, y = np.full((3, 2), size), np.ones(3)
    for block in (Block(X, y), Block(CSR.of(sparse.csr_array(X)), y)):
        with pytest.raises(InputError, match=r"features .* other units"):
            check_block(block)
    with pytest.raises(InputError, match=r"target .* other units"):
        check_block(Block(np.ones((3, 1)), y * size))
    check_block(Block(np.zeros((3, 2)), np.zeros(3)))
