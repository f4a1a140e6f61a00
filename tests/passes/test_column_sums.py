"""Sums of parts of a column added up are those of the whole column."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.data.reading import floats
from steepest.data.sources.rows import FrameRows
from steepest.passes.column_sums import ColumnSums, sums_of, write_numbers


def sums(frame, name):
    return sums_of(FrameRows(frame), name)


VALUES = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=20)


@given(VALUES, VALUES)
def test_the_sums_of_two_parts_are_those_of_both(left: list[float], right: list[float]) -> None:
    parts = [
        sums(pl.DataFrame({"x": pl.Series(part, dtype=pl.Float64)}), "x")
        for part in (left, right, left + right)
    ]
    both, whole = parts[0] + parts[1], parts[2]
    assert (both.missing, both.count) == (whole.missing, whole.count)
    assert (both.low, both.high) == (whole.low, whole.high)
    assert both.mean == pytest.approx(whole.mean, rel=1e-12, abs=1e-9)
    assert both.squares == pytest.approx(whole.squares, rel=1e-9, abs=1e-3)


def test_text_is_counted_and_not_summed() -> None:
    frame = pl.DataFrame({"t": ["a", None, "b"], "flag": [True, False, None]})
    assert sums(frame, "t") == ColumnSums(1, 2)
    assert sums(frame, "flag").mean == 0.5


def test_a_far_mean_costs_no_digits_of_the_deviation() -> None:
    x = 1e9 + np.random.default_rng(0).normal(size=1_000)
    parts = [sums(pl.DataFrame({"x": x[i : i + 100]}), "x") for i in range(0, 1_000, 100)]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    assert whole.squares == pytest.approx(float(np.sum((x - x.mean()) ** 2)), rel=1e-6)


def test_rows_without_a_value_change_nothing_but_their_number() -> None:
    empty = sums(pl.DataFrame({"x": pl.Series([None], dtype=pl.Float64)}), "x")
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


@pytest.mark.parametrize("rows", [1, 7, 128, 1_000])
@pytest.mark.parametrize("kind", ["f8", "f4", "i8", "u1"])
def test_a_column_is_written_as_it_is_and_summed_as_numpy_does(rows, kind):
    values = np.random.default_rng(rows).integers(0, 100, rows).astype(kind)
    out = np.empty(rows)
    found = write_numbers(values, out, 7.0)
    assert out.tolist() == values.tolist()
    assert (found.missing, found.count) == (0, rows)
    assert (found.low, found.high) == (values.min(), values.max())
    wide = values.astype(float)
    assert found.mean == pytest.approx(wide.mean(), rel=1e-14)
    assert found.squares == pytest.approx(wide.var() * rows, rel=1e-12)


def test_gaps_are_filled_and_do_not_count():
    values, out = np.array([np.nan, 2.0, np.nan, 6.0]), np.empty(4)
    assert write_numbers(values, out, -1.0) == ColumnSums(2, 2, 2.0, 6.0, 4.0, 8.0)
    assert out.tolist() == [-1.0, 2.0, -1.0, 6.0]
    assert write_numbers(np.full(3, np.nan), out[:3], 0.5) == ColumnSums(3, 0)
    assert out[:3].tolist() == [0.5] * 3


@pytest.mark.parametrize("values", [[1e308, 1e308, -1e308], [1.5e308, 1.5e308]])
def test_a_sum_beyond_float64_is_no_gap(values):
    found = write_numbers(np.array(values), np.empty(len(values)), 0.0)
    assert (found.missing, found.low, found.high) == (0, min(values), max(values))
    assert found.finite


@pytest.mark.parametrize("values", [[np.inf, 1.0], [np.inf, -np.inf], [np.nan, -np.inf]])
def test_infinite_values_show(values):
    assert not write_numbers(np.array(values), np.empty(2), 0.0).finite
