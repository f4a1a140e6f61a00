import numpy as np
import pytest

from steepest.evaluation.scoring.intervals import measure
from steepest.evaluation.scoring.moments import measure_moments, moments_of


@pytest.mark.parametrize("cut", [0, 1, 500, 1_000])
def test_moments_of_two_parts_are_those_of_both(cut: int) -> None:
    values = np.random.default_rng(1).normal(1e6, 1, size=(1_000, 3))
    both = moments_of(values[:cut]) + moments_of(values[cut:])
    assert both.count == 1_000
    np.testing.assert_allclose(both.mean, values.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(both.products / 999, np.cov(values, rowvar=False), rtol=1e-8)


def test_the_intervals_are_those_of_many_rows_in_memory() -> None:
    values = np.random.default_rng(2).exponential(size=(20_001, 2))

    def measures(means: np.ndarray) -> np.ndarray:
        return np.column_stack([means[:, 0], means[:, 1] / means[:, 0]])

    found = measure_moments(moments_of(values), measures)
    for one, other in zip(found, measure(values, measures), strict=True):
        assert one == pytest.approx(other, rel=1e-9)


def test_what_is_not_finite_has_no_interval() -> None:
    values = np.ones((100, 1))
    values[3] = np.nan
    ((value, low, high),) = measure_moments(moments_of(values), lambda means: means)
    assert np.isnan(value)
    assert (low, high) == (None, None)
