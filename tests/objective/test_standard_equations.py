from decimal import Context, Decimal, localcontext

import numpy as np
import pytest

from steepest.objective.exact_gram import exact_gram
from steepest.objective.monomials import read_monomials
from steepest.objective.standard_equations import as_decimals, as_floats, factor, standardise


@pytest.mark.parametrize("intercept", [True, False])
def test_standard_columns_have_length_one_and_are_centred(intercept):
    rng = np.random.default_rng(1)
    columns, target = rng.normal(5, 2, (30, 3)), rng.normal(3, 1, 30)
    table = read_monomials(columns, target, np.eye(3, dtype=int).tolist())
    equations = standardise(exact_gram(table), np.full(4, 1e-16), intercept=intercept)
    means = columns.mean(axis=0) * intercept
    centred, level = columns - means, target.mean() * intercept
    spreads, length = np.linalg.norm(centred, axis=0), np.linalg.norm(target)
    standard, aim = centred / spreads, (target - level) / length
    close = {"rtol": 1e-12, "atol": 1e-14}
    np.testing.assert_allclose(as_floats(equations.gram), standard.T @ standard, **close)
    np.testing.assert_allclose(as_floats(equations.moments), standard.T @ aim, **close)
    assert float(equations.power) == pytest.approx(aim @ aim)
    expected = np.append(means / spreads, level / length) * np.sqrt(30)
    np.testing.assert_allclose(as_floats(equations.means), expected, **close)
    stretch = np.append(np.linalg.norm(columns, axis=0) / spreads, 1.0)
    np.testing.assert_allclose(equations.doubt, 1e-16 * stretch, rtol=1e-9)


def test_a_constant_column_is_left_with_nothing():
    table = read_monomials(np.full((4, 1), 0.1), np.arange(4.0), [(1,)])
    equations = standardise(exact_gram(table), np.zeros(2), intercept=True)
    assert equations.gram[0, 0] == 0
    assert factor(equations.gram, [0])[0] == []


def test_the_root_inverts_hilbert_matrices_to_the_precision_of_the_context():
    n = 12  # condition number 2e16
    with localcontext(Context(prec=120)):
        sums = as_decimals(np.add.outer(np.arange(n), np.arange(n)) + 1)
        hilbert = Decimal(1) / sums
        kept, root = factor(hilbert, range(n))
        identity = hilbert @ (root.T @ root)
    assert kept == list(range(n))
    assert np.abs(as_floats(identity) - np.eye(n)).max() < 1e-80


def test_columns_made_of_those_before_them_are_left_out():
    matrix = np.array([[1, 2, 3, 0], [0, 1, 1, 1], [1, 0, 1, 5], [2, 1, 3, 1]])
    with localcontext(Context(prec=120)):
        kept, root = factor(as_decimals(matrix.T @ matrix), range(4))
    assert kept == [0, 1, 3]
    independent = matrix[:, kept]
    np.testing.assert_allclose(
        as_floats(root.T @ root), np.linalg.inv(independent.T @ independent), rtol=1e-12
    )
