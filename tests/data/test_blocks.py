from __future__ import annotations

import tracemalloc

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from steepest.data.blocks import Block, Blocks, InMemory, extremes
from steepest.data.sparse import CSR
from steepest.errors import InputError
from steepest.objective.generalized_linear import GeneralizedLinear
from steepest.objective.least_squares import LeastSquares


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
        (GOOD, np.ones(3), {"rows": 0}, "rows is 0; expected a whole number from 1"),
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


DAYS = np.full((3, 2), "2020-01-01", dtype="datetime64[D]")
HIDDEN = np.ma.array(np.ones((3, 2)), mask=np.eye(3, 2, dtype=bool))


@pytest.mark.parametrize(
    ("X", "y", "options", "said"),
    [
        (GOOD * 1j, np.ones(3), {}, "X is not an array of numbers: it holds complex128"),
        (GOOD + 0j, np.ones(3), {}, "complex"),
        ((GOOD + 1j).tolist(), np.ones(3), {}, "complex"),
        (GOOD, np.ones(3) * 1j, {}, "y is not an array of numbers"),
        (sparse.csr_array(GOOD * 1j), np.ones(3), {}, "X is not a matrix of numbers"),
        (HIDDEN, np.ones(3), {}, "X is masked in places"),
        (GOOD, HIDDEN[:, 0], {}, "y is masked in places"),
        (DAYS, np.ones(3), {}, "datetime64"),
        (DAYS - DAYS, np.ones(3), {}, "timedelta64"),
        (GOOD.astype(str), np.ones(3), {}, "X is not an array of numbers"),
        ([[10**400, 1]], [1.0], {}, "X is not an array of numbers"),
        (None, np.ones(3), {}, "X has shape"),
        (GOOD, np.ones(3), {"names": 3}, "names is 3"),
        (GOOD, np.ones(3), {"names": "ab"}, "names is 'ab'; expected a list"),
        (GOOD, np.ones(3), {"names": [1, 2]}, "names holds 1"),
        (GOOD, np.ones(3), {"names": ["a", "a"]}, "names holds 'a' twice"),
        (GOOD, np.ones(3), {"weight": "heavy"}, "weight is not an array of numbers"),
        (GOOD, np.ones(3), {"rows": 1.5}, "rows is 1.5"),
    ],
)
def test_what_is_no_number_is_refused(X, y, options, said: str) -> None:
    with pytest.raises(InputError, match=said):
        InMemory(X, y, **options)


def test_compressed_rows_of_whole_numbers_are_refused() -> None:
    matrix = CSR(np.ones(2, dtype=np.int64), np.array([0, 1]), np.array([0, 1, 2]), 3)
    with pytest.raises(InputError, match="int64; expected float64 or float32"):
        InMemory(matrix, np.zeros(2))


def test_nothing_hidden_behind_a_mask_is_no_reason_to_refuse() -> None:
    (block,) = InMemory(np.ma.array(GOOD), np.ma.array(np.ones(3)))
    assert type(block.X) is type(block.y) is np.ndarray


def test_objects_that_are_numbers_are_numbers() -> None:
    (block,) = InMemory(np.array([[1, 2.5], [True, 3]], dtype=object), [1, 2])
    assert block.X.tolist() == [[1.0, 2.5], [1.0, 3.0]]


def test_a_data_frame_brings_its_names() -> None:
    columns = {"a": [1.0, 2.0], "b": [3.0, 4.0]}
    frame = pl.DataFrame(columns)
    assert InMemory(frame, frame["a"]).names == ("a", "b")
    assert InMemory(frame, frame["a"], names=["c", "d"]).names == ("c", "d")
    pandas = pytest.importorskip("pandas")
    assert InMemory(pandas.DataFrame(columns), [1.0, 2.0]).names == ("a", "b")
    assert InMemory(pandas.DataFrame(GOOD), np.ones(3)).names == ("0", "1")


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("place", [(0, 0), (70_000, 999), (99_999, 500)])
def test_in_sparse_rows_it_is_found_where_it_lies(place: tuple[int, int], value: float) -> None:
    """Rows 65,536 x 1,000 dense would take half a gigabyte."""
    rows, columns = [5, 70_000, 70_000, 99_999], [3, 998, 999, 999]
    ones = sparse.coo_array((np.ones(4), (rows, columns)), shape=(100_000, 1_000))
    wrong = sparse.coo_array(([value], ([place[0]], [place[1]])), shape=ones.shape)
    tracemalloc.start()
    with pytest.raises(InputError, match=rf'row {place[0]:,} .* column "x{place[1]}"'):
        InMemory((ones + wrong).tocsr(), np.zeros(100_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


@pytest.mark.parametrize("size", [1e308, 1e200, 1e-200, 1e-300])
def test_weights_of_any_size_weigh_by_how_they_compare(size: float) -> None:
    weight = np.array([1.0, 3.0, 0.0])
    (block,) = InMemory(GOOD, np.ones(3), weight=weight / 3.0 * size)
    assert block.weight is not None
    assert 0.25 < block.weight.max() <= 1.0
    np.testing.assert_allclose(block.weight / block.weight.max(), weight / 3.0, rtol=1e-15)
    (plain,) = InMemory(GOOD, np.ones(3), weight=weight)
    assert plain.weight is not None
    assert plain.weight.tolist() == weight.tolist()


@pytest.mark.parametrize("kind", [LeastSquares, GeneralizedLinear])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"l2": "x"}, "l2 is 'x'"),
        ({"l2": None}, "l2 is None"),
        ({"l2": np.ones(2)}, "l2 is array"),
        ({"l2": 1e308}, "up to 1e100"),
        ({"l1": "x"}, "l1 is 'x'"),
        ({"intercept": "no"}, "intercept is 'no'; expected True or False"),
        ({"threads": "x"}, "threads is 'x'"),
        ({"threads": 1.5}, "threads is 1.5"),
    ],
)
def test_linear_models_say_what_they_cannot_use(kind, options, said: str) -> None:
    with pytest.raises(InputError, match=said):
        kind(GOOD, np.ones(3), **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"loss": 3}, "loss is 3"),
        ({"loss": None}, "loss is None"),
        ({"loss": "softmax", "classes": 3}, "classes is 3"),
        ({"loss": "softmax", "classes": ["a", "a"]}, "classes holds 'a' twice"),
    ],
)
def test_losses_and_classes_that_there_are_not(options, said: str) -> None:
    with pytest.raises(InputError, match=said):
        GeneralizedLinear(GOOD, np.ones(3), **options)


@pytest.mark.parametrize("code", [10_000, 1e9])
def test_absurdly_many_classes_must_be_named(code: float) -> None:
    with pytest.raises(InputError, match="more than 10,000 classes"):
        GeneralizedLinear(GOOD, [0.0, 1.0, code], loss="softmax")


def test_many_classes_that_are_named_are_taken() -> None:
    named = [str(k) for k in range(10_001)]
    model = GeneralizedLinear(GOOD, [0.0, 1.0, 10_000], loss="softmax", classes=named)
    assert len(model.names) == 3 * 10_001


def test_weights_of_any_size_leave_a_descent_as_it_is() -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    weight = np.arange(1.0, 21.0)
    models = [
        LeastSquares(X, X[:, 0] + 1.0, weight=weight * size) for size in (1.0, 5e305, 2.0**-1000)
    ]
    minima = [model.bowl.minimum for model in models]
    for minimum in minima:
        np.testing.assert_allclose(minimum, [1.0, 0.0, 1.0], atol=1e-12)
