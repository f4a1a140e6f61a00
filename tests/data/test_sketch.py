from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from steepest.data.contract import Sketch
from steepest.data.sketch import class_sketch, counts_in, middle_of, sketch_of, spread_values


def test_bins_hold_a_tenth_each() -> None:
    values = np.random.default_rng(0).normal(size=5_000)
    sketch = sketch_of(pl.Series(values))
    assert sketch is not None
    assert sketch.edges == tuple(np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf"))
    assert sketch.counts == (500,) * 10


def test_many_rows_are_counted_all_though_the_edges_come_from_some() -> None:
    values = np.random.default_rng(0).normal(size=250_000)
    sketch = sketch_of(pl.Series(values))
    assert sketch is not None
    assert sum(sketch.counts) == 250_000
    assert max(abs(count - 25_000) for count in sketch.counts) < 1_000


def test_equal_numbers_stay_together() -> None:
    sketch = sketch_of(pl.Series([0.0] * 500 + [float(i) for i in range(1, 501)]))
    assert sketch is not None
    assert sketch.edges[0] == 0.0
    assert sketch.counts[0] == 500
    assert len(set(sketch.edges)) == len(sketch.edges)
    assert sum(sketch.counts) == 1_000


def test_few_values_have_a_bin_each() -> None:
    sketch = sketch_of(pl.Series([3, 1, 2, 2, None, 1, 1]))
    ends = (1.0, 1.0, 1.0, 2.0, 2.0, 3.0)
    assert sketch == Sketch((1.0, 2.0), (), (3, 2, 1), ends, ends[::-1])
    assert sketch_of(pl.Series([7, 7])) == Sketch((), (), (2,), (7.0, 7.0), (7.0, 7.0))


def test_the_eleven_outermost_numbers_are_kept() -> None:
    random = np.random.default_rng(0)
    sketch = sketch_of(pl.Series(random.permutation(np.arange(100.0))))
    assert sketch is not None
    assert sketch.lowest == tuple(map(float, range(11)))
    assert sketch.highest == tuple(map(float, range(99, 88, -1)))


def test_later_values_fall_in_the_same_bins() -> None:
    sketch = Sketch((1.0, 2.0), (), (3, 2, 1))
    assert counts_in(sketch, pl.Series([-5.0, 1.0, 1.5, 2.0, 9.0])) == (2, 2, 1)


def test_levels_are_counted_and_the_rest_together() -> None:
    names = [f"level {i}" for i in range(60) for _ in range(60 - i)]
    sketch = sketch_of(pl.Series(names))
    assert sketch is not None
    assert len(sketch.levels) == 50
    assert sketch.counts[0] == 60
    assert sketch.counts[-1] == sum(range(1, 11))
    assert counts_in(sketch, pl.Series(["level 0", "level 59", "new"]))[::50] == (1, 2)


def test_truth_is_counted_whatever_it_came_as() -> None:
    sketch = sketch_of(pl.Series([True, False, True, None]))
    assert sketch == Sketch((), ("true", "false"), (2, 1, 0))
    assert counts_in(sketch, spread_values(pl.Series([1, 0, 0, 0]), "truth")) == (1, 3, 0)


def test_dates_have_no_sketch() -> None:
    assert sketch_of(pl.Series([None], dtype=pl.Date)) is None


def test_classes_are_levels() -> None:
    assert class_sketch((("b", 3), ("a", 2))) == Sketch((), ("b", "a"), (3, 2, 0))


def test_the_middle_is_about_the_median() -> None:
    values = np.random.default_rng(0).lognormal(size=4_000)
    sketch = sketch_of(pl.Series(values))
    assert sketch is not None
    assert middle_of(sketch) == pytest.approx(np.median(values), rel=1e-3)
    assert middle_of(Sketch((), (), (5,))) is None
