from __future__ import annotations

import gzip
import os
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steepest.data.table import read_table
from steepest.errors import InputError


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    path = tmp_path / "houses.parquet"
    frame = pl.DataFrame({"size": [1.0, float("nan"), None], "place": ["sea", None, "hill"]})
    frame.write_parquet(path)
    return path


def test_parquet_is_read(parquet: Path) -> None:
    table = read_table(parquet)
    assert table.source == str(parquet)
    assert table.frame.rows() == [(1.0, "sea"), (None, None), (None, "hill")]


def test_parquet_is_known_by_its_content(parquet: Path) -> None:
    other = parquet.with_suffix(".data")
    parquet.rename(other)
    assert read_table(str(other)).frame.columns == ["size", "place"]


@pytest.mark.parametrize("keep", [4, 20, 200])
def test_cut_off_parquet_is_refused(parquet: Path, keep: int) -> None:
    parquet.write_bytes(parquet.read_bytes()[:keep])
    assert "damaged or cut off" in refusal(parquet)


def test_corrupted_parquet_is_refused(parquet: Path) -> None:
    content = bytearray(parquet.read_bytes())
    content[-40:-8] = b"\xff" * 32
    parquet.write_bytes(bytes(content))
    assert "damaged or cut off" in refusal(parquet)


def test_csv_named_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_text("a,b\n1,2\n")
    assert "not a Parquet file" in refusal(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   \r\n "])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    assert "is empty" in refusal(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)) * 4, "binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        (b"PK\x03\x04rest", "Excel"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"SQLite format 3\0rest", "SQLite"),
    ],
)
def test_files_of_other_kinds_are_refused_by_name(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_missing_file_brings_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "houses.csv").write_text("a,b\n1,2\n")
    message = refusal(tmp_path / "house.csv")
    assert "there is no file" in message
    assert 'did you mean "houses.csv"?' in message


def test_a_missing_file_like_no_other_brings_the_built_in_names(tmp_path: Path) -> None:
    assert "houses, diabetes" in refusal(tmp_path / "qqqqqq.zzz")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path / 'nowhere'} does not exist" in refusal(tmp_path / "nowhere" / "t.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to this user"
)
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    assert "permissions" in refusal(path)


def test_a_path_that_cannot_be_is_refused() -> None:
    assert "could not be read" in refusal(Path("a\0b"))
    assert "could not be read" in refusal(Path("x" * 5_000))


def test_parquet_with_two_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    assert 'both called "a"' in refusal(path)
