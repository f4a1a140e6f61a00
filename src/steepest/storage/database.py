"""Opening the one SQLite file of a store, and saying plainly when it cannot be used.

A file is looked at before SQLite may touch it: the first 100 bytes of every SQLite file
hold a magic word, the application's number and the format's version
(https://www.sqlite.org/fileformat.html, section 1.3). What is not a store, or is newer
than this program, is refused and stays as it is to the last byte.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from textwrap import shorten

from steepest.errors import InputError

__all__ = ["APPLICATION", "FORMAT", "plain_errors", "reading", "transaction", "writing"]

APPLICATION = int.from_bytes(b"stpt", "big")
FORMAT = 1
_PATIENCE = 30.0  # seconds to wait for another process's transaction

_TABLES = (
    """CREATE TABLE runs (
        run INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        stem TEXT NOT NULL, number INTEGER NOT NULL,
        status TEXT NOT NULL, message TEXT NOT NULL,
        created TEXT NOT NULL, heartbeat TEXT NOT NULL,
        host TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL,
        recorded INTEGER NOT NULL, last_step INTEGER, last_loss TEXT,
        UNIQUE (stem, number))""",
    """CREATE TABLE documents (
        run INTEGER NOT NULL, name TEXT NOT NULL,
        body TEXT NOT NULL, checksum INTEGER NOT NULL,
        PRIMARY KEY (run, name))""",
    """CREATE TABLE columns (
        run INTEGER NOT NULL, name TEXT NOT NULL, first INTEGER NOT NULL,
        dtype TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL, checksum INTEGER NOT NULL,
        PRIMARY KEY (run, name, first))""",
)


@contextmanager
def reading(path: Path) -> Generator[sqlite3.Connection]:
    """A connection that sees one moment of the store and writes nothing.

    Raises InputError where there is no store, or none that can be read.
    """
    if not _is_store(path):
        raise InputError(
            f"there is no store at {path} yet; `steepest fit` begins one, and --store names another"
        )
    with plain_errors(path), closing(_open_for_reading(path)) as connection:
        connection.execute("BEGIN")  # every query sees the same moment, whoever writes
        yield connection


def writing(path: Path) -> sqlite3.Connection:
    """A connection that writes; begins the store where there is none.

    Raises InputError for a file that is no store, and where it cannot be written.
    """
    if not path.parent.is_dir():
        raise InputError(
            f"the folder {path.parent} of the store {path.name} does not exist; "
            "create it, or name another place with --store"
        )
    begins = not _is_store(path) and not path.exists()
    with plain_errors(path):
        connection = sqlite3.connect(
            path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            if begins:
                _remove_if_empty(path)  # a full disk lets a file be made, and not filled
            raise
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All of it or nothing: commits at the end, rolls back on any exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have rolled back already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def plain_errors(path: Path) -> Generator[None]:
    """Turn what SQLite raises into an InputError of one plain sentence."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise InputError(_sentence(path, error)) from error


def _is_store(path: Path) -> bool:
    """True for a store, False for nothing yet; InputError for anything else."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return False
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; expected the file of a store") from None
    except OSError as error:
        raise InputError(f"the store {path} cannot be read: {error.strerror}") from error
    if not head:
        return False
    _refuse_strangers(path, head)
    return True


def _refuse_strangers(path: Path, head: bytes) -> None:
    advice = "it was left as it is; name another file with --store"
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        raise InputError(f"{path} is not a store of runs, or it is damaged; {advice}")
    version, application = struct.unpack(">60xI4xI", head[:72])
    if application != APPLICATION:
        raise InputError(f"{path} is the SQLite file of another application; {advice}")
    if version > FORMAT:
        raise InputError(
            f"{path} was written by a newer steepest (format {version}; this one knows "
            f"{FORMAT}); update steepest, or name another file with --store"
        )


def _remove_if_empty(path: Path) -> None:
    with suppress(OSError):
        if path.stat().st_size == 0:
            path.unlink()


def _prepare(connection: sqlite3.Connection) -> None:
    """Tables first, WAL second: so that the head of the file tells whose it is from the start."""
    connection.execute("PRAGMA synchronous = NORMAL")
    with transaction(connection):
        if connection.execute("PRAGMA user_version").fetchone() == (0,):
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            for table in _TABLES:
                connection.execute(table)
        _refuse_other_tables(connection)
    connection.execute("PRAGMA journal_mode = WAL")


def _refuse_other_tables(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError where our tables are not ours, before any is asked.

    A view or trigger in their place is a program of unknown origin, which may never end.
    """
    schema = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    strange = [name for kind, name, _ in schema if kind in ("view", "trigger")]
    if strange:
        raise sqlite3.DatabaseError(f"it has a view or trigger {strange[0]!r}, as no store has")
    held = {_one_line(sql) for kind, _, sql in schema if kind == "table" and sql}
    if not held.issuperset(_one_line(table) for table in _TABLES):
        raise sqlite3.DatabaseError("its tables are not those of a store")


def _one_line(statement: object) -> str:
    return " ".join(str(statement).split())


def _open_for_reading(path: Path) -> sqlite3.Connection:
    """Open so that no file is left behind, also where the folder may not be written.

    With a write-ahead log beside the store, read-only. Without one, a read-only connection
    would leave an empty log behind, and one that may write but is told not to cleans up.
    Where neither can open and no log holds rows, the file alone is the whole store.
    """
    log = _log_bytes(path)
    ways = ["mode=rw" if log is None else "mode=ro"]
    if not log:
        ways.append("immutable=1")
    for way in ways[:-1]:
        try:
            return _connect(path, way)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
            ):
                raise
    return _connect(path, ways[-1])


def _log_bytes(path: Path) -> int | None:
    """The size of the write-ahead log beside the store; None where there is none."""
    try:
        return path.resolve().with_name(path.resolve().name + "-wal").stat().st_size
    except FileNotFoundError:
        return None


def _connect(path: Path, way: str) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?{way}"
    connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only = ON")
        _refuse_other_tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _sentence(path: Path, error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        free = shutil.disk_usage(path.parent).free
        return (
            f"the disk is full: the store {path} could not grow ({free:,} bytes are free); free "
            "some space, or name another place with --store; what was saved before is unharmed"
        )
    if code == sqlite3.SQLITE_IOERR:
        return (
            f"the disk refused to write or read the store {path}; see whether it is full or broken"
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return (
            f"the store {path} cannot be opened: its file or folder may not be written; "
            "name another place with --store, or copy it, with the files beside it, to one"
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"another process held the store {path} for over {_PATIENCE:.0f} seconds; try again"
    what = shorten(str(error), 100)
    return f"the store {path} is damaged and was left as it is ({what}); name another with --store"
