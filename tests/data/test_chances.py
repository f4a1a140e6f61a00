"""Each chance is that of shuffled rows, or is careful: never below it where it counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom

from steepest.data.chances import all_alike, beyond, more_again, more_gaps, unseen_levels

Draw = Callable[[np.random.Generator, int], np.ndarray]

TAILS: dict[str, Draw] = {
    "uniform": lambda random, rows: random.random(rows),
    "normal": lambda random, rows: random.normal(size=rows),
    "exponential": lambda random, rows: random.exponential(size=rows),
    "log-normal": lambda random, rows: random.lognormal(0, 1.5, rows),
    "pareto": lambda random, rows: random.pareto(1.5, rows),
    "cauchy": lambda random, rows: random.standard_cauchy(rows),
    "counts": lambda random, rows: random.poisson(2.0, rows).astype(float),
    "rare": lambda random, rows: (random.random(rows) < 0.01).astype(float),
    "zeros": lambda random, rows: np.where(
        random.random(rows) < 0.7, 0, random.lognormal(size=rows)
    ),
}


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("later", [40, 400])
def test_chance_rarely_puts_values_beyond(tail: str, later: int) -> None:
    random = np.random.default_rng(0)
    chances = []
    for _ in range(1_000):
        known, new = TAILS[tail](random, 400), TAILS[tail](random, later)
        top = np.sort(known)[-11:][::-1]
        chances.append(beyond(top.tolist(), float(np.median(known)), 400, new))
    for level in (0.1, 0.01, 0.001):
        allowed = 1_000 * level + 3 * np.sqrt(1_000 * level)
        assert np.sum(np.array(chances) <= level) <= allowed


def test_what_is_far_beyond_is_no_chance() -> None:
    random = np.random.default_rng(0)
    known = random.normal(size=1_000)
    top = np.sort(known)[-11:][::-1].tolist()
    new = random.normal(size=100)
    assert beyond(top, 0.0, 1_000, np.append(new, 100.0)) < 1e-5
    assert beyond(top, 0.0, 1_000, np.append(new, np.full(12, 1.05 * top[0]))) < 1e-6
    assert beyond(top, 0.0, 1_000, np.append(new, 1.05 * top[0])) > 0.05
    assert beyond(top[:1], 0.0, 1_000, np.append(new, 100.0)) > 0.05  # nothing says how far is far


def test_levels_that_chance_brings_are_none() -> None:
    random = np.random.default_rng(0)
    shares = 1 / np.arange(1, 46) ** 1.2
    chances, brought = [], 0
    for _ in range(1_000):
        before = random.multinomial(500, shares / shares.sum())
        after = random.multinomial(500, shares / shares.sum())
        seen = before + after > 0
        brought += bool(after[before == 0].sum())
        chances.append(unseen_levels(before[seen].tolist(), after[seen].tolist()))
    assert np.sum(np.array(chances) <= 0.01) <= 10
    assert brought > 900  # tables with new ones, all of them drawn alike


def test_a_level_that_is_common_and_new_is_no_chance() -> None:
    assert unseen_levels([300, 200, 0], [290, 190, 20]) == pytest.approx(
        float(hypergeom(1_000, 20, 500).sf(19)), rel=0.01
    )
    assert unseen_levels([300, 0], [0, 300]) < 1e-12
    assert unseen_levels([500], [500]) == 1.0


def test_a_column_of_a_million_new_levels_is_no_burden() -> None:
    before, after = [2_000_000] + [0] * 1_000_000, [0] + [1] * 1_000_000
    assert unseen_levels(before, after) < 0.01


def test_one_value_in_every_row_is_as_likely_as_drawing_the_others_before() -> None:
    exact = float(hypergeom(60, 10, 30).sf(9))
    assert all_alike(10, 30, 30, 1) == pytest.approx(exact, rel=1e-9)
    assert all_alike(10, 30, 30, 4) == pytest.approx(4 * exact, rel=1e-9)


def test_gaps_are_tested_by_fishers_exact_test() -> None:
    table = [[12, 188], [10, 290]]
    assert more_gaps(10, 300, 12, 200) == pytest.approx(
        fisher_exact(table, alternative="greater").pvalue
    )


@pytest.mark.parametrize("values", [5, 400, 40_000])
@pytest.mark.parametrize("rows", [50, 300, 900])
def test_repeated_rows_are_seldom_more_than_chance_repeats(values: int, rows: int) -> None:
    random = np.random.default_rng(0)

    def repeated(of: int) -> int:
        return of - len(np.unique(random.integers(0, values, of)))

    chances = [more_again(repeated(300), 300, repeated(rows), rows) for _ in range(1_000)]
    assert np.sum(np.array(chances) <= 0.01) <= 12
    assert more_again(0, 300, 30, rows) < 0.01 if rows < 900 else True
