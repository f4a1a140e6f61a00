from __future__ import annotations

import numpy as np
import pytest

from steepest.data.contract import Remark
from steepest.data.survey import read_contract
from steepest.data.table import read_table


def leaks(columns: dict[str, object], target: str = "y", **options: object) -> list[Remark]:
    contract = read_contract(read_table(columns), target, **options)  # type: ignore[arg-type]
    return [remark for remark in contract.remarks if remark.code == "leak"]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_a_column_made_from_the_target_is_a_warning_with_its_numbers(
    rng: np.random.Generator,
) -> None:
    y = rng.normal(size=200)
    columns = {"a": rng.normal(size=200), "y": y, "euros": 0.9 * y + 1e-3 * rng.normal(size=200)}
    (found,) = leaks(columns)
    assert found.severity == "warning"
    assert found.columns == ("euros", "y")
    square = np.corrcoef(y, columns["euros"])[0, 1] ** 2
    assert f"squared correlation {square:.6g}; 200 rows" in found.sentence
    assert "--features a" in found.sentence


def test_a_curved_copy_is_found_by_its_ranks(rng: np.random.Generator) -> None:
    y = rng.normal(size=200)
    (found,) = leaks({"a": rng.normal(size=200), "y": y, "copy": np.exp(3 * y)})
    assert "squared rank correlation 1;" in found.sentence


def test_missing_values_in_the_copy_do_not_hide_it(rng: np.random.Generator) -> None:
    y = rng.normal(size=100)
    copy = [None if i % 3 else value for i, value in enumerate(y)]
    assert leaks({"a": rng.normal(size=100), "y": y, "copy": copy})


def test_a_strong_feature_is_no_leak(rng: np.random.Generator) -> None:
    y = rng.normal(size=500)
    strong = y + 0.1 * rng.normal(size=500)
    assert np.corrcoef(y, strong)[0, 1] ** 2 > 0.98
    assert not leaks({"a": rng.normal(size=500), "y": y, "strong": strong})


def test_the_only_feature_is_no_leak() -> None:
    x = np.arange(20.0)
    assert not leaks({"x": x, "y": 3 * x})
    assert leaks({"x": x, "a": x**2 % 7, "y": 3 * x})
    assert not leaks({"x": x, "a": x**2 % 7, "y": 3 * x}, features=["x"])


def test_a_few_rows_in_order_are_no_leak() -> None:
    assert not leaks({"x": [1.0, 2.0, 4.0, 9.0], "a": [1, 2, 1, 2], "y": [1.0, 5.0, 6.0, 7.0]})


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_number_that_separates_the_classes_is_a_leak(
    rng: np.random.Generator, sign: float
) -> None:
    y = np.repeat([0, 1], 50)
    columns = {"a": rng.normal(size=100), "y": y, "score": sign * (y + 0.3 * rng.random(100))}
    (found,) = leaks(columns)
    assert "area under the ROC curve 1;" in found.sentence


def test_a_truth_column_that_repeats_the_class_is_a_leak(rng: np.random.Generator) -> None:
    y = np.repeat(["no", "yes"], 50)
    assert leaks({"a": rng.normal(size=100), "y": y, "flag": y == "yes"})


def test_a_few_separated_rows_may_be_chance(rng: np.random.Generator) -> None:
    y = np.repeat([0, 1], 5)
    assert not leaks({"a": rng.normal(size=10), "b": y + 0.1 * rng.random(10), "y": y})


def test_one_row_of_a_class_is_no_leak(rng: np.random.Generator) -> None:
    y = np.zeros(1000, dtype=int)
    y[0] = 1
    x = rng.normal(size=1000)
    x[0] = 10
    assert not leaks({"a": rng.normal(size=1000), "x": x, "y": y})


def test_levels_that_decide_the_class_are_a_leak(rng: np.random.Generator) -> None:
    y = np.repeat([0, 1], 100)
    place = np.where(y == 1, rng.choice(["a", "b"], 200), rng.choice(["c", "d"], 200))
    (found,) = leaks({"a": rng.normal(size=200), "place": place, "y": y})
    assert "decide the class with 0 errors in 200 rows" in found.sentence
    mixed = place.copy()
    mixed[:5] = "a"
    assert not leaks({"a": rng.normal(size=200), "place": mixed, "y": y})


def test_levels_of_a_rare_class_are_no_leak(rng: np.random.Generator) -> None:
    y = np.zeros(2000, dtype=int)
    y[:2] = 1
    place = rng.choice(["a", "b"], 2000)
    assert not leaks({"a": rng.normal(size=2000), "place": place, "y": y})


def test_levels_that_decide_a_number_are_a_leak(rng: np.random.Generator) -> None:
    band = rng.integers(0, 4, 300)
    y = band * 10.0
    place = np.array(["low", "middle", "high", "top"])[band]
    (found,) = leaks({"a": rng.normal(size=300), "place": place, "y": y})
    assert "explain 100 % of the variance" in found.sentence
    assert not leaks({"a": rng.normal(size=300), "place": place, "y": y + rng.normal(size=300)})


def test_many_levels_against_few_rows_are_no_leak(rng: np.random.Generator) -> None:
    level = np.repeat(np.arange(40), 2)
    names = np.array([f"level {i}" for i in range(40)])[level]
    assert not leaks({"a": rng.normal(size=80), "place": names, "y": level * 1.0})


def test_a_large_table_is_sampled_and_that_is_said(rng: np.random.Generator) -> None:
    y = rng.normal(size=120_000)
    (found,) = leaks({"a": rng.normal(size=120_000), "y": y, "copy": 2 * y})
    assert "100,000 of 120,000 rows" in found.sentence


def test_the_advice_keeps_no_other_leak(rng: np.random.Generator) -> None:
    y = rng.normal(size=50)
    found = leaks({"a": rng.normal(size=50), "b": rng.normal(size=50), "y": y, "c": y, "d": y**3})
    assert [remark.columns[0] for remark in found] == ["c", "d"]
    for remark in found:
        assert "--features a,b." in remark.sentence


def test_a_code_of_many_classes_is_a_leak(rng: np.random.Generator) -> None:
    code = rng.integers(0, 4, 300)
    y = np.array(["low", "middle", "high", "top"])[code]
    columns = {"a": rng.normal(size=300), "y": y}
    (found,) = leaks(columns | {"code": code + 0.1 * rng.uniform(size=300)})
    assert "each class lies in a range of its own" in found.sentence
    (found,) = leaks(columns | {"grade": np.array(["D", "C", "B", "A"])[code]})
    assert "its levels decide the class with 0 errors in 300 rows" in found.sentence
    assert not leaks(columns | {"code": code + 2.0 * rng.uniform(size=300)})
    assert not leaks(columns | {"half": np.array(["D", "C", "C", "A"])[code]})


def test_few_rows_of_many_classes_are_no_leak(rng: np.random.Generator) -> None:
    y = ["a", "a", "b", "b", "c", "c"]
    assert not leaks({"a": rng.normal(size=6), "y": y, "b": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
