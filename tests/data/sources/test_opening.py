from __future__ import annotations

import os
import pickle
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from steepest.data.sources.opening import source_of
from steepest.data.sources.source import Source
from steepest.errors import InputError
from steepest.fitting import fit

duckdb: Any = pytest.importorskip("duckdb")
fsspec: Any = pytest.importorskip("fsspec")
ROWS = 600


@pytest.fixture
def frame() -> pl.DataFrame:
    rng = np.random.default_rng(5)
    size, age = rng.normal(size=ROWS), rng.integers(0, 90, ROWS)
    place = rng.choice(["hill", "by, the sea", 'a "lane"'], ROWS)
    price = 3 * size - 0.1 * age + (place == "hill") + 0.3 * rng.normal(size=ROWS)
    return pl.DataFrame({"size": size, "age": age, "place": place, "price": price})


@pytest.fixture
def bucket() -> Iterator[str]:
    memory = fsspec.filesystem("memory")
    memory.mkdir("/steepest-tests")
    yield "memory://steepest-tests"
    memory.rm("/steepest-tests", recursive=True)


def parts(frame: pl.DataFrame, folder: Path, write: Callable[[pl.DataFrame, Path], None]) -> None:
    folder.mkdir(parents=True)
    for place in range(3):
        write(frame.slice(place * 200, 200), folder / f"part-{place}")


def all_of(source: Source) -> pl.DataFrame:
    columns = list(source.schema)
    frames = [frame for piece in source.pieces for frame in source.read(piece, columns, 150)]
    return pl.concat(frames)


def everywhere(frame: pl.DataFrame, folder: Path, bucket: str) -> dict[str, tuple[Any, str]]:
    """The same rows in every kind of place, with what to ask there."""
    frame.write_parquet(folder / "homes.parquet")
    frame.write_csv(folder / "homes.csv")
    parts(frame, folder / "parquet", lambda own, path: own.write_parquet(f"{path}.parquet"))
    parts(frame, folder / "csv", lambda own, path: own.write_csv(f"{path}.csv"))
    for path in sorted((folder / "parquet").iterdir()):
        with fsspec.open(f"{bucket}/deep/{path.name}", "wb") as file:
            file.write(path.read_bytes())
    with fsspec.open(f"{bucket}/homes.csv", "wb") as file:
        file.write((folder / "homes.csv").read_bytes())
    with duckdb.connect(str(folder / "homes.duckdb")) as connection:
        connection.execute(f"create table homes as from '{folder / 'homes.parquet'}'")
    lite = folder / "homes.db"
    connection = sqlite3.connect(lite)
    connection.execute("create table homes (size real, age integer, place text, price real)")
    connection.executemany("insert into homes values (?, ?, ?, ?)", frame.rows())
    connection.commit()
    connection.close()
    query = "select * from homes"
    return {
        "a Parquet file": (folder / "homes.parquet", ""),
        "a CSV file": (str(folder / "homes.csv"), ""),
        "a folder": (folder / "parquet", ""),
        "a folder of CSV": (str(folder / "csv"), ""),
        "a pattern": (f"{folder}/**/part-*.parquet", ""),
        "a pattern of CSV": (f"{folder}/csv/*.csv", ""),
        "a list": (sorted((folder / "parquet").iterdir()), ""),
        "a local URL": ((folder / "homes.parquet").as_uri(), ""),
        "a remote file": (f"{bucket}/homes.csv", ""),
        "a remote folder": (f"{bucket}/deep", ""),
        "a remote pattern": (f"{bucket}/**/*.parquet", ""),
        "DuckDB": (folder / "homes.duckdb", query),
        "DuckDB over files": (":memory:", f"from '{folder / 'homes.csv'}'"),
        "a query to a file": (folder / "homes.parquet", "select * from data"),
        "a query to a folder": (folder / "csv", "select * from data"),
        "SQLite": (lite, query),
        "a maker of connections": (lambda: sqlite3.connect(lite), query),
        "a lazy frame": (pl.scan_parquet(folder / "homes.parquet"), ""),
        "a relation": (duckdb.sql(f"from '{folder / 'homes.parquet'}'"), ""),
        "a frame": (frame, ""),
    }


def test_the_same_rows_come_from_everywhere_and_can_be_sent(
    frame: pl.DataFrame, tmp_path: Path, bucket: str
) -> None:
    for name, (data, query) in everywhere(frame, tmp_path, bucket).items():
        source = source_of(data, query)
        found = all_of(source)
        assert found.equals(frame), name
        assert dict(found.schema) == dict(source.schema), name
        assert sum(piece.rows or 0 for piece in source.pieces) == ROWS, name
        assert [piece.place for piece in source.pieces] == list(range(len(source.pieces))), name
        assert source.identity, name
        sent = pickle.loads(pickle.dumps(source))  # noqa: S301
        assert all_of(sent).equals(frame), name
        (some,) = source.read(source.pieces[0], ["price", "age"], 10**6)
        assert some.equals(frame.select("price", "age").head(some.height)), name


