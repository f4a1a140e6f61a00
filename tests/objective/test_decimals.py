import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.objective.decimals import read_as_given, read_column


@given(
    st.lists(st.integers(-(10**15) + 1, 10**15 - 1), min_size=1, max_size=5),
    st.integers(0, 22),
)
def test_short_decimals_are_recovered_exactly(whole, places):
    values = np.array([float(f"{n}e-{places}") for n in whole])
    reading = read_column(values)
    assert reading.decimals is not None
    assert reading.decimals <= places
    for number, normal in zip(whole, reading.normal(values), strict=True):
        recovered = int(np.ldexp(normal, reading.exponent))
        assert recovered * 10 ** (places - reading.decimals) == number


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, np.pi, 1e300, 5e-324, 2.0**53 + 2, 1e-23])
def test_a_value_that_needs_more_digits_makes_its_column_rounded(value):
    values = np.array([1.5, value])
    reading = read_column(values)
    assert reading.decimals is None
    assert reading.rounding == 2.0**-53
    assert np.abs(reading.normal(values)).max() < 1.0


def test_one_long_value_beyond_the_first_glance_is_noticed():
    values = np.full(1000, 0.25)
    values[-1] = 0.1 + 0.2
    assert read_column(values).decimals is None


def test_whole_numbers_and_rounded_ones_are_the_same_either_way_and_decimals_are_not():
    assert read_column(np.array([3.0, -(2.0**53)])).either_way
    assert read_column(np.array([np.pi])).either_way
    assert not read_column(np.array([0.1])).either_way


def test_scaling_loses_nothing_of_a_float64():
    values = np.array([np.pi, -1e-8 / 3, 0.0])
    reading = read_as_given(values)
    assert np.array_equal(np.ldexp(reading.normal(values), reading.exponent), values)


def test_zeros_are_whole():
    assert read_column(np.zeros(3)).decimals == 0
    assert read_column(np.zeros(3)).unit == 1
