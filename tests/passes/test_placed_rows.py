import numpy as np
import polars as pl
import pytest

from steepest.passes.drawing import row_keys
from steepest.passes.placed_rows import PlacedRows, draw_placed, drawn_together


@pytest.mark.parametrize("sizes", [(1_000,), (1, 999), (300, 0, 300, 400)])
@pytest.mark.parametrize("most", [7, 250, 5_000])
def test_the_smallest_keys_are_drawn_in_the_order_of_the_rows(
    sizes: tuple[int, ...], most: int
) -> None:
    frame = pl.DataFrame({"x": range(1_000)})
    keys = row_keys(0, 0, 0, 1_000)
    parts: list[PlacedRows] = []
    first = 0
    for size in sizes:
        part = frame[first : first + size]
        parts.append(draw_placed(part, keys[first : first + size], most))
        first += size
    found = drawn_together(parts, most)
    wanted = np.sort(np.argsort(keys)[:most])
    assert found.places.tolist() == found.frame["x"].to_list() == wanted.tolist()
    assert found.keys.tolist() == keys[wanted].tolist()
    assert found.rows == 1_000


def test_no_key_beyond_the_likely_ones_is_looked_at() -> None:
    keys = row_keys(0, 0, 0, 100)
    found = draw_placed(pl.DataFrame({"x": range(100)}), keys, 100, 0.5)
    assert found.places.tolist() == np.flatnonzero(keys < 2**63).tolist()
