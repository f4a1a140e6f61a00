"""Compressed sparse rows: the same numbers as SciPy's, and views without a copy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from scipy import sparse

from steepest.data.sparse import CSR, is_sparse


@seed(1)
@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 6),
    columns=st.integers(1, 5),
    entries=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(-9, 9))),
    cut=st.tuples(st.integers(0, 6), st.integers(0, 6)),
)
def test_rows_of_any_matrix(rows, columns, entries, cut) -> None:
    kept = [entry for entry in entries if entry[0] < rows and entry[1] < columns]
    i, j, values = zip(*kept, strict=True) if kept else ((), (), ())
    matrix = sparse.coo_array((np.array(values, float), (i, j)), shape=(rows, columns))
    ours = CSR.of(matrix)  # entries given twice are summed
    dense = matrix.toarray()
    assert ours.shape == dense.shape
    assert len(ours) == rows
    np.testing.assert_array_equal(ours.toarray(), dense)
    first, last = sorted(min(end, rows) for end in cut)
    part = ours.rows(first, last)
    np.testing.assert_array_equal(part.toarray(), dense[first:last])
    np.testing.assert_array_equal(part.rows(0, len(part)).toarray(), dense[first:last])
    assert np.shares_memory(part.data, ours.data) or not ours.data.size


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "lil"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_from_every_format(kind: str, dtype: type) -> None:
    X = np.array([[0, 2, 0], [1, 0, 3]], dtype=dtype)
    matrix = CSR.of(sparse.csr_matrix(X).asformat(kind))
    assert matrix.dtype == (np.float32 if dtype == np.float32 else np.float64)
    np.testing.assert_array_equal(matrix.toarray(), X)


def test_what_is_sparse() -> None:
    assert is_sparse(sparse.csr_matrix((1, 1)))
    assert is_sparse(sparse.coo_array((1, 1)))
    assert not is_sparse(np.zeros((1, 1)))
    assert not is_sparse([[0.0]])
