"""Sums of parts of a column added up are those of the whole column."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.data.reading import floats
from steepest.passes.column_sums import ColumnSums, sums_of

VALUES = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=20)


@given(VALUES, VALUES)
def test_the_sums_of_two_parts_are_those_of_both(left: list[float], right: list[float]) -> None:
    parts = [
        sums_of(pl.DataFrame({"x": pl.Series(part, dtype=pl.Float64)}), ("x",))[0]
        for part in (left, right, left + right)
    ]
    both, whole = parts[0] + parts[1], parts[2]
    assert (both.missing, both.count) == (whole.missing, whole.count)
    assert (both.low, both.high) == (whole.low, whole.high)
    assert both.mean == pytest.approx(whole.mean, rel=1e-12, abs=1e-9)
    assert both.squares == pytest.approx(whole.squares, rel=1e-9, abs=1e-3)


def test_text_is_counted_and_not_summed() -> None:
    frame = pl.DataFrame({"t": ["a", None, "b"], "flag": [True, False, None]})
    assert sums_of(frame, ("t",)) == [ColumnSums(1, 2)]
    assert sums_of(frame, ("flag",))[0].mean == 0.5


def test_a_far_mean_costs_no_digits_of_the_deviation() -> None:
    x = 1e9 + np.random.default_rng(0).normal(size=1_000)
    parts = [sums_of(pl.DataFrame({"x": x[i : i + 100]}), ("x",))[0] for i in range(0, 1_000, 100)]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    assert whole.squares == pytest.approx(float(np.sum((x - x.mean()) ** 2)), rel=1e-6)


def test_rows_without_a_value_change_nothing_but_their_number() -> None:
    empty = sums_of(pl.DataFrame({"x": pl.Series([None], dtype=pl.Float64)}), ("x",))[0]
    some = ColumnSums(0, 2, 1.0, 3.0, 2.0, 2.0)
    assert empty + some == ColumnSums(1, 2, 1.0, 3.0, 2.0, 2.0) == some + empty


@pytest.mark.parametrize("cut", [slice(0, 40), slice(3, 37), slice(9, 10), slice(30, 30)])
@pytest.mark.parametrize("kind", [pl.Float64, pl.Float32, pl.Int64, pl.UInt8, pl.Boolean])
def test_a_column_with_gaps_is_the_same_numbers_wherever_it_is_cut(cut: slice, kind: type) -> None:
    given = [None if i % 3 == 0 else (i % 2 if kind is pl.Boolean else i) for i in range(40)]
    series = pl.Series("x", given).cast(kind)  # type: ignore[arg-type]
    expected = [np.nan if value is None else float(value) for value in given[cut]]
    for column in (series, pl.concat([series[:7], series[7:]], rechunk=False)):
        np.testing.assert_array_equal(floats(column[cut]), expected)
