from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from steepest.evaluation.scoring.intervals import exact_share_of
from steepest.evaluation.where.worst import find_worst, find_worst_decided


def test_the_part_with_larger_errors_is_found_in_the_unit_of_the_target() -> None:
    rng = np.random.default_rng(0)
    error = rng.normal(size=400)
    island = np.arange(400) % 10 == 0
    error[island] *= 5
    frame = pl.DataFrame({"coast": np.where(island, "ISLAND", "INLAND"), "x": rng.normal(size=400)})
    found = find_worst(error, rng.normal(size=400), frame, predicted_name="predicted y")
    assert [part.where for part in found] == ["coast is ISLAND"]
    (part,) = found
    assert (part.rows, part.value) == (40, pytest.approx(np.abs(error[island]).mean()))
    assert part.overall == pytest.approx(np.abs(error).mean())
    assert part.overall < part.low < part.value < part.high


def test_the_quarters_of_the_prediction_are_looked_at_and_ranked() -> None:
    rng = np.random.default_rng(1)
    predicted = rng.uniform(0, 100, size=800)
    error = rng.normal(size=800) * (1 + predicted)
    found = find_worst(
        error, predicted, pl.DataFrame({"x": predicted}), predicted_name="predicted y"
    )
    assert found[0].where.startswith("predicted y above 7")  # and not x again, the same rows
    values = [part.value for part in found]
    assert values == sorted(values, reverse=True)
    assert len({part.rows for part in found}) <= len(found)


def test_parts_decided_wrongly_more_often_have_exact_intervals() -> None:
    rng = np.random.default_rng(0)
    level = np.repeat(["a", "b", "c", "d"], 50)
    wrong = rng.random(200) < 0.1
    wrong[level == "c"] = True
    (found,) = find_worst_decided(wrong, pl.DataFrame({"t": level}))
    assert (found.where, found.rows, found.value, found.high) == ("t is c", 50, 1.0, 1.0)
    assert found.low == pytest.approx((0.05 / 4 / 2) ** (1 / 50))  # Clopper and Pearson, by hand
    assert found.overall == wrong.mean()


@pytest.mark.parametrize(("right", "rows"), [(0, 5), (3, 20), (20, 20)])
def test_an_exact_interval_is_that_of_scipy(right: int, rows: int) -> None:
    known = stats.binomtest(right, rows).proportion_ci(0.99, "exact")
    assert exact_share_of(right, rows, 0.01) == pytest.approx((known.low, known.high))


def test_where_nothing_is_worse_nothing_is_said() -> None:
    rng = np.random.default_rng(2)
    frame = pl.DataFrame({f"x{i}": rng.normal(size=300) for i in range(6)})
    alarms = sum(
        bool(find_worst(rng.lognormal(size=300), rng.normal(size=300), frame, predicted_name="y"))
        + bool(find_worst_decided(rng.random(300) < 0.2, frame))
        for _ in range(40)
    )
    assert alarms <= 4


@pytest.mark.parametrize("rows", [1, 2, 19, 20])
def test_few_rows_no_errors_and_no_numbers(rows: int) -> None:
    frame = pl.DataFrame({"x": np.arange(float(rows))})
    nothing, some = np.zeros(rows), np.arange(float(rows))
    assert find_worst(nothing, some, frame, predicted_name="y") == ()
    assert find_worst(some, some, frame, predicted_name="y") == ()
    assert find_worst(np.full(rows, np.nan), some, frame, predicted_name="y") == ()
    assert find_worst_decided(nothing == 1, frame) == ()
    assert find_worst_decided(nothing == 0, frame) == ()
