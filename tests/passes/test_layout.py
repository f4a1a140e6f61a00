"""Rows as numbers: as the representation makes them, wherever they are written."""

import numpy as np
import polars as pl
import pytest

from steepest.data.sources.rows import FrameRows
from steepest.errors import InputError
from steepest.passes.drawing import below, row_keys

KEYS = row_keys(0, 0, 0, 60)


@pytest.fixture
def frame():
    rng = np.random.default_rng(2)
    made = pl.DataFrame(
        {
            "size": rng.normal(50, 9, 60),
            "rooms": rng.integers(1, 5, 60),
            "flat": rng.random(60) < 0.4,
            "place": rng.choice(["north", "south", "west"], 60),
            "price": rng.normal(300, 20, 60),
        }
    )
    gap = pl.int_range(pl.len()) % 11 == 4
    names = ("size", "rooms", "place")
    return made.with_columns(pl.when(gap).then(None).otherwise(n).alias(n) for n in names)


@pytest.mark.parametrize("rows", [0, 1, 7, 60])
def test_numbers_are_those_of_the_representation_in_any_memory(frame, laid, rows):
    layout, some = laid(frame, "price"), frame[:rows]
    room = layout.room()
    expected = layout.representation.raw(some)
    for where in (None, room, room[:3]):
        numbers = layout.numbers(FrameRows(some), KEYS[:rows], where)
        assert np.shares_memory(numbers.columns, room) == (where is room and rows > 0)
        np.testing.assert_array_equal(numbers.columns[1:-1].T, expected)
        np.testing.assert_array_equal(numbers.columns[0], 1.0)
        np.testing.assert_array_equal(numbers.y, some["price"])
        assert all(column.flags.c_contiguous for column in numbers.columns)


def test_sums_are_of_what_was_there(frame, laid):
    numbers = laid(frame, "price").numbers(FrameRows(frame), KEYS)
    assert set(numbers.sums) == {"size", "rooms", "flat", "price"}
    assert numbers.sums["size"].missing == frame["size"].null_count() > 0
    assert numbers.sums["rooms"].mean == pytest.approx(frame["rooms"].mean())


def test_parts_are_the_rows_held_out_and_the_others(frame, laid):
    layout = laid(frame, "price")
    numbers = layout.numbers(FrameRows(frame), KEYS)
    held = below(KEYS, layout.holdout)
    for part, rows in ((numbers.part(held=True), held), (numbers.part(held=False), ~held)):
        np.testing.assert_array_equal(part.X, numbers.columns[1:-1, rows].T)
        np.testing.assert_array_equal(part.y, numbers.y[rows])
        assert part.X.flags.f_contiguous
        assert part.y.base is None


@pytest.mark.parametrize("name", ["size", "price"])
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_an_infinite_value_is_refused_with_its_row(frame, laid, name, value):
    layout = laid(frame, "price")
    row = pl.int_range(pl.len()) == 20
    wrong = frame.with_columns(pl.when(row).then(pl.lit(value)).otherwise(name).alias(name))
    with pytest.raises(InputError, match=r"infinite in data row 21|-?inf in data row 21"):
        layout.numbers(FrameRows(wrong), KEYS)
