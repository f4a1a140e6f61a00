from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from steepest.data.sources.opening import source_of
from steepest.data.sources.source import Source
from steepest.errors import InputError

ASKED = "select size, x from homes order by size"
duckdb: Any = pytest.importorskip("duckdb")


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("STEEPEST_SCRATCH", str(folder))
    return folder


@pytest.fixture
def lite(tmp_path: Path) -> Path:
    path = tmp_path / "homes.db"
    connection = sqlite3.connect(path)
    connection.execute("create table homes (size, price, note)")
    rows = [(i, i / 2 if i % 3 else None, "word") for i in range(40_000)]
    connection.executemany("insert into homes values (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return path


def all_of(source: Source) -> pl.DataFrame:
    columns = list(source.schema)
    frames = [frame for piece in source.pieces for frame in source.read(piece, columns, 10_000)]
    return pl.concat(frames)


def refusal(data: Any, query: str) -> str:
    with pytest.raises(InputError) as caught:
        source_of(data, query)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_copy_is_there_as_long_as_its_source(lite: Path, scratch: Path) -> None:
    source = source_of(lite, "select size, price from homes order by size")
    assert len(list(scratch.iterdir())) == 1
    frame = all_of(source)
    assert dict(frame.schema) == {"size": pl.Int64, "price": pl.Float64}
    assert frame["size"].to_list() == list(range(40_000))
    assert frame["price"].null_count() == 13_334
    assert "copied once" in source.text
    del source
    gc.collect()
    assert list(scratch.iterdir()) == []


def test_nothing_stays_of_a_query_that_fails(lite: Path, scratch: Path) -> None:
    assert "failed: no such table: hones" in refusal(lite, "select * from hones")
    assert "no rows" in refusal(lite, "select * from homes where size < 0")
    assert "column 2 has no name" in refusal(lite, 'select size, price as "" from homes')
    assert 'both called "size"' in refusal(lite, "select size, size from homes")
    assert "more than to read" in refusal(lite, "delete from homes")
    assert list(scratch.iterdir()) == []
    assert all_of(source_of(lite, "select size from homes")).height == 40_000


def test_a_column_may_become_wider_and_not_another(lite: Path) -> None:
    wider = "case when size < 35000 then size else size + 0.5 end as x"
    source = source_of(lite, ASKED.replace("x", wider))
    assert dict(source.schema) == {"size": pl.Int64, "x": pl.Float64}
    found = all_of(source)
    assert found.height == 40_000
    assert found["x"].tail(1).item() == 39_999.5
    late = "case when size < 30000 then null else note end as x"
    assert source_of(lite, ASKED.replace("x", late)).schema["x"] == pl.String
    other = "case when size < 35000 then size else note end as x"
    said = refusal(lite, ASKED.replace("x", other))
    assert "column \"x\" holds 'word' in row 35,001 after values of another kind" in said


def test_other_rows_or_another_query_are_known_by_their_identity(lite: Path) -> None:
    query = "select size, price from homes order by size"
    first = source_of(lite, query).identity
    assert source_of(lite, query).identity == first
    assert source_of(lite, f"{query} desc").identity != first
    connection = sqlite3.connect(lite)
    connection.execute("update homes set price = 7 where size = 5")
    connection.commit()
    connection.close()
    assert source_of(lite, query).identity != first


def test_any_connection_is_asked_and_one_that_was_given_stays_open(lite: Path) -> None:
    connection = sqlite3.connect(lite)
    source = source_of(connection, "select size from homes")
    assert all_of(source).height == 40_000
    assert connection.execute("select 1").fetchone() == (1,)
    connection.close()
    made = duckdb.connect()
    made.execute(
        "create table t as select i::decimal(9, 2) / 4 as x, i::hugeint as n from range(9) r(i)"
    )
    assert all_of(source_of(made, "from t order by n")).rows()[5] == (1.25, 5.0)
    made.close()


class Cursor:
    """A database of one table with values that SQLite has not."""

    description = (("a",), ("b",), ("c",))

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows = rows

    def execute(self, query: str) -> None:
        if query == "fail":
            raise RuntimeError("the server\nwent away")

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        found, self.rows = self.rows[:size], self.rows[size:]
        return found

    def close(self) -> None: ...


class Connection:
    def __init__(self, *rows: tuple[Any, ...]) -> None:
        self.rows = rows

    def cursor(self) -> Cursor:
        return Cursor(list(self.rows))

    def close(self) -> None: ...


def test_values_of_any_database_become_columns() -> None:
    rows = [(Decimal("1.5"), 2**70, True), (None, 1, None)]
    source = source_of(lambda: Connection(*rows), "any")
    assert all_of(source).rows() == [(1.5, float(2**70), True), (None, 1.0, None)]
    assert "failed: the server" in refusal(Connection(*rows), "fail")
    assert "holds 'x' in row 2" in refusal(Connection((1, 1, 1), ("x", 1, 1)), "any")
    assert "needs a query" in refusal(lambda: Connection(), "")
    assert "gave int" in refusal(lambda: 3, "any")


def test_duckdb_reads_only_and_sees_no_variables(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "homes.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table homes as select i, i / 2 as half from range(70000) t(i)")
    source = source_of(path, "from homes order by i", memory=10**8)
    assert [piece.rows for piece in source.pieces] == [65_536, 4_464]
    assert all_of(source)["half"].sum() == sum(range(70_000)) / 2
    assert "kind DROP" in refusal(path, "drop table homes")
    assert "does not exist" in refusal(path, "from path")
    assert "failed" in refusal(path, "selec")
    with duckdb.connect(str(path)):
        assert "give that connection instead" in refusal(path, "from homes")
    del source
    gc.collect()
    assert list(scratch.iterdir()) == []


WRITING = [
    "copy (select 1 as a) to '{}'",
    "with a as (copy (select 1) to '{}') select * from a",
    "attach '{}' as other",
    "select 1 as a; copy (select 1) to '{}'",
    "create table other as select 1 as a",
    "pivot homes on i using sum(half)",
    "export database '{}'",
    "set threads = 2",
    "-- nothing",
]


@pytest.mark.parametrize("query", WRITING)
def test_a_query_to_duckdb_writes_nothing(tmp_path: Path, scratch: Path, query: str) -> None:
    table, base = tmp_path / "homes.parquet", tmp_path / "homes.duckdb"
    pl.DataFrame({"i": [1, 2], "half": [0.5, 1.0]}).write_parquet(table)
    with duckdb.connect(str(base)) as connection:
        connection.execute("create table homes as select i, i / 2 as half from range(9) t(i)")
    before = sorted(tmp_path.iterdir())
    asked = query.format(tmp_path / "written")
    words = r"only reads|begin it with select|as a select|failed"  # failed: older DuckDBs
    for data in (base, ":memory:"):
        with pytest.raises(InputError, match=words):
            source_of(data, asked)
    with pytest.raises(InputError, match=words):
        source_of(table, asked.replace("homes on", "data on"))
    assert sorted(tmp_path.iterdir()) == before
    assert list(scratch.iterdir()) == []


READING = [
    "from homes",
    "with a as (select i from homes) select i, i as copy from a; -- as it is",
    "pivot homes on i in (1, 2) using sum(half)",
    "values (1, 2)",
    "describe homes",
    "select i, other.half from homes join homes as other using (i)",
]


@pytest.mark.parametrize("query", READING)
def test_whatever_reads_is_answered_by_duckdb(query: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table homes as select i, i / 2 as half from range(9) t(i)")
        assert source_of(connection, query).pieces


def test_a_query_to_sqlite_writes_nothing(lite: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    for query in ("attach '{}' as o", "vacuum into '{}'", "create temp table o as select 1"):
        assert "more than to read" in refusal(lite, query.format(tmp_path / "written"))
    assert "more than to read" in refusal(lite, "pragma cache_size = 7")
    assert sorted(tmp_path.iterdir()) == before
    joined = "select size, value from homes, json_each('[1, 2]') where size < 3"
    assert all_of(source_of(lite, joined)).height == 6


GROUPED = "select i % 5000 as part, avg(x) as x from homes group by all"
JOINED = "select a.i, b.x from homes a join homes b on a.i = b.i + 1 where a.i % 3 = 0"


@pytest.mark.parametrize("query", [GROUPED, JOINED])
def test_groups_and_joins_come_in_the_same_order_each_time(tmp_path: Path, query: str) -> None:
    path = tmp_path / "homes.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table homes as select i, sin(i) as x from range(300000) t(i) order by hash(i)"
        )
    assert len({source_of(path, query).identity for _ in range(5)}) == 1


def test_too_little_memory_for_a_query_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "homes.parquet"
    values = pl.int_range(300_000, eager=True).sin()
    pl.DataFrame({f"x{j}": values + j for j in range(4)}).write_parquet(path)
    said = refusal_of_memory(path)
    assert "give more by --memory" in said


def refusal_of_memory(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        source_of(path, "select * from data", memory=1_000_000)
    return str(caught.value)


def test_what_a_killed_program_copied_is_removed_by_the_next(lite: Path, scratch: Path) -> None:
    killed = (
        "import os, sys; from steepest.data.sources.opening import source_of\n"
        "source = source_of(sys.argv[1], 'select size from homes'); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", killed, str(lite)], check=False)
    assert done.returncode == 9
    [left] = scratch.iterdir()
    source = source_of(lite, "select size from homes")
    [own] = scratch.iterdir()
    assert own != left
    assert all_of(source).height == 40_000


def test_a_database_without_a_query_and_a_query_without_a_database_are_refused(
    lite: Path, tmp_path: Path
) -> None:
    assert "SQLite database (its only table is homes); say by a query" in refusal(lite, "")
    path = tmp_path / "homes.duckdb"
    duckdb.connect(str(path)).close()
    assert "DuckDB database; say by a query" in refusal(path, "")
    assert "DataFrame came" in refusal(pl.DataFrame({"a": [1]}), "select 1")
    assert "cannot be put to s3://bucket/x" in refusal("s3://bucket/x.parquet", "select 1")
    assert "there is no file" in refusal(tmp_path / "nothing.db", "select 1")


def test_a_copy_without_room_is_refused(lite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_SCRATCH", str(lite))
    assert "name a folder by STEEPEST_SCRATCH" in refusal(lite, "select * from homes")


def test_a_lazy_frame_that_fails_is_refused_and_leaves_nothing(scratch: Path) -> None:
    lazy = pl.LazyFrame({"a": [1]})
    assert 'unable to find column "b"' in refusal(lazy.select("b"), "")
    assert "no rows" in refusal(lazy.filter(pl.col("a") > 1), "")
    assert list(scratch.iterdir()) == []
