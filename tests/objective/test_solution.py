from decimal import Context, localcontext

import numpy as np
import pytest

from steepest.objective.monomials import read_monomials
from steepest.objective.solution import solve_in_decimals, solve_in_float
from steepest.objective.standard_equations import as_floats

RNG = np.random.default_rng(11)
POWERS = [(1, 0), (0, 1), (2, 1)]


def both_ways(columns, target, *, intercept):
    table = read_monomials(columns, target, POWERS)
    with localcontext(Context(prec=120)):
        return [solve(table, intercept=intercept) for solve in (solve_in_decimals, solve_in_float)]


@pytest.mark.parametrize("intercept", [True, False])
def test_both_ways_agree_on_an_easy_problem(intercept):
    columns = RNG.normal(2, 1, (40, 2)) * np.array([1e-5, 300.0])
    exact, rough = both_ways(columns, RNG.normal(size=40), intercept=intercept)
    assert exact.rank == rough.rank == 3 + intercept
    for name in ("standard", "factors"):
        one, other = (as_floats(getattr(s, name)) for s in (exact, rough))
        np.testing.assert_allclose(one, other, rtol=1e-10)
    assert exact.residual == pytest.approx(rough.residual)
    np.testing.assert_allclose(exact.root.T @ exact.root, rough.root.T @ rough.root, rtol=1e-9)
    assert np.all(rough.doubt >= exact.doubt)
    assert rough.doubt_of_target > exact.doubt_of_target


@pytest.mark.parametrize("intercept", [True, False])
def test_both_ways_choose_the_same_of_infinitely_many_minima(intercept):
    columns = RNG.normal(2, 1, (2, 2))
    exact, rough = both_ways(columns, RNG.normal(size=2), intercept=intercept)
    assert exact.rank == rough.rank == 2
    one, other = as_floats(exact.standard), as_floats(rough.standard)
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_the_inverse_reaches_to_the_intercept():
    columns = RNG.normal(2, 1, (25, 2))
    exact, _ = both_ways(columns, RNG.normal(size=25), intercept=True)
    factors = as_floats(exact.factors)
    design = np.column_stack([columns, columns[:, 0] ** 2 * columns[:, 1], np.ones(25)])
    scaled = design * factors  # columns in the units of `root`, but for the target's length
    inverse = np.linalg.inv(scaled.T @ scaled)
    ratio = exact.root.T @ exact.root / inverse
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-9)