def test_fits_from_everywhere_agree(frame: pl.DataFrame, tmp_path: Path, bucket: str) -> None:
    places = everywhere(frame, tmp_path, bucket)
    several = ("a folder", "a folder of CSV", "a list", "a remote folder", "a remote pattern")
    one = ("a Parquet file", "a CSV file", "a remote file", "DuckDB", "SQLite")
    for group in (several, one):
        runs = [
            fit(data, "price", query=query or None, engine="local", holdout=0)
            for data, query in (places[name] for name in group)
        ]
        first = runs[0].coefficients
        for name, run in zip(group, runs, strict=True):
            for column, value in run.coefficients.items():
                assert value == pytest.approx(first[column], rel=1e-9, abs=1e-9), name
        assert runs[0].contract.rows == ROWS


def test_numbers_of_several_kinds_are_widened_and_others_refused(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [None, None]}).write_parquet(
        tmp_path / "0.parquet"
    )
    pl.DataFrame({"c": [True], "a": [0.5], "b": ["z"]}).write_parquet(tmp_path / "1.parquet")
    source = source_of(tmp_path)
    assert all_of(source).rows() == [(1.0, "x", None), (2.0, "y", None), (0.5, "z", True)]
    pl.DataFrame({"a": [1], "b": [2], "c": [True]}).write_parquet(tmp_path / "2.parquet")
    with pytest.raises(InputError, match=r'2\.parquet: column "b" holds numbers .* holds text'):
        source_of(tmp_path)


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ({"sise": [1], "b": [2]}, 'no column "size", which .* has; did you mean "sise"'),
        ({"size": [1], "b": [2], "z": [3]}, 'has a column "z", which .* lacks'),
    ],
)
def test_files_of_other_columns_are_refused_by_name(
    tmp_path: Path, later: dict[str, list[int]], words: str
) -> None:
    pl.DataFrame({"size": [1], "b": [2]}).write_parquet(tmp_path / "0.parquet")
    pl.DataFrame(later).write_parquet(tmp_path / "1.parquet")
    with pytest.raises(InputError, match=rf"1\.parquet .*{words}"):
        source_of(tmp_path)


def test_folders_that_say_key_and_value_are_columns(tmp_path: Path) -> None:
    for year, place in ((2023, "hill%20top"), (2024, "sea")):
        folder = tmp_path / f"year={year}" / f"place={place}"
        folder.mkdir(parents=True)
        pl.DataFrame({"a": [year / 2]}).write_parquet(folder / "0.parquet")
    for data in (tmp_path, f"{tmp_path}/year=*/*/*.parquet"):
        source = source_of(data)
        assert all_of(source).rows() == [(1011.5, 2023, "hill top"), (1012.0, 2024, "sea")]
        (only,) = source.read(source.pieces[1], ["place"], 5)
        assert only.rows() == [("sea",)]
        assert all_of(pickle.loads(pickle.dumps(source))).height == 2  # noqa: S301
    pl.DataFrame({"a": [1.0]}).write_parquet(tmp_path / "0.parquet")
    with pytest.raises(InputError, match="lay all files in the same order of folders"):
        source_of(tmp_path)


def test_folders_behind_a_url_say_key_and_value_too(bucket: str) -> None:
    for year in (2023, 2024):
        with fsspec.open(f"{bucket}/year={year}/0.parquet", "wb") as file:
            pl.DataFrame({"a": [year / 2]}).write_parquet(file)
    for data in (bucket, f"{bucket}/year=*/*.parquet", f"{bucket}/**"):
        assert all_of(source_of(data)).rows() == [(1011.5, 2023), (1012.0, 2024)]


def test_hidden_files_and_what_is_no_table_are_left_out_of_a_folder(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "0.parquet")
    for name in ("_SUCCESS", ".hidden.parquet", "README.md", "_temporary.parquet"):
        (tmp_path / name).write_text("nothing")
    assert all_of(source_of(tmp_path)).rows() == [(1,)]


