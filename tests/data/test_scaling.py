from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.data.scaling import centre_and_spread, rounded_sum

numbers = st.floats(-1e300, 1e300)


@given(st.lists(numbers, min_size=1, max_size=30), st.booleans())
def test_a_spread_is_positive_and_a_centre_lies_within(
    values: list[float], intercept: bool
) -> None:
    column = np.array(values)
    centre, spread = centre_and_spread(column, intercept)
    assert spread > 0
    assert math.isfinite(spread)
    assert (min(values) <= centre <= max(values)) if intercept else centre == 0
    largest = np.abs(column - centre).max()
    assert spread == 1 or spread <= largest * (1 + 1e-12)


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=30))
def test_moments_are_those_of_the_definition(values: list[int]) -> None:
    column = np.array(values, dtype=float)
    centre, spread = centre_and_spread(column, True)
    exact = math.fsum(values) / len(values)
    assert abs(centre - exact) <= 4e-16 * np.abs(column).max()
    square = math.fsum((value - centre) ** 2 for value in values) / len(values)
    assert spread == pytest.approx(math.sqrt(square) or 1.0, rel=1e-14)


@pytest.mark.parametrize("value", [0.0, 5e-324, -1e308, 0.1])
def test_a_constant_is_its_own_centre(value: float) -> None:
    assert centre_and_spread(np.full(3, value), True) == (value, 1.0)
    centre, spread = centre_and_spread(np.full(3, value), False)
    assert centre == 0
    assert spread == (abs(value) or 1.0)


def test_a_sum_is_rounded_once() -> None:
    assert rounded_sum([0.1] * 10) == 1.0
    assert rounded_sum([1e308, 1e308]) == math.inf
    assert math.isnan(rounded_sum([math.inf, -math.inf]))
