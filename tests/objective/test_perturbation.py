import numpy as np
import pytest

from steepest.objective.perturbation import collinearity, largest_change

RNG = np.random.default_rng(7)


def problem(kappa, residual, rows=9, columns=3):
    left, _ = np.linalg.qr(RNG.normal(size=(rows, columns)))
    right, _ = np.linalg.qr(RNG.normal(size=(columns, columns)))
    matrix = left * np.geomspace(1, 1 / kappa, columns) @ right
    target = matrix @ RNG.normal(size=columns)
    return matrix, target + residual * RNG.normal(size=rows)


def solve(matrix, target):
    params = np.linalg.lstsq(matrix, target, rcond=None)[0]
    return params, float(np.linalg.norm(target - matrix @ params))


def of_length(vectors, lengths):
    return vectors / np.linalg.norm(vectors, axis=0) * lengths


@pytest.mark.parametrize("kappa", [1, 10, 1000])
@pytest.mark.parametrize("residual", [0.0, 0.1, 100.0])
@pytest.mark.parametrize("share", [1e-6, 0.1])
def test_no_change_of_the_data_moves_a_coefficient_further(kappa, residual, share):
    matrix, target = problem(kappa, residual)
    params, off = solve(matrix, target)
    root = np.linalg.inv(np.linalg.qr(matrix, mode="r")).T
    doubt = share / 3 / np.linalg.norm(root, axis=0)  # so that eta is `share`
    bound = largest_change(root, params, doubt, 1e-3, off)
    nearest = 0.0
    for _ in range(300):
        changed = matrix + of_length(RNG.choice([-1.0, 1.0], matrix.shape), doubt)
        moved, _ = solve(changed, target + of_length(RNG.normal(size=len(target)), 1e-3))
        assert np.all(np.abs(moved - params) <= bound * (1 + 1e-6) + 1e-9 * np.abs(params))
        nearest = max(nearest, float(np.max(np.abs(moved - params) / bound)))
    assert nearest > 0.03  # and the bound is not far above what happens


def test_the_worst_change_of_the_target_reaches_the_bound():
    matrix, target = problem(10, 0.0)
    root = np.linalg.inv(np.linalg.qr(matrix, mode="r")).T
    row = np.linalg.pinv(matrix)[0]
    params, _ = solve(matrix, target)
    moved, _ = solve(matrix, target + 1e-3 * row / np.linalg.norm(row))
    bound = largest_change(root, params, np.zeros(3), 1e-3, 0.0)[0]
    assert bound / 1.0101 <= abs(moved[0] - params[0]) <= bound


def test_nothing_is_promised_where_the_columns_may_be_collinear():
    one = np.ones(1)
    assert largest_change(8.1 * one[None], one, one / 64, 0.0, 0.0).tolist() == [np.inf]
    assert largest_change(np.full((1, 1), np.nan), one, one, 0.0, 0.0).tolist() == [np.inf]


def test_collinearity_reaches_one_where_a_change_makes_the_columns_equal():
    matrix = np.array([[1.0, 1.0], [-0.01, 0.01]])  # a change of 0.01 in each closes the gap
    root = np.linalg.inv(np.linalg.qr(matrix, mode="r")).T
    np.testing.assert_allclose(collinearity(root, np.full(2, 0.01)), 1.0, rtol=1e-3)
