"""Which tables a database has, for sentences about a query that is missing or wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from steepest.errors import InputError
from steepest.readable import listed

__all__ = ["query_needed", "tables_named"]

_OF_DUCKDB = "SELECT table_name FROM information_schema.tables ORDER BY table_name"
_OF_SQLITE = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
_UNKNOWN = ("Table with name", "no such table")


def tables_named(error: InputError, connection: Any) -> InputError:
    """The same error, with the tables that there are where it is about one that there is not."""
    said = str(error)
    names = _names(connection) if any(words in said for words in _UNKNOWN) else []
    if not names:
        return error
    return InputError(f"{said.rstrip('!')}; {_there(names)}")


def query_needed(path: str, kind: str) -> InputError:
    """What is said where a database, "DuckDB" or "SQLite", comes without a query."""
    names = _tables_in(path, kind)
    example = f"SELECT * FROM {names[0] if names else '...'}"  # noqa: S608  for people to read
    there = f" ({_there(names)})" if names else ""
    return InputError(
        f"{path} is a {kind} database{there}; say by a query of SQL what to read of it, as "
        f"--query '{example}'"
    )


def _there(names: list[str]) -> str:
    return f"its only table is {names[0]}" if len(names) == 1 else f"its tables are {listed(names)}"


def _names(connection: Any) -> list[str]:
    listing = _OF_SQLITE if isinstance(connection, sqlite3.Connection) else _OF_DUCKDB
    try:
        return [str(name) for (name,) in connection.execute(listing).fetchall()]
    except Exception:  # of a database that fails anyway; the first error is the one to tell
        return []


def _tables_in(path: str, kind: str) -> list[str]:
    try:
        if kind == "SQLite":
            uri = f"{Path(path).resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                return _names(connection)
        import duckdb

        with closing(duckdb.connect(path, read_only=True)) as opened:
            return _names(opened)
    except Exception:  # not installed, open elsewhere, damaged: then without their names
        return []
