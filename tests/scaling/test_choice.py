from __future__ import annotations

import sqlite3
from pathlib import Path

import polars as pl
import pytest

from steepest.errors import InputError
from steepest.run import Request
from steepest.scaling import choice
from steepest.scaling.choice import pieces_of
from steepest.scaling.room import available_bytes, bytes_in_memory

FRAME = pl.DataFrame({"size": range(100), "price": range(100)})
REQUEST = Request("x", "price")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    FRAME.write_parquet(tmp_path / "a.parquet")
    return tmp_path / "a.parquet"


def test_what_fits_comes_as_a_whole_unless_pieces_are_asked_for(path: Path) -> None:
    for data in ("houses", FRAME, str(path), path):
        assert pieces_of(data, REQUEST) is None
        for asked in (
            Request("x", "price", engine="local"),
            Request("x", "price", engine="ray"),
            Request("x", "price", memory=10**8),
        ):
            source = pieces_of(data, asked)
            assert source is not None
            assert "price" in source.schema


def test_more_than_one_file_always_comes_in_pieces(path: Path) -> None:
    folder = path.parent
    FRAME.write_parquet(folder / "b.parquet")
    for data in (folder, str(folder), f"{folder}/*.parquet", [path], (path,), path.as_uri()):
        assert pieces_of(data, REQUEST) is not None


def test_a_query_always_comes_in_pieces(tmp_path: Path) -> None:
    place = tmp_path / "homes.db"
    connection = sqlite3.connect(place)
    connection.execute("create table homes as select 1 as size, 2 as price")
    connection.commit()
    asked = Request("x", "price", query="select * from homes")
    for data in (place, connection, lambda: sqlite3.connect(place)):
        assert pieces_of(data, asked) is not None
    connection.close()


def test_a_file_of_more_than_a_quarter_of_the_memory_comes_in_pieces(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = bytes_in_memory(path)
    assert size >= 1_600
    monkeypatch.setattr(choice, "available_bytes", lambda: 4 * size)
    assert pieces_of(path, REQUEST) is None
    monkeypatch.setattr(choice, "available_bytes", lambda: 4 * size - 4)
    assert pieces_of(path, REQUEST) is not None
    assert pieces_of(FRAME, REQUEST) is None
    monkeypatch.setattr(choice, "available_bytes", lambda: 0)
    assert pieces_of(path, REQUEST) is None


def test_the_memory_that_is_free_is_some() -> None:
    assert available_bytes() > 2**20


def test_a_file_that_is_not_there_is_left_to_whoever_reads_tables(tmp_path: Path) -> None:
    assert pieces_of(tmp_path / "no.csv", REQUEST) is None
    with pytest.raises(InputError, match="there is no file"):
        pieces_of(tmp_path / "no.csv", Request("x", "price", engine="local"))
