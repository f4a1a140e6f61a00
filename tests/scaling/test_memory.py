"""What memory is for what: of the table and what was asked, never of who asks."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest

from steepest.data.sources.framed import FrameSource
from steepest.data.sources.source import Piece
from steepest.data.table import read_table
from steepest.errors import InputError
from steepest.scaling.memory import frame_rows, keep_small, memory_bytes, plan_memory, refuse_small

MB = 10**6


@pytest.fixture
def source():
    return FrameSource(read_table(pl.DataFrame({f"x{j}": [1.0] * 1000 for j in range(5)})))


@pytest.mark.parametrize(
    ("said", "meant"), [("400MB", 400 * MB), ("1.5 GiB", 3 << 29), (7, 7), ("2tb", 2 * 10**12)]
)
def test_sizes_are_read(said, meant):
    assert memory_bytes(said) == meant


@pytest.mark.parametrize("said", ["", "much", "4 parsecs", 0, -1, "-4MB"])
def test_what_is_no_size_is_refused(said):
    with pytest.raises(InputError, match="memory"):
        memory_bytes(said)


@pytest.mark.parametrize("columns", [1, 5, 40, 300, 1000, 5000])
def test_a_frame_has_rows_enough_for_sums_of_squares(columns):
    rows = frame_rows(columns, columns + 1)
    assert rows >= 4 * (columns + 1)
    assert rows & (rows - 1) == 0


def test_more_memory_gives_room_and_threads(source):
    plans = [plan_memory(size * MB, 4, source, 5, 6, 1024) for size in (400, 1000, 4000)]
    assert [plan.threads for plan in plans] == sorted(plan.threads for plan in plans)
    assert plans[0].room < plans[1].room < plans[2].room < 4000 * MB


def test_too_little_names_the_least_and_the_least_is_enough(source):
    with pytest.raises(InputError, match=r"memory is 50 MB, and the least .* is \d+ MB") as told:
        plan_memory(50 * MB, 2, source, 5, 6, 1024)
    least = int(str(told.value).split()[-2])
    assert plan_memory(least * MB, 2, source, 5, 6, 1024).threads >= 1
    with pytest.raises(InputError):
        plan_memory((least - 1) * MB, 2, source, 5, 6, 1024)


def test_a_thousand_columns_need_more_than_400_megabytes(source):
    with pytest.raises(InputError, match="the least"):
        plan_memory(400 * MB, 2, source, 1000, 1001, frame_rows(1000, 1001))


def test_what_is_free_is_asked_for_where_nothing_is_said(source):
    assert plan_memory(0, 2, source, 5, 6, 1024).threads >= 1


def test_keeping_small_can_be_asked_for_anywhere():
    keep_small()


def test_what_cannot_be_looked_at_is_refused_before_it_is(source):
    refuse_small(400 * MB, source, 5, named=False)
    with pytest.raises(InputError, match=r"memory is 300 MB, .* fitted in is 345 MB$"):
        refuse_small(300 * MB, source, 5, named=False)
    big = SimpleNamespace(
        schema=dict.fromkeys(map(str, range(500))), pieces=[Piece(0, 1, 10**9, ())]
    )
    with pytest.raises(InputError, match="all of its 500 columns it is less: name some"):
        refuse_small(400 * MB, big, 500, named=False)
    with pytest.raises(InputError, match=r"fitted in is 880 MB$"):
        refuse_small(400 * MB, big, 500, named=True)
    refuse_small(400 * MB, big, 5, named=True)


def test_steps_that_walk_over_rows_need_more(source):
    plain = plan_memory(600 * MB, 4, source, 5, 6, 1024)
    steps = plan_memory(600 * MB, 4, source, 5, 6, 1024, steps=True)
    assert (steps.threads, steps.room) < (plain.threads, plain.room)
    assert plan_memory(370 * MB, 2, source, 30, 40, 32_768).threads == 2
    assert plan_memory(370 * MB, 2, source, 30, 40, 32_768, steps=True).threads == 1


def test_a_unit_that_was_forgotten_is_guessed(source):
    with pytest.raises(InputError, match=r"memory is 400 bytes \(did you mean 400MB\?\), and"):
        plan_memory(400, 2, source, 5, 6, 1024)
