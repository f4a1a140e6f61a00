import numpy as np
import polars as pl
import pytest

from steepest.data.column_spread import Levels, Numbers, levels_of, numbers_of
from steepest.data.contract import Column
from steepest.data.sketch import sketch_of


def a_column(values: list[float] | list[str]) -> Column:
    series = pl.Series("x", values)
    if series.dtype == pl.String:
        return Column("x", "String", "text", "feature", "", 0, 3, sketch=sketch_of(series))
    numbers = np.array(values, dtype=float)
    return Column(
        "x", "Float64", "number", "feature", "", 0, 9, float(numbers.min()), float(numbers.max()),
        float(numbers.mean()), 1.0, sketch=sketch_of(series),
    )  # fmt: skip


@pytest.mark.parametrize("cut", [0, 1, 17, 60])
def test_numbers_of_two_parts_are_those_of_both(cut: int) -> None:
    rng = np.random.default_rng(2)
    column = a_column(rng.normal(size=100).tolist())
    values = rng.normal(size=60) * 3
    values[::9] = -999.0
    both = numbers_of(column, pl.Series(values[:cut])) + numbers_of(column, pl.Series(values[cut:]))
    whole = numbers_of(column, pl.Series(values))
    assert both.marks == whole.marks == {-999.0: 7}
    assert (both.count, both.counts, both.first) == (whole.count, whole.counts, whole.first)
    assert (both.reach.least, both.reach.most) == (whole.reach.least, whole.reach.most)
    assert both.reach.over.rows == whole.reach.over.rows > 0
    assert both.reach.over.excess == pytest.approx(whole.reach.over.excess)
    assert (both.fractions, both.fraction) == (whole.fractions, whole.fraction)


def test_alike_is_one_value_in_every_row() -> None:
    column = a_column([1.0, 2.0, 3.0])

    def of(*values: float) -> Numbers:
        return numbers_of(column, pl.Series(values, dtype=pl.Float64))

    assert of(2.0, 2.0).alike
    assert of(-999.0, -999.0).alike
    assert of().alike
    assert not of(2.0, 2.5).alike
    assert not of(2.0, -999.0).alike
    assert not (of(-999.0) + of(99999.0)).alike


def test_of_very_many_levels_the_known_and_the_first_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("steepest.data.column_spread.MOST_LEVELS", 3)
    column = a_column(["z", "z", "y"])
    known = frozenset(["z", "y"])
    parts = [["z", "c", "d", "e", "f"], ["a", "b", "y"], ["c", "c", "z", "g"]]
    found = Levels({}, 0, None)
    for part in parts:
        found = found.beside(levels_of(column, pl.Series(part)), known)
    assert found.rows == {"z": 2, "y": 1, "a": 1, "b": 1, "c": 3}
    assert (found.others, found.count, found.first) == (4, 12, "z")
