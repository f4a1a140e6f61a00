import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.objective.row_scores import row_scores


@given(
    rows=st.integers(1, 300),
    columns=st.integers(1, 20),
    classes=st.sampled_from([0, 1, 3, 9]),
    step=st.integers(1, 60),
    seed=st.integers(0, 9),
)
def test_a_row_scores_the_same_in_every_piece(
    rows: int, columns: int, classes: int, step: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.normal(size=(rows, columns)))
    weights = rng.normal(size=(columns, classes) if classes else columns)
    pieces = [row_scores(X[i : i + step], weights) for i in range(0, rows, step)]
    assert np.concatenate(pieces).tobytes() == row_scores(X, weights).tobytes()


@pytest.mark.parametrize("shape", [(7,), (7, 4)])
def test_it_is_the_product(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    X, weights = rng.normal(size=(9_000, 7)), rng.normal(size=shape)
    np.testing.assert_allclose(row_scores(X, weights), X @ weights, rtol=0, atol=1e-14)


def test_no_column_scores_zero() -> None:
    assert row_scores(np.empty((3, 0)), np.empty(0)).tolist() == [0.0, 0.0, 0.0]
