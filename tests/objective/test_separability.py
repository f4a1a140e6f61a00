"""Proofs that a minimum lies at infinity: given where they hold, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse

from steepest.data.blocks import Block
from steepest.data.sparse import CSR
from steepest.objective.separability import one_class_column, own_side


def dense(X: np.ndarray) -> np.ndarray:
    return X


def compressed(X: np.ndarray) -> CSR:
    return CSR.of(sparse.csr_array(X))


LAYOUTS = [dense, compressed]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_own_side_of_a_boundary(layout) -> None:
    X, y = np.array([[-2.0], [0.0], [1.0]]), np.array([0.0, 0.0, 1.0])
    block = Block(layout(X), y)
    assert own_side([block], np.array([2.0, -1.0]), True)
    assert own_side([block], np.array([2.0, 0.0]), True) is None  # one row lies on it


def test_own_class_has_the_highest_score() -> None:
    X, y = np.eye(3), np.array([0.0, 1.0, 2.0])
    assert own_side([Block(X, y)], np.eye(3), False)
    assert own_side([Block(X, y)], np.ones((3, 3)), False) is None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rows_without_weight_do_not_count(layout) -> None:
    X, y = np.array([[-2.0], [3.0], [1.0]]), np.array([0.0, 0.0, 1.0])
    params = np.array([1.0, 0.0])
    assert own_side([Block(layout(X), y)], params, True) is None
    weighted = Block(layout(X), y, np.array([1.0, 0.0, 1.0]))
    assert "all 2 rows" in str(own_side([weighted], params, True))
    level = Block(layout(np.array([[0.0], [0.0], [1.0], [1.0]])), np.array([0.0, 1.0, 1.0, 0.0]))
    assert one_class_column([level], ["a"], 2) is None
    lighter = Block(level.X, level.y, np.array([1.0, 1.0, 1.0, 0.0]))
    assert "1 rows that stand out in a" in str(one_class_column([lighter], ["a"], 2))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_a_level_with_one_class(layout, flip: float) -> None:
    rng = np.random.default_rng(0)
    level = (np.arange(50) < 4).astype(float)
    X = np.column_stack([rng.normal(size=50), flip * level])
    y = np.where(level == 1, 1.0, rng.integers(0, 2, 50)).astype(float)
    for cuts in ([0, 50], [0, 2, 30, 50]):
        pairs = pairwise(cuts)
        blocks = [Block(layout(X[a:b]), y[a:b]) for a, b in pairs]
        said = one_class_column(blocks, ["x", "place"], 2)
        assert "4 rows that stand out in place are all of one class" in str(said)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_level_without_some_class(layout) -> None:
    level = np.repeat([0.0, 1.0], 6)
    y = np.array([0.0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 0, 1])
    said = one_class_column([Block(layout(level[:, None]), y)], ["level"], 3)
    assert "none of class 2" in str(said)
    mixed = np.array([0.0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
    assert one_class_column([Block(layout(level[:, None]), mixed)], ["level"], 3) is None
