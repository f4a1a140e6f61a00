"""The triangle of all rows: R'R is A'A, and the way that was taken is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse

from steepest.data.blocks import InMemory
from steepest.errors import InputError
from steepest.objective.triangle import Triangle, reduce_rows


def table(rows: int = 300, columns: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, columns)) * (rng.random((rows, columns)) < 0.7)
    return X, X @ np.arange(1.0, columns + 1) + rng.normal(size=rows)


def whole(X: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """A'A of [1 X y] in longer numbers, the weights scaled to sum to the number of rows."""
    A = np.column_stack([np.ones(len(y)), X, y]).astype(np.longdouble)
    w = np.ones(len(y)) if weight is None else weight * (len(y) / weight.sum())
    return np.asarray(A.T @ (A * w[:, None]), dtype=np.float64)


def check(found: Triangle, wanted: np.ndarray, room: float = 1e-13) -> None:
    """Relative to the lengths of the columns."""
    size = np.sqrt(np.diag(wanted))
    np.testing.assert_allclose(found.whole(), np.triu(found.whole()), atol=0)
    sizes = np.outer(size, size)
    difference = np.abs(found.whole().T @ found.whole() - wanted) / np.where(sizes > 0, sizes, 1.0)
    assert np.max(difference) < room


FORMS: dict[str, Callable[[np.ndarray], object]] = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "every other": lambda X: np.repeat(X, 2, axis=0)[::2],
    "CSR": sparse.csr_array,
    "CSC": sparse.csc_matrix,
    "list": lambda X: X.tolist(),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_it_is_the_root_of_the_sums(form: str, intercept: bool, weighted: bool) -> None:
    X, y = table()
    weight = np.random.default_rng(1).random(300) if weighted else None
    found = reduce_rows(InMemory(FORMS[form](X), y, weight=weight), intercept=intercept, threads=2)
    wanted = whole(X, y, weight)
    check(found, wanted if intercept else wanted[1:, 1:])
    assert found.squared
    assert found.rows == 300


@pytest.mark.parametrize("form", [np.ascontiguousarray, np.asfortranarray, sparse.csr_array])
def test_single_precision_is_read_as_it_is_and_summed_in_double(form: Callable) -> None:
    X, y = table()
    single = X.astype(np.float32)
    found = reduce_rows(InMemory(form(single), y), intercept=True, threads=2)
    check(found, whole(single.astype(np.float64), y))


