"""Sums of squares and products of all rows, in one pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse

from steepest.data.blocks import Block, InMemory
from steepest.objective.statistics import CHUNK, FEW_COLUMNS, Statistics, first_shift, pieces_of


def table(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    X = 5.0 + rng.normal(size=(rows, columns))
    return X, X[:, 0] + rng.normal(size=rows), rng.random(rows)


def wanted(X: np.ndarray, y: np.ndarray, weight: np.ndarray, shift: np.ndarray) -> np.ndarray:
    A = np.column_stack([np.ones(len(y)), X - shift[:-1], y - shift[-1]]).astype(np.longdouble)
    return np.asarray(A.T @ (A * weight[:, None]), dtype=np.float64)


WIDTHS = [1, 5, FEW_COLUMNS, FEW_COLUMNS + 1, 70]


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("rows", [1, 100, 2_048, 2_049, CHUNK + 3])
def test_the_sums_are_those_of_the_shifted_columns(rows: int, columns: int) -> None:
    X, y, weight = table(rows, columns)
    found = Statistics.of(InMemory(X, y, weight=weight), 2)
    truth = wanted(X, y, weight, found.shift)
    size = np.sqrt(np.diag(truth)) + 1e-30
    assert np.max(np.abs(found.gram - truth) / np.outer(size, size)) <= 4 * found.rounding
    np.testing.assert_array_equal(found.gram, found.gram.T)
    assert found.rows == rows
    assert found.total == pytest.approx(weight.sum(), rel=1e-13)


@pytest.mark.parametrize("columns", [4, 60])
def test_the_same_triangle_as_qr_of_the_rows(columns: int) -> None:
    X, y, weight = table(3_000, columns)
    found = Statistics.of(InMemory(X, y, weight=weight), 2)
    A = np.column_stack([np.ones(len(y)), X - found.shift[:-1], y - found.shift[-1]])
    by_rows = np.linalg.qr(A * np.sqrt(weight)[:, None], mode="r")
    by_sums = np.linalg.cholesky(found.gram).T
    np.testing.assert_allclose(by_sums, by_rows * np.sign(np.diag(by_rows))[:, None], atol=1e-11)


@pytest.mark.parametrize("form", [np.ascontiguousarray, np.asfortranarray])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [500, CHUNK])
def test_any_form_of_the_same_numbers(form: Callable, dtype: type, rows: int) -> None:
    X, y, weight = table(rows, 3)
    held = form(X.astype(dtype))
    found = Statistics.of(InMemory(held, y, weight=weight), 2)
    truth = wanted(held.astype(np.float64), y, weight, found.shift)
    np.testing.assert_allclose(found.gram, truth, rtol=1e-11, atol=1e-11 * weight.sum())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("rows", [500, CHUNK + 3])
def test_sparse_rows_are_not_shifted(rows: int, weighted: bool) -> None:
    X, y, weight = table(rows, 4)
    X[np.random.default_rng(1).random(X.shape) < 0.8] = 0.0
    blocks = InMemory(sparse.csr_array(X), y, weight=weight if weighted else None)
    found = Statistics.of(blocks, 2)
    assert found.shift[:-1].tolist() == [0.0] * 4
    truth = wanted(X, y, weight if weighted else np.ones(rows), found.shift)
    np.testing.assert_allclose(found.gram, truth, rtol=1e-12, atol=1e-12 * rows)


def test_the_shift_is_the_mean_of_the_first_rows() -> None:
    X, y, _ = table(5_000, 3)
    shift = first_shift(Block(X, y))
    np.testing.assert_allclose(shift, np.append(X[:1000].mean(axis=0), y[:1000].mean()), rtol=1e-14)
    blocks = InMemory(X, y, rows=1_234)
    np.testing.assert_array_equal(Statistics.of(blocks, 1).shift, shift)


def test_the_mean_of_single_precision_is_taken_in_double() -> None:
    X = (1e6 + np.random.default_rng(0).normal(size=(1000, 1))).astype(np.float32)
    shift = first_shift(Block(X, np.zeros(1000)))
    assert shift[0] == pytest.approx(X.astype(np.float64).mean(), rel=1e-15)


@pytest.mark.parametrize("columns", [3, 60])
def test_the_same_to_the_bit_for_any_number_of_threads(columns: int) -> None:
    X, y, weight = table(3 * CHUNK + 17 if columns == 3 else CHUNK + 17, columns)
    blocks = InMemory(X, y, weight=weight, rows=30_000)
    grams = {Statistics.of(blocks, threads).gram.tobytes() for threads in (1, 2, 3, 4)}
    assert len(grams) == 1


@pytest.mark.parametrize("sparsely", [False, True])
@pytest.mark.parametrize("rows", [1, CHUNK, CHUNK + 1, 2 * CHUNK + 5])
def test_chunks_are_views_of_all_rows_in_order(rows: int, sparsely: bool) -> None:
    X, y, weight = table(rows, 2)
    block = InMemory(sparse.csr_array(X) if sparsely else X, y, weight=weight).whole()
    parts = pieces_of(block)
    assert [len(part.y) for part in parts[:-1]] == [CHUNK] * (len(parts) - 1)
    np.testing.assert_array_equal(np.concatenate([part.y for part in parts]), y)
    held = [part.X.toarray() if sparsely else part.X for part in parts]
    np.testing.assert_array_equal(np.concatenate(held), X)
    assert all(np.shares_memory(part.weight, block.weight) for part in parts)
