from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from steepest.evaluation.scoring.intervals import area_under_roc, measure, resampled_means, share_of
from steepest.trace import Array


def unchanged(means: Array) -> Array:
    return means


def test_the_interval_of_a_mean_covers_it_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(0)
    draws = 200
    truth = np.sqrt(2 / np.pi)  # the mean of |N(0, 1)|
    held = 0
    for seed in range(draws):
        sizes = np.abs(rng.normal(size=(100, 1)))
        (_, low, high) = measure(sizes, unchanged, seed=seed)[0]
        assert low is not None
        assert high is not None
        held += low <= truth <= high
    assert 0.90 <= held / draws <= 0.99


def test_the_interval_of_ten_skewed_rows_still_covers_well() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for seed in range(200):
        _, low, high = measure(rng.exponential(size=(10, 1)), unchanged, seed=seed)[0]
        held += low <= 1 <= high  # type: ignore[operator]
    assert held / 200 >= 0.85


def test_large_samples_get_the_normal_interval() -> None:
    values = np.random.default_rng(0).normal(3.0, 2.0, size=(20_001, 1))
    value, low, high = measure(values, unchanged)[0]
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert value == pytest.approx(values.mean())
    assert low == pytest.approx(value - half, abs=0.15 * half)
    assert high == pytest.approx(value + half, abs=0.15 * half)


def test_resampling_and_the_normal_agree_where_they_meet() -> None:
    values = np.random.default_rng(0).exponential(size=(20_001, 2))
    small, large = resampled_means(values[:20_000]), resampled_means(values)
    assert small.shape == large.shape == (2_000, 2)
    np.testing.assert_allclose(small.mean(axis=0), large.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(small.std(axis=0), large.std(axis=0), rtol=0.08)


@pytest.mark.parametrize("rows", [50, 20_001])
def test_columns_keep_their_pairing(rows: int) -> None:
    first = np.random.default_rng(0).normal(size=rows)
    means = resampled_means(np.column_stack([first, 3 * first, np.ones(rows)]))
    np.testing.assert_allclose(means[:, 1], 3 * means[:, 0], atol=1e-6)
    np.testing.assert_allclose(means[:, 2], 1.0, atol=1e-6)


def test_the_seed_decides() -> None:
    values = np.random.default_rng(0).normal(size=(30, 1))
    assert measure(values, unchanged, seed=1) == measure(values, unchanged, seed=1)
    assert measure(values, unchanged, seed=1) != measure(values, unchanged, seed=2)


def test_few_or_infinite_rows_get_no_interval() -> None:
    assert measure(np.ones((9, 1)), unchanged) == [(1.0, None, None)]
    assert measure(np.full((30, 1), np.inf), unchanged) == [(np.inf, None, None)]


def test_memory_stays_small() -> None:
    values = np.ones((20_000, 3))
    tracemalloc.start()
    try:
        resampled_means(values)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100e6


def test_wilson_is_that_of_the_textbook() -> None:
    # Newcombe 1998, table I: 81 of 263, and 0 of 20
    assert share_of(81, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_of(0, 20)[1:] == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert share_of(20, 20)[2] == 1.0
    assert share_of(3, 9) == (1 / 3, None, None)


def test_the_area_is_that_of_scikit_learn_ties_too() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    target = (rng.random(300) < 0.3).astype(float)
    score = np.round(target + rng.normal(size=300), 1)
    area, low, high = area_under_roc(target, score)
    assert area == pytest.approx(roc_auc_score(target, score), abs=1e-12)
    assert low is not None
    assert high is not None
    assert 0 < low < area < high < 1


def test_the_interval_of_the_area_covers_it() -> None:
    from scipy.stats import norm

    rng = np.random.default_rng(0)
    truth = norm.cdf(1 / np.sqrt(2))  # two normals one standard deviation apart
    target = np.repeat([0.0, 1.0], [60, 40])
    held = 0
    for _ in range(300):
        _, low, high = area_under_roc(target, rng.normal(size=100) + target)
        held += low <= truth <= high  # type: ignore[operator]
    assert 0.91 <= held / 300 <= 0.985


def test_the_area_has_no_interval_where_there_is_no_variance() -> None:
    target = np.repeat([0.0, 1.0], 10)
    assert area_under_roc(target, target) == (1.0, None, None)
    one = np.zeros(20)
    one[0] = 1
    assert area_under_roc(one, np.random.default_rng(0).random(20))[1] is None
    assert np.isnan(area_under_roc(target, np.full(20, np.nan))[0])