def test_every_row_group_is_a_piece_and_empty_files_are_none(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": range(25)})
    frame.write_parquet(tmp_path / "0.parquet", row_group_size=10)
    frame.head(0).write_parquet(tmp_path / "1.parquet")
    frame.write_parquet(tmp_path / "2.parquet")
    source = source_of(tmp_path)
    assert [piece.rows for piece in source.pieces] == [10, 10, 5, 25]
    assert [piece.where for piece in source.pieces] == [(0, 0), (0, 1), (0, 2), (2, 0)]


def test_what_changes_is_another(frame: pl.DataFrame, tmp_path: Path, bucket: str) -> None:
    url = f"{bucket}/homes.parquet"
    frame.write_parquet(tmp_path / "homes.parquet")
    with fsspec.open(url, "wb") as file:
        frame.write_parquet(file)
    before = {place: source_of(place).identity for place in (url, tmp_path / "homes.parquet")}
    assert {place: source_of(place).identity for place in before} == before
    frame.with_columns(age=7).write_parquet(tmp_path / "homes.parquet")
    with fsspec.open(url, "wb") as file:
        frame.with_columns(age=7).write_parquet(file)
    for place, identity in before.items():
        assert source_of(place).identity != identity


def refusal(data: Any, query: str = "") -> str:
    with pytest.raises(InputError) as caught:
        source_of(data, query)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_cannot_be_read_is_said(frame: pl.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "homes.parquet"
    frame.write_parquet(path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "both").mkdir()
    (tmp_path / "both" / "a.csv").write_text("a,b\n1,2\n")
    frame.write_parquet(tmp_path / "both" / "b.parquet")
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "story.md").write_text("once")
    (tmp_path / "cut.parquet").write_bytes(path.read_bytes()[:-100])
    (tmp_path / "no.parquet").write_text("a,b\n")
    frame.head(0).write_parquet(tmp_path / "none.parquet")
    assert 'did you mean "homes.parquet"?' in refusal(tmp_path / "hones.parquet")
    assert "is empty" in refusal(tmp_path / "empty")
    assert "holds no Parquet or CSV files by their names (story.md)" in refusal(tmp_path / "words")
    assert "no file matches" in refusal(f"{tmp_path}/*.feather")
    assert "both CSV files" in refusal(tmp_path / "both")
    assert "named twice" in refusal([path, path])
    assert "damaged or cut off" in refusal(tmp_path / "cut.parquet")
    assert "does not begin with PAR1" in refusal(tmp_path / "no.parquet")
    assert "no rows" in refusal(tmp_path / "none.parquet")
    assert "no protocol is called nowhere" in refusal("nowhere://x")
    assert "there is no file memory://nobody/x.csv" in refusal("memory://nobody/x.csv")
    assert "no file matches" in refusal("memory://nobody/*.csv")
    assert "zero byte" in refusal("a\0b")


def test_a_row_group_damaged_after_the_opening_is_said(tmp_path: Path) -> None:
    path = tmp_path / "homes.parquet"
    pl.DataFrame({"a": range(10_000)}).write_parquet(path)
    source = source_of(path)
    path.write_bytes(b"PAR1" + b"\0" * 500)
    with pytest.raises(InputError, match=r"homes\.parquet is damaged or cut off, or changed"):
        list(source.read(source.pieces[0], ["a"], 100))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_file_replaced_by_one_of_the_same_shape_is_not_mixed_in(
    tmp_path: Path, ending: str
) -> None:
    def write(first: int, path: Path) -> None:
        rows = pl.DataFrame({"a": range(first, first + 1_000)})
        if ending == "csv":
            rows.write_csv(path)
        else:
            rows.write_parquet(path, row_group_size=500, compression="uncompressed")

    path, other = tmp_path / f"homes.{ending}", tmp_path / "other"
    write(1_000, path)
    write(5_000, other)
    assert path.stat().st_size == other.stat().st_size
    os.utime(other, ns=(1, 1))
    source = source_of(path)
    walk = source.read(source.pieces[0], ["a"], 100)
    assert next(walk)["a"][0] == 1_000
    other.replace(path)
    if ending == "parquet":
        with pytest.raises(InputError, match=r"homes\.parquet changed while it was read"):
            list(walk)
    with pytest.raises(InputError, match=r"homes\.\w+ changed while it was read .*fit it anew"):
        list(source.read(source.pieces[-1], ["a"], 100))
    path.unlink()
    with pytest.raises(InputError, match=r"homes\.\w+ .*changed while it was read"):
        list(source.read(source.pieces[-1], ["a"], 100))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_file_behind_a_url_of_another_size_is_not_mixed_in(bucket: str, ending: str) -> None:
    url = f"{bucket}/homes.{ending}"

    def write(rows: int) -> None:
        frame = pl.DataFrame({"a": range(rows)})
        with fsspec.open(url, "wb") as file:
            frame.write_csv(file) if ending == "csv" else frame.write_parquet(file)

    write(1_000)
    source = source_of(url)
    write(2_000)
    with pytest.raises(InputError, match=r"homes\.\w+ changed while it was read \([\d,]+ bytes"):
        list(source.read(source.pieces[0], ["a"], 2_000))


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert "pip install 'steepest[duckdb]'" in refusal(":memory:", "select 1 as a")
    assert "pip install 'steepest[remote]'" in refusal("s3://bucket/a.parquet")
