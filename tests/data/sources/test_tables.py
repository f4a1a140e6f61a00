"""Sentences about databases name the tables that there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from steepest.data.sources.opening import source_of
from steepest.data.sources.tables import query_needed
from steepest.errors import InputError


@pytest.fixture
def shop(tmp_path: Path) -> str:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE visits (a INTEGER)")
        connection.execute("CREATE TABLE orders (a INTEGER)")
        connection.commit()
    return str(path)


def test_a_database_without_a_query(shop: str) -> None:
    with pytest.raises(InputError, match=r"its tables are orders, visits.*--query 'SELECT"):
        source_of(shop)


def test_a_table_that_there_is_not(shop: str) -> None:
    with pytest.raises(InputError, match="no such table: vists; its tables are orders, visits"):
        source_of(shop, "SELECT * FROM vists")


def test_files_are_the_table_data(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(InputError, match="nope does not exist; its only table is data"):
        source_of(str(tmp_path), "SELECT * FROM nope")


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    said = str(query_needed(str(tmp_path / "none.duckdb"), "DuckDB"))
    assert "is a DuckDB database; say by a query" in said