@pytest.mark.parametrize("rows", [16_383, 16_384, 16_385, 40_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_compiled_sums_are_the_same(rows: int, dtype: type, order: str) -> None:
    X, y = table(rows, 3)
    held = np.asarray(X, dtype=dtype, order=order)
    weight = np.linspace(0.0, 2.0, rows)
    found = reduce_rows(InMemory(held, y, weight=weight), intercept=True, threads=2)
    assert found.squared
    check(found, whole(held.astype(np.float64), y, weight), 1e-12)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("columns", [(lambda x: x), (lambda x: 0 * x + 3.0), (lambda x: 0 * x)])
def test_columns_that_add_nothing_are_taken_by_qr(columns: Callable, intercept: bool) -> None:
    """A column twice, one that is constant, and one of zeros."""
    X, y = table()
    X = np.column_stack([X, columns(X[:, 0])])
    found = reduce_rows(InMemory(X, y), intercept=intercept, threads=2)
    wanted = whole(X, y)
    check(found, wanted if intercept else wanted[1:, 1:])
    assert not found.squared
    assert found.path.startswith("QR of the rows")
    assert "beyond float64" in found.path


def test_nearly_dependent_columns_are_taken_by_qr() -> None:
    X, y = table()
    X = np.column_stack([X, X[:, 0] + 1e-5 * np.random.default_rng(8).normal(size=300)])
    found = reduce_rows(InMemory(X, y), intercept=True, threads=2)
    assert not found.squared
    check(found, whole(X, y))
    truth = np.abs(np.diag(np.linalg.qr(np.column_stack([np.ones(300), X, y]), mode="r")))
    np.testing.assert_allclose(np.abs(np.diag(found.whole())), truth, rtol=1e-8)


def test_independent_columns_are_summed_whatever_their_units() -> None:
    X, y = table()
    found = reduce_rows(InMemory(X * [1e-9, 1.0, 1e9, 1e40], y), intercept=True, threads=2)
    assert found.path.startswith("statistics: one pass")
    check(found, whole(X * [1e-9, 1.0, 1e9, 1e40], y))


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
@pytest.mark.parametrize("intercept", [False, True])
def test_fewer_rows_than_columns(rows: int, intercept: bool) -> None:
    X, y = table(rows, 6)
    found = reduce_rows(InMemory(X, y), intercept=intercept, threads=2)
    assert found.whole().shape == (7 + intercept, 7 + intercept)
    wanted = whole(X, y)
    check(found, wanted if intercept else wanted[1:, 1:])


def test_columns_far_from_zero_are_shifted_and_keep_their_digits() -> None:
    rng = np.random.default_rng(2)
    X = 1e6 + rng.normal(size=(500, 3))
    y = 1e7 + X.sum(axis=1) + rng.normal(size=500)
    found = reduce_rows(InMemory(X, y), intercept=True, threads=2)
    assert found.squared
    centred = np.column_stack([X - X.mean(axis=0), y - y.mean()]).astype(np.longdouble)
    wanted = np.asarray(centred.T @ centred, dtype=np.float64)
    inner = found.whole()[1:, 1:]
    np.testing.assert_allclose(inner.T @ inner, wanted, rtol=1e-9, atol=1e-9 * wanted.max())
    assert found.shift[:3] == pytest.approx([1e6] * 3, rel=1e-5)
    np.testing.assert_allclose(found.norms[1:4], 1.0, rtol=0.2)


@pytest.mark.parametrize("columns", [3, 60])
@pytest.mark.parametrize("near", [False, True])
def test_the_same_to_the_bit_for_any_number_of_threads(columns: int, near: bool) -> None:
    X, y = table(50_000 if columns == 3 else 20_000, columns)
    if near:
        X[:, -1] = X[:, 0] + 1e-7 * X[:, -1]
    blocks = InMemory(X, y, weight=np.linspace(0.5, 1.5, len(y)))
    first = reduce_rows(blocks, intercept=True, threads=1)
    assert first.squared == (not near)
    for threads in (2, 3, 4):
        again = reduce_rows(blocks, intercept=True, threads=threads)
        assert again.whole().tobytes() == first.whole().tobytes()


@pytest.mark.parametrize("rows", [1, 77, 300])
def test_blocks_of_any_size_give_the_same_triangle(rows: int) -> None:
    X, y = table()
    found = reduce_rows(InMemory(X, y, rows=rows), intercept=True, threads=2)
    check(found, whole(X, y))


def test_rows_of_no_weight_do_not_count() -> None:
    X, y = table()
    weight = np.ones(300)
    weight[::3] = 0.0
    kept = weight > 0
    found = reduce_rows(InMemory(X, y, weight=weight), intercept=True, threads=2)
    check(found, whole(X[kept], y[kept]) * 300 / 200)


def test_a_target_without_misfit_may_be_summed_or_not_but_is_right() -> None:
    X, _ = table()
    y = X @ [1.0, 2.0, 3.0, 4.0] + 5.0
    found = reduce_rows(InMemory(X, y), intercept=True, threads=2)
    check(found, whole(X, y))
    assert abs(found.whole()[-1, -1]) < 1e-6 * np.linalg.norm(y)


@pytest.mark.parametrize("what", ["features", "target"])
@pytest.mark.parametrize("size", [1e150, 1e-150])
def test_numbers_whose_squares_are_none_are_refused(what: str, size: float) -> None:
    X, y = table()
    blocks = InMemory(X * size, y) if what == "features" else InMemory(X, y * size)
    with pytest.raises(InputError, match=f"of the {what} is .* use other units"):
        reduce_rows(blocks, intercept=True, threads=2)
