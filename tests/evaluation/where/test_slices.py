from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from steepest.evaluation.evaluation import ErrorSlice
from steepest.evaluation.where.slices import find_error_prone, find_slices
from steepest.trace import Array


def slices(error: Array, frame: pl.DataFrame, predicted: Array | None = None) -> list[ErrorSlice]:
    predicted = np.full(len(error), 50.0) if predicted is None else predicted
    return list(find_slices(predicted - error, predicted, frame, predicted_name="predicted y"))


def noise(rows: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=rows)


def test_a_level_that_errs_low_is_found_with_its_interval() -> None:
    error = noise(400)
    island = np.arange(400) % 10 == 0
    error[island] -= 3
    frame = pl.DataFrame({"coast": np.where(island, "ISLAND", "INLAND")})
    (found,) = [part for part in slices(error, frame) if part.where == "coast is ISLAND"]
    assert found.rows == 40
    assert found.mean_error == pytest.approx(error[island].mean())
    assert found.low < found.mean_error < found.high < 0


def test_the_worst_comes_first_and_both_sides_are_told() -> None:
    error = noise(600)
    level = np.repeat(["a", "b", "c"], 200)
    error[level == "a"] -= 1
    error[level == "b"] += 2
    found = slices(error, pl.DataFrame({"t": level}))
    assert [part.where for part in found] == ["t is b", "t is a"]
    assert found[0].mean_error > 0 > found[1].mean_error


def test_the_interval_is_corrected_for_the_number_of_parts() -> None:
    from scipy.stats import t

    error = noise(200)
    error[:100] -= 2
    frame = pl.DataFrame({"t": np.repeat(["a", "b"], 100)})
    found = slices(error, frame)[0]  # two parts were looked at
    spread = error[:100].std(ddof=1) / 10
    half = t.ppf(1 - 0.05 / 4, 99) * spread
    assert (found.low, found.high) == pytest.approx(
        (found.mean_error - half, found.mean_error + half)
    )


def test_pure_noise_is_seldom_called_one_sided() -> None:
    false_alarms = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        frame = pl.DataFrame({f"x{i}": rng.normal(size=300) for i in range(6)})
        false_alarms += bool(slices(rng.normal(size=300), frame, rng.normal(50, 10, size=300)))
    assert false_alarms <= 10


def test_quarters_of_a_number_are_named_by_their_values() -> None:
    x = np.arange(400.0)
    error = noise(400)
    error[x < 100] -= 4
    error[(x >= 100) & (x < 200)] += 5
    error[x >= 300] += 6
    found = slices(error, pl.DataFrame({"x": x}))
    assert [(part.where, part.rows) for part in found] == [
        ("x above 299", 100),
        ("x from 100 to 199", 100),
        ("x up to 99", 100),
    ]


def test_equal_values_stay_together() -> None:
    rooms = np.repeat([1.0, 2.0, 3.0], [200, 100, 40])
    error = noise(340)
    error[rooms == 3] -= 5
    error[rooms == 1] += 1
    found = slices(error, pl.DataFrame({"rooms": rooms}))
    assert [(part.where, part.rows) for part in found] == [("rooms is 3", 40), ("rooms is 1", 200)]


def test_quarters_of_the_prediction_show_a_missing_bend() -> None:
    x = np.linspace(-1, 1, 400)
    error = -(x**2 - 1 / 3)
    found = find_slices(
        100 + x - error, 100 + x, pl.DataFrame({"z": np.zeros(400)}), predicted_name="predicted y"
    )
    assert {part.where.split(" ")[0] for part in found} == {"predicted"}
    assert len(found) == 4


def test_missing_values_and_truth_columns_are_parts() -> None:
    error = noise(300)
    error[:30] -= 4
    error[-100:] += 4
    frame = pl.DataFrame({"age": [None] * 30 + [40.0] * 270, "pool": [False] * 200 + [True] * 100})
    where = {part.where for part in slices(error, frame)}
    assert {"age is missing", "pool is true"} <= where


def test_missing_levels_are_a_part() -> None:
    error = noise(100)
    error[:50] += 4
    frame = pl.DataFrame({"t": [None] * 50 + ["a"] * 50})
    assert slices(error, frame)[0].where == "t is missing"


