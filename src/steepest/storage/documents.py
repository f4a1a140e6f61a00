"""Named texts of a run in and out of the store, each with its checksum."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection, Mapping

__all__ = ["drop_documents", "read_document", "write_documents"]


def write_documents(connection: sqlite3.Connection, run: int, documents: Mapping[str, str]) -> None:
    """Write name -> text; a name that is there already is replaced."""
    for name, body in documents.items():
        connection.execute(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)",
            (run, name, body, zlib.crc32(body.encode())),
        )


def drop_documents(connection: sqlite3.Connection, run: int, keep: Collection[str]) -> None:
    """Remove every document of a run but those of these names."""
    names = connection.execute("SELECT name FROM documents WHERE run = ?", (run,)).fetchall()
    connection.executemany(
        "DELETE FROM documents WHERE run = ? AND name = ?",
        [(run, name) for (name,) in names if name not in keep],
    )


def read_document(connection: sqlite3.Connection, run: int, name: str) -> str | None:
    """The text, or None where the run has none; sqlite3.DatabaseError for a damaged one."""
    found = connection.execute(
        "SELECT body, checksum FROM documents WHERE run = ? AND name = ?", (run, name)
    ).fetchone()
    if found is None:
        return None
    body, checksum = found
    if not isinstance(body, str) or zlib.crc32(body.encode()) != checksum:
        raise sqlite3.DatabaseError(f"the checksum of the document {name!r} does not fit")
    return body
