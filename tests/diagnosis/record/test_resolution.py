"""Half a unit of the last digit: a bound that holds, and no more than ten times too large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.diagnosis.record.resolution import resolution
from steepest.trace import Array

SEEDS = st.integers(0, 2**32 - 1)


def numbers(seed: int, count: int = 60) -> Array:
    """Of all sizes from a millionth to a million, and either sign."""
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], count) * 10.0 ** rng.uniform(-6, 6, count)


def cut(values: Array, form: str) -> Array:
    return np.array([float(format(value, form)) for value in values.ravel()]).reshape(values.shape)


@given(SEEDS, st.integers(2, 12))
def test_digits_are_recognised(seed: int, digits: int) -> None:
    exact = numbers(seed)
    logged = cut(exact, f".{digits}g")
    bound = resolution(logged)
    unit = 10.0 ** (np.floor(np.log10(np.abs(logged))) - digits + 1)
    np.testing.assert_allclose(bound, unit / 2, rtol=1e-12)
    assert np.all(np.abs(logged - exact) <= bound * (1 + 1e-9))


@given(SEEDS, st.integers(1, 7))
def test_decimals_are_recognised(seed: int, decimals: int) -> None:
    exact = np.random.default_rng(seed).uniform(0.001, 90.0, 80)
    logged = cut(exact, f".{decimals}f")
    bound = resolution(logged)
    np.testing.assert_allclose(bound, 0.5 * 10.0**-decimals)
    assert np.all(np.abs(logged - exact) <= bound * (1 + 1e-9))


@given(SEEDS)
def test_full_digits_are_rounded_by_the_machine_only(seed: int) -> None:
    values = numbers(seed)
    np.testing.assert_allclose(resolution(values), 4 * 2.0**-53 * np.abs(values))


@given(SEEDS)
def test_single_precision_is_recognised(seed: int) -> None:
    exact = numbers(seed)
    logged = exact.astype(np.float32).astype(np.float64)
    bound = resolution(logged)
    np.testing.assert_allclose(bound, 4 * 2.0**-24 * np.abs(logged))
    assert np.all(np.abs(logged - exact) <= bound)


def test_the_largest_of_a_row_rounds_all_of_it() -> None:
    table = np.array([[np.pi, 1e3 * np.e], [1e-6 * np.pi, 0.0]])
    expected = 4 * 2.0**-53 * np.array([[1e3 * np.e] * 2, [1e-6 * np.pi] * 2])
    np.testing.assert_allclose(resolution(table), expected)


@pytest.mark.parametrize("shape", [(0,), (1,), (4, 3), (1000, 2)])
def test_zeros_have_no_rounding_and_shapes_are_kept(shape: tuple[int, ...]) -> None:
    bound = resolution(np.zeros(shape))
    assert bound.shape == shape
    assert not np.any(bound)


def test_what_is_not_finite_says_nothing_of_the_rest() -> None:
    values = cut(numbers(0), ".4g")
    bound = resolution(values)
    broken = np.r_[values, np.nan, np.inf, -np.inf, 0.0]
    np.testing.assert_array_equal(resolution(broken)[: len(values)], bound)


def test_few_values_count_as_exact() -> None:
    """A descent on a round bowl may pass through short numbers."""
    short = np.array([16.0, 4.0, 1.0, 0.25])
    np.testing.assert_allclose(resolution(short), 4 * 2.0**-24 * short)


PLATEAU = np.array([1.779, 1.002, 1.001, 1.001, 1.001, 1.001])


@pytest.mark.parametrize(
    ("beside", "bound"),
    [
        (None, 4.0 * 2.0**-53 * PLATEAU),
        (np.full(6, 0.1), 4.0 * 2.0**-53 * PLATEAU),  # nothing moves
        (cut(numbers(1, 12), ".4g"), np.full(6, 5e-4)),
        (cut(numbers(1, 12), ".6g"), np.full(6, 5e-6)),
        (numbers(1, 12), np.full(6, 5e-4)),  # the loss alone was cut
    ],
)
def test_few_values_beside_many_were_cut(beside: Array | None, bound: Array) -> None:
    """A loss that is the same to the last digit while the parameters move."""
    np.testing.assert_allclose(resolution(PLATEAU, beside), bound)
