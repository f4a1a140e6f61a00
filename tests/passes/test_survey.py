"""One look at every row: counts, triangles and drawn rows, the same for any threads."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.errors import InputError
from steepest.passes.asking import Ask
from steepest.passes.drawing import below, row_keys
from steepest.passes.layout import Layout
from steepest.passes.packed import pack
from steepest.passes.survey import Survey

ROWS = 1_000


def table() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(2, 1, ROWS), rng.normal(-1, 3, ROWS)
    frame = pl.DataFrame({"x": x, "z": z, "w": rng.integers(1, 4, ROWS).astype(float), "y": x - z})
    row = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when(row % 10 == 3).then(None).otherwise("y").alias("y"),
        pl.when(row % 17 == 3).then(None).otherwise("z").alias("z"),
    )


def held_rows(source: Any) -> pl.Series:
    keys = [row_keys(0, p.place, 0, min(source.rows, ROWS - p.where[0])) for p in source.pieces]
    return pl.Series(below(np.concatenate(keys), 0.2))


def gram(frame: pl.DataFrame, shift: np.ndarray, weight: str | None) -> np.ndarray:
    A = np.column_stack([np.ones(frame.height), frame.select("x", "z", "y").to_numpy() - shift])
    return A.T @ (A if weight is None else A * frame[weight].to_numpy()[:, None])


@pytest.mark.parametrize("weight", [None, "w"])
def test_either_part_is_reduced_and_only_what_trains_is_weighed(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask], weight: str | None
) -> None:
    frame = table() if weight else table().drop("w")
    source, shift = cut(frame, 300), np.array([2.0, -1.0, 3.0])
    layout = laid(frame, "y", weight=weight, missing="drop")
    found = asking(source, layout)(Survey(shift, 50, (1.0, 1.0)))
    held = held_rows(source)
    full = frame["y"].is_not_null() & frame["z"].is_not_null()
    train, judge = frame.filter(full & ~held), frame.filter(full & held)
    assert (found.rows, found.targeted, found.used) == (
        ROWS, int(frame["y"].is_not_null().sum()), int(full.sum()),
    )  # fmt: skip
    assert (found.train.rows, found.held.rows) == (train.height, judge.height)
    squares = found.train.R.T @ found.train.R
    assert squares == pytest.approx(gram(train, shift, weight), rel=1e-10)
    squares = found.held.R.T @ found.held.R
    assert squares == pytest.approx(gram(judge, shift, None), rel=1e-10)
    if weight:
        away = train.select("x", "z", "y").to_numpy() - shift
        assert found.plain == pytest.approx(np.array([away.sum(axis=0), (away**2).sum(axis=0)]))
    else:
        assert found.plain.shape == (2, 0)


def test_columns_are_summed_over_the_rows_with_a_target(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table()
    layout = laid(frame.drop("w"), "y")
    found = asking(cut(frame, 300), layout)(Survey(np.zeros(3), 50, (1.0, 1.0), ("w",)))
    there = frame.filter(pl.col("y").is_not_null())
    for name, sums in zip((*layout.columns, "w"), found.columns, strict=True):
        assert (sums.missing, sums.low) == (there[name].null_count(), there[name].min())
        assert sums.mean == pytest.approx(there[name].mean())


def test_the_rows_drawn_are_the_same_with_and_without_a_bound_on_keys(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().drop("w")
    ask = asking(cut(frame, 300), laid(frame, "y"))
    whole, likely = (ask(Survey(np.zeros(3), 20, (share, share))) for share in (1.0, 0.6))
    assert len(whole.some_train.keys) == len(whole.some_held.keys) == 20
    assert whole.some_train.frame.equals(likely.some_train.frame)
    assert whole.some_held.frame.equals(likely.some_held.frame)


def test_any_number_of_threads_gives_the_same_bits(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().drop("w")
    layout, asked = laid(frame, "y"), Survey(np.zeros(3), 50, (1.0, 1.0))
    found = [asking(cut(frame, 70), layout, threads)(asked) for threads in (1, 2, 4)]
    assert len({pack(one) for one in found}) == 1


def test_a_piece_without_a_usable_row_is_no_more_than_its_rows(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().drop("w")
    gone = pl.int_range(pl.len()) < 600
    some = frame.with_columns(pl.when(gone).then(None).otherwise("y").alias("y"))
    found = asking(cut(some, 200), laid(some, "y"))(Survey(np.zeros(3), 50, (1.0, 1.0)))
    assert (found.rows, found.used) == (ROWS, int(some["y"].is_not_null().sum()))


@pytest.mark.parametrize(
    ("known", "where"), [(True, "data row 778"), (False, "row 178 of its piece 3")]
)
def test_a_value_that_cannot_be_used_is_named_by_its_row_of_the_whole_table(
    cut: Any,
    laid: Callable[..., Layout],
    asking: Callable[..., Ask],
    known: bool,
    where: str,
) -> None:
    frame = table().drop("w")
    layout = laid(frame, "y")
    row = pl.int_range(pl.len())
    bad = frame.with_columns(pl.when(row == 777).then(float("inf")).otherwise("x").alias("x"),
                             pl.when(row == 777).then(1.0).otherwise("y").alias("y"))  # fmt: skip
    with pytest.raises(InputError) as raised:
        asking(cut(bad, 300, known), layout)(Survey(np.zeros(3), 50, (1.0, 1.0)))
    assert str(raised.value) == (
        f'cut: column "x" is infinite in {where}; put a number there, or leave it empty if the '
        "value is missing"
    )


def test_a_missing_value_is_refused_where_that_was_asked(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().drop("w")
    layout = laid(frame, "y", missing="refuse")
    with pytest.raises(InputError, match='column "z" has no value in data row 17;'):
        asking(cut(frame[4:], 300), layout, 1)(Survey(np.zeros(3), 50, (1.0, 1.0)))
