from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from steepest.data.blocks import Block, Blocks, InMemory, extremes
from steepest.data.sparse import CSR
from steepest.errors import InputError


def gather(blocks: Blocks) -> Block:
    parts = list(blocks)
    return Block(
        np.vstack([part.X for part in parts]),
        np.concatenate([part.y for part in parts]),
        None if parts[0].weight is None else np.concatenate([part.weight for part in parts]),  # type: ignore[misc]
    )


@pytest.mark.parametrize("rows", [1, 3, 10, 11, 65_536])
def test_all_rows_come_in_order_as_often_as_asked(rows: int) -> None:
    rng = np.random.default_rng(0)
    X, y, weight = rng.normal(size=(10, 3)), rng.normal(size=10), rng.random(10)
    blocks = InMemory(X, y, weight=weight, rows=rows)
    for _ in range(2):
        assert max(len(block.y) for block in blocks) <= rows
        whole = gather(blocks)
        np.testing.assert_array_equal(whole.X, X)
        np.testing.assert_array_equal(whole.y, y)
        assert whole.weight is not None
        np.testing.assert_array_equal(whole.weight, weight)


def test_blocks_are_views() -> None:
    X, y = np.zeros((5, 2)), np.zeros(5)
    for block in InMemory(X, y, rows=2):
        assert np.shares_memory(block.X, X)
        assert np.shares_memory(block.y, y)
        assert block.weight is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_stay_as_they_lie(dtype: type, order: str) -> None:
    X = np.asarray(np.arange(12.0).reshape(4, 3), dtype=dtype, order=order)
    blocks = InMemory(X, np.zeros(4), weight=np.ones(4), rows=2)
    whole = blocks.whole()
    assert np.shares_memory(whole.X, X)
    assert whole.X.dtype == dtype
    assert len(whole.y) == 4
    assert whole.weight is not None
    for block in blocks:
        assert np.shares_memory(block.X, X)


def test_sparse_rows_stay_sparse() -> None:
    X = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    blocks = InMemory(sparse.csr_matrix(X), np.zeros(3), rows=2)
    parts = [block.X for block in blocks]
    assert all(isinstance(part, CSR) for part in parts)
    np.testing.assert_array_equal(np.vstack([part.toarray() for part in parts]), X)
    np.testing.assert_array_equal(blocks.whole().X.toarray(), X)


def test_sparse_rows_are_checked() -> None:
    X = np.eye(3)
    X[2, 1] = np.nan
    with pytest.raises(InputError, match=r'X is nan in row 2 .* column "x1"'):
        InMemory(sparse.csr_array(X), np.zeros(3))
    with pytest.raises(InputError, match="at least one row and column"):
        InMemory(sparse.csr_array((0, 3)), np.zeros(0))


@pytest.mark.parametrize(
    ("indices", "indptr", "said"),
    [
        ([0, 3], [0, 1, 2], "3 columns; column 3 came"),
        ([-1, 0], [0, 1, 2], "column -1 came"),
        ([0, 1], [0, 1, 5], "at most 2"),
        ([0, 1], [0, 2, 1], "must rise"),
    ],
)
def test_indices_beyond_the_matrix_are_refused(indices, indptr, said: str) -> None:
    matrix = CSR(np.ones(2), np.array(indices), np.array(indptr), 3)
    with pytest.raises(InputError, match=said):
        InMemory(matrix, np.zeros(2))


@pytest.mark.parametrize("shape", [(0, 2), (1, 1), (5, 2), (3, 70_000), (70_000, 3)])
@pytest.mark.parametrize("kind", ["C", "F", "sparse"])
def test_extremes(shape: tuple[int, int], kind: str) -> None:
    X = np.random.default_rng(0).normal(size=shape)
    design = CSR.of(sparse.csr_array(X)) if kind == "sparse" else np.asarray(X, order=kind)
    wanted = (X.min(), X.max()) if X.size else (0.0, 0.0)
    assert extremes(design) == wanted
    if X.size:
        X[-1, -1] = np.nan
        assert np.isnan(extremes(X)).all()


def test_names() -> None:
    assert InMemory(np.zeros((1, 2)), [0.0]).names == ("x0", "x1")
    assert InMemory(np.zeros((1, 2)), [0.0], names=["a", "b"]).names == ("a", "b")


def test_whole_numbers_become_floats() -> None:
    (block,) = InMemory([[1], [2]], [1, 2])
    assert block.X.dtype == block.y.dtype == np.float64


GOOD = np.ones((3, 2))


@pytest.mark.parametrize(
    ("X", "y", "options", "said"),
    [
        (np.ones(3), np.ones(3), {}, r"X has shape \(3,\); expected \(rows, columns\)"),
        (GOOD, np.ones((3, 1)), {}, r"y has shape \(3, 1\); expected \(rows,\)"),
        (GOOD, np.ones(4), {}, "X has 3 rows and y has 4; expected as many"),
        (np.ones((0, 2)), np.ones(0), {}, "at least one row and column"),
        (np.ones((2, 0)), np.ones(2), {}, "at least one row and column"),
        ([["a"]], [1.0], {}, "X is not an array of numbers"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], {}, "X is not an array of numbers"),
        ([[1.0, 2.0], [1.0, np.nan]], [1.0, 2.0], {}, 'X is nan in row 1 .* of column "x1"'),
        (GOOD, [1.0, 1.0, np.inf], {}, "y is inf in row 2"),
        (GOOD, np.ones(3), {"names": ["a"]}, "X has 2 columns; 1 names"),
        (GOOD, np.ones(3), {"weight": [1.0, 1.0]}, "X has 3 rows and weight has 2"),
        (GOOD, np.ones(3), {"weight": [1.0, -1.0, 1.0]}, r"weight is -1.0 in row 1"),
        (GOOD, np.ones(3), {"weight": np.zeros(3)}, "not all 0"),
        (GOOD, np.ones(3), {"rows": 0}, "a block of 0 rows"),
    ],
)
def test_what_does_not_fit_is_refused(X, y, options, said: str) -> None:
    with pytest.raises(InputError, match=said):
        InMemory(X, y, **options)


def test_the_first_value_that_is_not_finite_is_found_in_a_later_block() -> None:
    X = np.zeros((10, 2))
    X[7, 1] = -np.inf
    with pytest.raises(InputError, match=r'X is -inf in row 7 .* column "b"'):
        InMemory(X, np.zeros(10), names=["a", "b"], rows=3)
