"""Levels are counted over all rows, and apart over those that train."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from steepest.passes.asking import Ask
from steepest.passes.drawing import below, row_keys
from steepest.passes.layout import Layout
from steepest.passes.levels import Levels


def table(rows: int = 1_000) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "x": rng.normal(size=rows),
            "t": rng.choice(["a", "b", "c"], rows),
            "y": rng.normal(size=rows),
        }
    )
    gap = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when(gap % 7 == 0).then(None).otherwise("t").alias("t"),
        pl.when(gap % 11 == 0).then(None).otherwise("y").alias("y"),
        pl.when(gap % 13 == 0).then(None).otherwise("x").alias("x"),
    )


def counted(column: pl.Series) -> dict[str, int]:
    return dict(column.fill_null("(missing)").value_counts().iter_rows())


def test_counts_of_all_rows_with_a_target_and_of_those_that_train(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table()
    source = cut(frame, 300)
    found = asking(source, laid(frame, "y"))(Levels(("t",), 10))
    there = frame["y"].is_not_null()
    keys = np.concatenate([row_keys(0, p.place, 0, p.rows or 0) for p in source.pieces])
    train = pl.Series(~below(keys, 0.2))
    assert found.rows == int(there.sum())
    assert found.counts == [counted(frame.filter(there)["t"])]
    assert found.trained == [counted(frame.filter(there & train)["t"])]


def test_rows_that_are_dropped_do_not_train(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table()
    found = asking(cut(frame, 300), laid(frame, "y", missing="drop", holdout=0.0))(
        Levels(("t",), 10)
    )
    full = frame.drop_nulls()
    assert found.trained == [counted(full["t"])]
    assert found.counts == [counted(frame.filter(pl.col("y").is_not_null())["t"])]


def test_a_column_of_too_many_levels_is_not_counted_to_the_end(
    cut: Any, laid: Callable[..., Layout], asking: Callable[..., Ask]
) -> None:
    frame = table().with_columns(name=pl.int_range(pl.len()).cast(pl.String))
    found = asking(cut(frame, 300), laid(frame, "y"))(Levels(("name", "t"), 500))
    assert found.counts[0] is None
    assert found.counts[1] is not None
