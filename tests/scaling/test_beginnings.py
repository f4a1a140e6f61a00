"""The first rows of a piece are as many as fit, whoever holds their texts."""

from typing import Any

import polars as pl
import pytest

from steepest.data.sources.parquet import parquet_source
from steepest.scaling import first_look
from steepest.scaling.beginnings import beginning, rows_at_once, size_of
from steepest.scaling.first_look import look


def texts(rows: int, length: int) -> pl.DataFrame:
    return pl.DataFrame({"s": [f"{i:0{length}d}" for i in range(rows)], "y": [0.0] * rows})


def test_long_texts_are_read_few_at_once(cut: Any) -> None:
    assert rows_at_once(cut(texts(100, 5), 100), ["s", "y"]) == 1_024
    assert rows_at_once(cut(texts(100, 3_000), 100), ["s", "y"]) == 128
    assert rows_at_once(cut(texts(100, 100_000), 100), ["s", "y"]) == 64


@pytest.mark.parametrize("known", [True, False])
def test_bytes_end_it_and_so_do_rows_and_the_piece(cut: Any, known: bool) -> None:
    frame = texts(1_000, 976)  # 1,000 bytes a row
    source = cut(frame, 500, known)
    first = source.pieces[0]
    for rows, room, taken, more in (
        (500, 10**9, 500, False),
        (400, 10**9, 400, True),
        (100, 10**9, 100, True),
        (500, 128_000, 128, True),
        (500, 128_001, 192, True),
        (500, 1, 64, True),
    ):
        found = beginning(source, first, ["s", "y"], rows, room, 64)
        assert (found[0].height, found[1]) == (taken, more)
        assert found[0].equals(frame.head(taken))


def test_a_look_at_long_texts_is_bounded(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "long.parquet")
    texts(2_000, 4_000).write_parquet(path, row_group_size=500)
    monkeypatch.setattr(first_look, "ROOM", 1_000_000)
    seen = look(parquet_source([path], path))
    assert not seen.whole
    assert 1_000_000 <= size_of(seen.table.frame) < 2_500_000
    alone = look(parquet_source([path], path), ("y",))
    assert alone.whole
    assert alone.table.frame.columns == ["y"]
