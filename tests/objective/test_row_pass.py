"""Sums over rows: the same by every road, in every layout, for any number of threads."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse

from steepest.data.blocks import Block
from steepest.data.sparse import CSR
from steepest.objective.chunks import chunks_of
from steepest.objective.losses import LOSSES, SQUARED, Loss, huber, loss_named
from steepest.objective.row_pass import RowPass

LAYOUTS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "CSR": lambda X: CSR.of(sparse.csr_array(X)),
    "CSR of long indices": lambda X: long_indices(CSR.of(sparse.csr_array(X))),
    "float32": lambda X: X.astype(np.float32),
    "float32, Fortran": lambda X: np.asfortranarray(X.astype(np.float32)),
    "float32, CSR": lambda X: CSR.of(sparse.csr_array(X.astype(np.float32))),
    "some columns of more": lambda X: np.hstack([X, X])[:, : X.shape[1]],
    "some rows of more, Fortran": lambda X: np.asfortranarray(np.vstack([X, X]))[: len(X)],
    "every other column": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": lambda X: np.ascontiguousarray(X[::-1])[::-1],
    "read-only": lambda X: sealed(X.copy()),
}


def long_indices(X: CSR) -> CSR:
    return CSR(X.data, X.indices.astype(np.int64), X.indptr.astype(np.int64), X.columns)


def sealed(X: np.ndarray) -> np.ndarray:
    X.flags.writeable = False
    return X


@pytest.fixture(params=(*LOSSES, huber(0.4)), ids=lambda loss: loss.name)
def loss(request: pytest.FixtureRequest) -> Loss:
    return request.param


def classes(loss: Loss) -> int:
    return 4 if loss.scores == "classes" else 1


def table(loss: Loss, rows: int = 700, columns: int = 7):
    """X with zeros and numbers that float32 holds exactly, y, weight."""
    rng = np.random.default_rng(3)
    X = np.round(rng.normal(size=(rows, columns)) * 64) / 64 * (rng.random((rows, columns)) < 0.6)
    y = rng.integers(0, 2 if loss.name == "logistic" else 4, rows).astype(float)
    return X, y, rng.random(rows)


def params_for(loss: Loss, columns: int) -> np.ndarray:
    return 0.4 * np.random.default_rng(4).normal(size=classes(loss) * columns)


def by_hand(loss: Loss, X, y, weight, params, intercept: bool) -> np.ndarray:
    """The sum and the gradient, by NumPy and in one piece."""
    A = np.hstack([X, np.ones((len(X), 1))]) if intercept else X
    w = params.reshape(classes(loss), -1)
    z = A @ w.T if loss.scores == "classes" else A @ w[0]
    share = np.ones(len(y)) if weight is None else weight
    slope = loss.slope(z, y).reshape(len(y), -1) * share[:, None]
    return np.concatenate([[share @ loss.value(z, y)], (slope.T @ A).ravel()])


def summed(*args, **options) -> np.ndarray:
    *args, params = args
    total, gradient = RowPass(*args, **options).sums(params)
    return np.concatenate([[total], gradient])


def near(found: np.ndarray, wanted: np.ndarray) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12 * np.abs(wanted).max())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_sum(loss: Loss, layout: str, weighted: bool) -> None:
    X, y, weight = table(loss)
    share = weight if weighted else None
    params = params_for(loss, 8)
    options = {"intercept": True, "classes": classes(loss)}
    found = summed([Block(LAYOUTS[layout](X), y, share)], loss, params, **options)
    near(found, by_hand(loss, X, y, share, params, intercept=True))


def test_without_an_intercept_and_in_many_blocks(loss: Loss) -> None:
    X, y, weight = table(loss)
    params = params_for(loss, 7)
    cuts = [0, 1, 1, 4, 300, 700]  # of which one is empty
    pairs = pairwise(cuts)
    blocks = [Block(X[a:b], y[a:b], weight[a:b]) for a, b in pairs]
    found = summed(blocks, loss, params, intercept=False, classes=classes(loss))
    near(found, by_hand(loss, X, y, weight, params, intercept=False))


@pytest.mark.parametrize("layout", ["C", "Fortran", "CSR"])
def test_threads_do_not_change_a_bit(loss: Loss, layout: str) -> None:
    X, y, _ = table(loss, rows=3_000, columns=1_200 if layout != "CSR" else 2_400)
    design = LAYOUTS[layout](X)
    params = 0.1 * params_for(loss, X.shape[1] + 1)
    assert len(chunks_of([design], 1 + len(params))) >= 3
    found = {
        summed(
            [Block(design, y)],
            loss,
            params,
            intercept=True,
            classes=classes(loss),
            threads=threads,
        ).tobytes()
        for threads in (1, 2, 3, 4, "all")
        for _ in range(2)
    }
    assert len(found) == 1


def test_a_loss_that_is_not_compiled_goes_through_numpy(loss: Loss) -> None:
    X, y, weight = table(loss)
    params = params_for(loss, 8)
    plain = replace(loss, compiled=None)
    for design in (X, LAYOUTS["CSR"](X), LAYOUTS["float32"](X)):
        found = summed(
            [Block(design, y, weight)], plain, params, intercept=True, classes=classes(loss)
        )
        near(found, by_hand(loss, X, y, weight, params, intercept=True))


def test_no_rows(loss: Loss) -> None:
    for design in (np.zeros((0, 2)), CSR.of(sparse.csr_array((0, 2)))):
        found = summed(
            [Block(design, np.zeros(0))],
            loss,
            params_for(loss, 3),
            intercept=True,
            classes=classes(loss),
        )
        assert not found.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (257, 1), (3, 200)])
def test_small_shapes(shape: tuple[int, int]) -> None:
    loss = loss_named("logistic")
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=shape), (rng.random(shape[0]) < 0.5).astype(float)
    params = rng.normal(size=shape[1])
    for design in (X, np.asfortranarray(X), np.hstack([X, X])[:, : shape[1]]):
        found = summed([Block(design, y)], loss, params, intercept=False)
        near(found, by_hand(loss, X, y, None, params, intercept=False))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("score", [-800.0, -36.5, 36.5, 300.0, 800.0])
def test_far_scores_keep_their_digits(loss: Loss, score: float, weighted: bool) -> None:
    rows = 300
    X = np.full((rows, 1), score)
    share = np.full(rows, 0.5) if weighted else None
    params = np.ones(1) if classes(loss) == 1 else np.array([1.0, -1.0, 0.0, 0.5])
    for target in (0.0, 1.0):
        y = np.full(rows, target)
        found = summed([Block(X, y, share)], loss, params, intercept=False, classes=classes(loss))
        wanted = by_hand(loss, X, y, share, params, intercept=False)
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-290)


def test_what_is_no_number_stays_none(loss: Loss) -> None:
    X, y, _ = table(loss)
    params = params_for(loss, 8)
    params[2] = np.nan
    found = summed([Block(X, y)], loss, params, intercept=True, classes=classes(loss))
    assert np.isnan(found[0])


def test_product_with_a_hessian() -> None:
    X, y, weight = table(loss_named("squared"))
    walk = RowPass([Block(X, y)], loss_named("squared"), intercept=True)
    A, v = np.hstack([X, np.ones((len(X), 1))]), np.arange(8.0)
    near(walk.scaled([weight], v), A.T @ (weight * (A @ v)))


def test_agrees_with_torch() -> None:
    torch = pytest.importorskip("torch")
    X, y, _ = table(loss_named("softmax"))
    params = params_for(loss_named("softmax"), 7)
    w = torch.tensor(params.reshape(4, 7), requires_grad=True)
    total = torch.nn.functional.cross_entropy(
        torch.tensor(X) @ w.T, torch.tensor(y.astype(int)), reduction="sum"
    )
    total.backward()
    found = summed([Block(X, y)], loss_named("softmax"), params, intercept=False, classes=4)
    near(found, np.concatenate([[total.item()], w.grad.numpy().ravel()]))


@pytest.mark.parametrize("gap", [4, 8, 12])
def test_rows_that_lie_among_other_things_are_read_as_they_are(gap: int) -> None:
    """A field of a record array: rows whose distance is no multiple of a number's size."""
    rng = np.random.default_rng(9)
    kind = np.dtype([("x", "f8", (3,)), ("rest", f"V{gap}")])
    table = np.zeros(60, dtype=kind)
    table["x"] = rng.normal(size=(60, 3))
    y = rng.normal(size=60)
    params = rng.normal(size=4)
    for block in (Block(table["x"], y), Block(table["x"].T.copy().T, y)):
        found = RowPass([block], SQUARED, intercept=True).sums(params)
        wanted = RowPass([Block(table["x"].copy(), y)], SQUARED, intercept=True).sums(params)
        np.testing.assert_allclose(found[0], wanted[0], rtol=1e-13)
        np.testing.assert_allclose(found[1], wanted[1], rtol=1e-12, atol=1e-12)
