"""Rows drawn from pieces are those drawn from the whole."""

import numpy as np
import polars as pl

from steepest.passes.drawing import row_keys
from steepest.passes.drawn_rows import draw


def test_the_rows_of_parts_drawn_again_are_the_rows_of_the_whole() -> None:
    frame = pl.DataFrame({"x": np.arange(1_000)})
    keys = row_keys(0, 0, 0, 1_000)
    whole = draw(frame, keys, 50)
    parts = [draw(frame[first : first + 100], keys[first : first + 100], 50)
             for first in range(0, 1_000, 100)]  # fmt: skip
    again = draw(
        pl.concat([part.frame for part in parts]),
        np.concatenate([part.keys for part in parts]),
        50,
    )
    assert again.frame.equals(whole.frame)
    assert np.array_equal(again.keys, whole.keys)
    assert len(again.keys) == 50


def test_fewer_rows_than_are_wanted_are_all_drawn() -> None:
    frame = pl.DataFrame({"x": [1, 2, 3]})
    found = draw(frame, row_keys(0, 0, 0, 3), 10)
    assert sorted(found.frame["x"].to_list()) == [1, 2, 3]
