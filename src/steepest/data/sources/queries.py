"""What a query answers, as a source: DuckDB, SQLite, or any connection of DB-API 2.

A query has no order of its own and may not be asked twice, so its rows are copied once. It may
only read: whatever would write is refused before it is asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.data.sources.cursors import cursor_frames
from steepest.data.sources.packages import optional
from steepest.data.sources.places import head_of, is_pattern, kind_of, named_files, names_files
from steepest.data.sources.reading_only import refuse_writing
from steepest.data.sources.remote import is_remote, local_path, stamp_of
from steepest.data.sources.source import Source
from steepest.data.sources.tables import tables_named
from steepest.data.sources.written import arrow_frames, failed, is_lazy, written
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["answered", "is_asked"]

_READING = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_INSERT,
    sqlite3.SQLITE_UPDATE,
    sqlite3.SQLITE_DELETE,
)
_TELLING = ("data_version", "table_info", "table_xinfo", "table_list")
_NOWHERE = ("", ":memory:", "duckdb")


def is_asked(data: object) -> bool:
    """Whether it is a connection to a database, or what makes one."""
    return (callable(data) or _is_connection(data)) and not is_lazy(data)


def answered(data: Any, query: str, memory: int = 0) -> Source:
    """The source of the rows that the query gives; InputError where it gives none.

    data:    as for `source_of`
    memory:  bytes that DuckDB may use, 0 for as many as it likes
    """
    if not query.strip():
        raise InputError("a connection needs a query; say what to read, as 'select * from homes'")
    if names_files(data):
        where, stamp, frames = _of_files(data, query, memory)
    elif is_asked(data):
        where, stamp = _called(data), ""
        frames = _of_connection(data, query, f"the query to {where}")
    else:
        raise InputError(
            "a query is for a database, a connection, or files of this machine; "
            f"{type(data).__name__} came: ask it by its own means, and give what comes out"
        )
    text = f"{where}, by a query whose rows were copied once to a temporary file"
    return written(frames, text, f"{stamp}\n{query}\n".lstrip())


def _of_files(data: Any, query: str, memory: int) -> tuple[str, str, Iterator[pl.DataFrame]]:
    """What is asked, how it is known again, and its answer."""
    where = local_path(str(data)) if isinstance(data, (str, Path)) else ""
    if isinstance(data, str) and data in _NOWHERE and not Path(data).is_file():
        return "DuckDB", "", _of_duckdb(":memory:", query, memory, "the query")
    if is_remote(where):
        raise InputError(
            f"a query cannot be put to {where}: copy it here, or put the query to :memory: and "
            "name the URL in it"
        )
    if where and not Path(where).is_dir() and not is_pattern(where):
        head = head_of(where)
        what = f"the query to {where}"
        if head.startswith(b"SQLite format 3"):
            return where, stamp_of(where), _of_sqlite(where, query, what)
        if head[8:12] == b"DUCK":
            return where, stamp_of(where), _of_duckdb(where, query, memory, what)
    named = named_files(data)
    what = f"the query to {named.text}"
    stamp = "\n".join(stamp_of(path) for path in named.paths)
    return named.text, stamp, _of_duckdb(":memory:", query, memory, what, data)


def _is_connection(data: object) -> bool:
    """Whether its kind has cursors; a data frame may have a column of that name."""
    return callable(getattr(type(data), "cursor", None))


def _called(data: Any) -> str:
    if not _is_connection(data):
        return "a connection"
    return f"a connection of {type(data).__module__.partition('.')[0].lstrip('_')}"


def _of_sqlite(path: str, query: str, what: str) -> Iterator[pl.DataFrame]:
    uri = f"{Path(path).resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.set_authorizer(_may_read)
        try:
            yield from cursor_frames(connection, query, what)
        except InputError as error:
            raise tables_named(error, connection) from error


def _may_read(action: int, name: str | None, *_: str | None) -> int:
    """The answer to SQLite, which asks for each thing that a query would do.

    Virtual tables (full text, json_each) ask for changes of tables that they never make; the file
    is open to be read only, so that nobody else makes them either.
    """
    told = action == sqlite3.SQLITE_PRAGMA and name in _TELLING
    return sqlite3.SQLITE_OK if told or action in _READING else sqlite3.SQLITE_DENY


def _of_duckdb(
    path: str, query: str, memory: int, what: str, files: Any = None
) -> Iterator[pl.DataFrame]:
    with _duckdb(path, memory, what) as connection:
        if files is not None:
            _see(connection, files, what)
        try:
            yield from _asked_of_duckdb(connection, query, what)
        except InputError as error:
            raise tables_named(error, connection) from error


def _of_connection(data: Any, query: str, what: str) -> Iterator[pl.DataFrame]:
    """Of an open connection, which stays open, or of one that is made and closed."""
    if not _is_connection(data):
        try:
            made = data()
        except Exception as error:  # each kind of database has errors of its own
            raise failed(f"making the connection for {what}", error) from error
        if not _is_connection(made):
            raise InputError(
                f"{what}: calling it gave {type(made).__name__}; expected a connection of DB-API 2"
            )
        with closing(made):
            yield from _of_connection(made, query, what)
    elif type(data).__module__.partition(".")[0].lstrip("_") == "duckdb":
        yield from _asked_of_duckdb(data, query, what)
    else:
        yield from cursor_frames(data, query, what)


def _asked_of_duckdb(connection: Any, query: str, what: str) -> Iterator[pl.DataFrame]:
    refuse_writing(connection, query, what)
    try:
        relation = connection.sql(query)
    except Exception as error:  # of DuckDB, which is loaded late
        raise failed(what, error) from error
    if relation is None:
        raise InputError(f"{what} gives no table; begin it with select")
    yield from arrow_frames(relation, what)


@contextmanager
def _duckdb(path: str, memory: int, what: str) -> Generator[Any]:
    """A connection that writes nothing, and sees nothing of this program's own variables."""
    duckdb = optional("duckdb", "duckdb", what)
    # several threads give the rows of a join or of groups in another order each time, by which
    # a run could not be gone on with; and each takes buffers beside the limit
    config: dict[str, Any] = {"python_enable_replacements": False, "threads": 1}
    if memory:
        config["memory_limit"] = f"{memory}B"
    try:
        connection = duckdb.connect(path, read_only=path != ":memory:", config=config)
    except duckdb.Error as error:
        said = failed(f"opening {path}", error)
        if "different configuration" not in str(error):
            raise said from error
        raise InputError(
            f"{path} is open in this program already; give that connection instead of the path"
        ) from error
    with closing(connection):
        yield connection


def _see(connection: Any, files: Any, what: str) -> None:
    """Let the query call the files "data"."""
    named = named_files(files)
    read = connection.read_parquet if kind_of(named) == "Parquet" else connection.read_csv
    try:
        read(list(named.paths), hive_partitioning=bool(named.root)).create_view("data")
    except Exception as error:  # of DuckDB, which is loaded late
        raise failed(what, error) from error
