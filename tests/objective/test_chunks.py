"""How rows are cut: every row once, by the shape alone, into pieces worth a thread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from scipy import sparse

from steepest.data.sparse import CSR
from steepest.objective.chunks import FEWEST, MOST_ROOM, chunks_of


@seed(2)
@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 3_000), min_size=1, max_size=5),
    columns=st.sampled_from([1, 7, 3_000]),
)
def test_every_row_is_in_one_part(lengths: list[int], columns: int) -> None:
    designs = [np.broadcast_to(np.zeros(1), (length, columns)) for length in lengths]
    found = [
        (part.block, row)
        for chunk in chunks_of(designs, columns)
        for part in chunk
        for row in range(part.first, part.last)
    ]
    assert found == [(b, row) for b, length in enumerate(lengths) for row in range(length)]


@pytest.mark.parametrize(
    ("rows", "columns", "fewest", "most"),
    [(100, 5, 1, 1), (1_000_000, 100, 100, 120), (1_000_000, 1, 10, 20), (5_000, 2_000, 8, 12)],
)
def test_chunks_are_worth_a_thread(rows: int, columns: int, fewest: int, most: int) -> None:
    design = np.broadcast_to(np.zeros(1), (rows, columns))
    assert fewest <= len(chunks_of([design], columns + 1)) <= most


def test_wide_sparse_rows_do_not_need_much_room() -> None:
    rows, columns = 30_000, 400_000
    indptr = np.arange(rows + 1) * 1_000
    design = CSR(np.broadcast_to(np.ones(1), 30_000_000), indptr[:0], indptr, columns)
    chunks = chunks_of([design], columns)
    assert FEWEST <= len(chunks) <= max(FEWEST, MOST_ROOM // columns)
    empty = CSR.of(sparse.csr_array((0, 3)))
    assert chunks_of([empty], 3) == [[]]