def test_fewer_than_twenty_rows_are_not_judged() -> None:
    error = noise(100)
    error[:19] -= 50
    assert slices(error, pl.DataFrame({"t": ["rare"] * 19 + ["rest"] * 81})) == []
    error[19] -= 50
    assert slices(error, pl.DataFrame({"t": ["rare"] * 20 + ["rest"] * 80}))[0].where == "t is rare"


def test_of_two_nearly_equal_parts_the_worse_stands_for_both() -> None:
    error = noise(300)
    error[:50] -= 4
    frame = pl.DataFrame(
        {
            "one": np.repeat(["a", "z"], [50, 250]),
            "same": np.repeat(["b", "z"], [55, 245]),
            "other": np.repeat(["c", "z"], [100, 200]),
        }
    )
    where = [part.where for part in slices(error, frame)]
    assert "one is a" in where
    assert "same is b" not in where
    assert "other is c" in where


def test_a_mean_error_below_a_tenth_of_the_typical_is_left_out() -> None:
    error = np.tile([10.0, -10.0], 50_000)
    error[:50_000] += 0.9
    frame = pl.DataFrame({"t": np.repeat(["a", "b"], 50_000)})
    assert slices(error, frame) == []
    error[:50_000] += 0.3
    assert [part.where for part in slices(error, frame)] == ["t is a"]


def test_at_most_five_are_told() -> None:
    error = noise(800)
    error += np.repeat(np.arange(8.0) * 10 - 35, 100)
    found = slices(error, pl.DataFrame({"t": np.repeat(list("abcdefgh"), 100)}))
    assert len(found) == 5
    sizes = [abs(part.mean_error) for part in found]
    assert sizes == sorted(sizes, reverse=True)


def test_errors_of_a_millionth_are_no_bias() -> None:
    x = np.linspace(0, 1, 200)
    frame = pl.DataFrame({"x": x})
    for size, many in ((1e-8, False), (1e-3, True)):
        found = find_slices(x, x + size * (x - 0.5), frame, predicted_name="y")
        assert bool(found) is many


def test_constant_empty_and_broken_inputs_find_nothing() -> None:
    frame = pl.DataFrame({"x": [1.0] * 40, "n": pl.Series([None] * 40, dtype=pl.Float64)})
    assert slices(noise(40), frame) == []
    assert slices(np.zeros(40), frame) == []
    assert slices(np.full(40, np.nan), frame) == []
    assert slices(np.ones(40), pl.DataFrame()) == []


def test_where_decisions_are_wrong_more_often_is_found() -> None:
    rng = np.random.default_rng(2)
    level = np.repeat(["a", "b", "c"], 200)
    wrong = rng.random(600) < np.where(level == "b", 0.4, 0.05)
    frame = pl.DataFrame({"t": level, "x": rng.normal(size=600)})
    (found,) = find_error_prone(wrong, frame)
    assert (found.where, found.rows) == ("t is b", 200)
    assert found.mean_error == pytest.approx(wrong[level == "b"].mean() - wrong.mean())
    assert 0 < found.low < found.mean_error < found.high


@pytest.mark.parametrize("wrong", [np.zeros(100, dtype=bool), np.ones(100, dtype=bool)])
def test_decisions_that_are_all_right_or_all_wrong_have_no_slices(wrong: Array) -> None:
    frame = pl.DataFrame({"t": np.repeat(["a", "b"], 50)})
    assert find_error_prone(wrong.astype(bool), frame) == ()


def test_wrong_decisions_by_chance_are_no_slice() -> None:
    rng = np.random.default_rng(3)
    frame = pl.DataFrame({"t": np.repeat(["a", "b"], 300), "x": rng.normal(size=600)})
    assert find_error_prone(rng.random(600) < 0.1, frame) == ()


def test_a_part_that_lacks_the_long_tail_by_chance_is_not_called_one_sided() -> None:
    false_alarms = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        frame = pl.DataFrame({f"x{i}": rng.normal(size=100) for i in range(6)})
        error = rng.lognormal(size=100) - np.exp(0.5)
        false_alarms += bool(slices(error, frame, predicted=rng.normal(size=100)))
    assert false_alarms <= 10  # by each part's own spread it would be every second table
