"""Who gets which pieces."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.cluster.sharing import Travelling, received, sent, shares, size_of, stretches
from steepest.data.sources.framed import FrameSource
from steepest.data.sources.source import Piece
from steepest.data.table import Table


def pieces_of(sizes: list[int]) -> list[Piece]:
    return [Piece(place, None, size, ()) for place, size in enumerate(sizes)]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=200), st.integers(1, 9))
def test_each_piece_is_in_one_share_and_neighbours_stay_together(
    sizes: list[int], workers: int
) -> None:
    found = shares(pieces_of(sizes), workers)
    assert len(found) == workers
    assert [place for share in found for place in share] == list(range(len(sizes)))


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_shares_have_about_as_many_bytes(workers: int) -> None:
    pieces = pieces_of([5 + place % 7 for place in range(1000)])
    sizes = [size_of(pieces, share) for share in shares(pieces, workers)]
    assert max(sizes) < 1.15 * min(sizes)


def test_shares_of_many_pieces_end_where_large_nodes_do() -> None:
    found = shares(pieces_of([10] * 1001), 3)
    assert all(share[0] % 16 == 0 for share in found)


@given(st.sets(st.integers(0, 40)))
def test_stretches_say_the_same_in_fewer_words(places: set[int]) -> None:
    found = stretches(sorted(places))
    assert [place for first, stop in found for place in range(first, stop)] == sorted(places)
    assert all(stop < first for (_, stop), (first, _) in pairwise(found))


def test_a_frame_travels_as_it_is() -> None:
    kinds = pl.Enum(["low", "high"])
    first = pl.DataFrame({"x": [1.5, None], "k": pl.Series(["low", "high"], dtype=kinds)})
    frame = pl.concat([first, first], rechunk=False)
    what = sent(FrameSource(Table(frame, "some rows", {"x": "m"})))
    assert isinstance(what, Travelling)
    back = received(what)
    assert back.text == "some rows"
    assert back.units == {"x": "m"}
    assert pl.concat(back.read(back.pieces[0], ["x", "k"], 3)).equals(frame)
    assert back.schema == dict(frame.schema)
