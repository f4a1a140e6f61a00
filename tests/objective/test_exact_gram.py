from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.objective.exact_gram import BITS, exact_gram
from steepest.objective.monomials import read_monomials


def gram_in_fractions(table):
    """The same from the normal columns, in rational arithmetic."""
    normal = [[Fraction(v) for v in column] for column in table.normal(slice(None))]
    target = [Fraction(v) for v in table.of_target.normal(table.target)]
    columns = [
        [prod((x**n for x, n in zip(row, powers, strict=True)), start=Fraction(1)) for row in rows]
        for powers, rows in product(table.powers, [list(zip(*normal, strict=True))])
    ]
    columns += [[Fraction(1)] * len(target), target]
    return [[sum(a * b for a, b in zip(u, v, strict=True)) for v in columns] for u in columns]


def assert_exact(table):
    unit = Fraction(1, 4**BITS)
    assert [[v * unit for v in row] for row in exact_gram(table)] == gram_in_fractions(table)


@given(
    st.lists(
        st.tuples(*[st.floats(0.25, 1024) | st.floats(-1, -(2.0**-56))] * 3), min_size=1, max_size=6
    )
)
def test_inner_products_of_float64_columns_are_exact(rows):
    """From 2**11 above the largest down to the last bit of 2**-56 are 119 of the 120 bits kept."""
    values = np.array(rows)
    assert_exact(read_monomials(values[:, :2], values[:, 2], [(1, 0), (0, 1)]))


@given(st.lists(st.tuples(*[st.integers(-(10**6), 10**6)] * 3), min_size=1, max_size=6))
def test_monomials_of_whole_numbers_are_exact(rows):
    values = np.array(rows, dtype=float)
    powers = [(1, 0), (2, 1), (0, 3), (0, 5), (0, 0)]
    assert_exact(read_monomials(values[:, :2], values[:, 2], powers))


def test_sums_stay_exact_over_many_blocks_of_the_largest_slices():
    rows = 3 * 4096 + 17
    # All bits set: every slice is as large as it can be.
    values = np.full((rows, 2), 2.0**53 - 1)
    values[::2] *= -1
    assert_exact(read_monomials(values[:, :1], values[:, 1], [(1,), (2,)]))


@pytest.mark.parametrize("degree", [3, 10])
def test_monomials_of_long_decimals_are_off_by_less_than_they_say(degree):
    values = np.random.default_rng(0).uniform(-9, 9, (50, 2)).round(9)
    table = read_monomials(values[:, :1], values[:, 1], [(degree,)])
    exact = gram_in_fractions(table)[0][0]
    error = abs(Fraction(exact_gram(table)[0, 0], 4**BITS) / exact - 1)
    assert error <= 2.01 * table.uncertainty[0]
