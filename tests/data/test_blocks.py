from __future__ import annotations

import numpy as np
import pytest

from steepest.data.blocks import Block, Blocks, InMemory
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
