from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.stats import chi2_contingency

from steepest.data.stability import exceeding_chance, holm, homogeneity, stability_index

counts = some.lists(some.integers(0, 500), min_size=2, max_size=12)


def test_the_index_is_what_its_formula_says() -> None:
    p, q = np.array([0.2, 0.8]), np.array([0.5, 0.5])
    expected = float(np.sum((q - p) * np.log(q / p)))
    assert stability_index([20_000, 80_000], [50_000, 50_000]) == pytest.approx(expected, rel=1e-4)


@given(counts)
def test_the_index_of_the_same_is_nothing(before: list[int]) -> None:
    assert stability_index(before, before) == pytest.approx(0.0, abs=1e-12)


@given(counts, counts)
def test_the_index_is_symmetric_and_never_negative(one: list[int], other: list[int]) -> None:
    width = min(len(one), len(other))
    forth = stability_index(one[:width], other[:width])
    assert forth >= 0
    assert forth == pytest.approx(stability_index(other[:width], one[:width]))


def test_the_test_is_pearsons_where_all_bins_are_full() -> None:
    before, after = [50, 40, 60, 70], [30, 45, 40, 90]
    reference = chi2_contingency([before, after], correction=False)
    assert homogeneity(before, after) == pytest.approx(reference.pvalue)


def test_small_bins_are_taken_together() -> None:
    before, after = [100, 2, 1, 1, 100], [50, 1, 1, 2, 48]
    reference = chi2_contingency([[100, 104], [50, 52]], correction=False)
    assert homogeneity(before, after) == pytest.approx(reference.pvalue)
    assert homogeneity([100, 0], [0, 0]) == 1.0


def test_holms_adjustment_keeps_the_order_and_stays_below_one() -> None:
    adjusted = holm([0.02, 0.001, 0.6])
    assert adjusted == pytest.approx([0.04, 0.003, 0.6])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize(("before", "after", "outside"), [(9, 1, 1), (20, 5, 2), (3, 3, 3)])
def test_the_chance_of_the_largest_is_that_of_shuffled_rows(
    before: int, after: int, outside: int
) -> None:
    random = np.random.default_rng(0)
    ranks = random.permuted(np.tile(np.arange(before + after), (40_000, 1)), axis=1)
    above = (ranks[:, before:] > ranks[:, :before].max(axis=1, keepdims=True)).sum(axis=1)
    assert exceeding_chance(before, after, outside) == pytest.approx(
        np.mean(above >= outside), abs=0.006
    )
