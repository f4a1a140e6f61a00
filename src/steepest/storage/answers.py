"""What a run was answered by all of its rows, kept until it is done: so that it can go on.

The table is made when it is first needed: a store without it is one, too, for older programs.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "Answer",
    "Place",
    "drop_answers",
    "forget_from",
    "last_number",
    "read_answers",
    "write_answers",
]

Place = tuple[int, int, int]
"""Number of the question, level and place of the node."""

_TABLE = """CREATE TABLE IF NOT EXISTS passes (
    run INTEGER NOT NULL, number INTEGER NOT NULL, level INTEGER NOT NULL, place INTEGER NOT NULL,
    question BLOB NOT NULL, state BLOB NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (run, number, level, place))"""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the rows below one node of the tree.

    number:    of the question, from 1
    level, place:  of the node
    question:  a digest of it
    state:     the answer, packed
    """

    number: int
    level: int
    place: int
    question: bytes
    state: bytes


def write_answers(
    connection: sqlite3.Connection, run: int, gone: Iterable[Place], new: Iterable[Answer]
) -> None:
    """Take away what is merged by now, and add what is new."""
    connection.execute(_TABLE)
    connection.executemany(
        "DELETE FROM passes WHERE run = ? AND number = ? AND level = ? AND place = ?",
        ((run, *place) for place in gone),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO passes VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (run, one.number, one.level, one.place, one.question, one.state, zlib.crc32(one.state))
            for one in new
        ),
    )


def read_answers(connection: sqlite3.Connection, run: int, number: int) -> list[Answer]:
    """Those of one question, the largest first; what is damaged is left out."""
    if not _is_there(connection):
        return []
    found = connection.execute(
        "SELECT level, place, question, state, checksum FROM passes "
        "WHERE run = ? AND number = ? ORDER BY level DESC, place",
        (run, number),
    )
    return [
        Answer(number, level, place, question, state)
        for level, place, question, state, checksum in found
        if type(level) is int
        and type(place) is int
        and isinstance(question, bytes)
        and isinstance(state, bytes)
        and zlib.crc32(state) == checksum
    ]


def last_number(connection: sqlite3.Connection, run: int) -> int:
    """Of the last question that has an answer; 0 where none has."""
    if not _is_there(connection):
        return 0
    (found,) = connection.execute("SELECT max(number) FROM passes WHERE run = ?", (run,)).fetchone()
    return found if isinstance(found, int) else 0


def forget_from(connection: sqlite3.Connection, run: int, number: int) -> None:
    """Drop the answers of that question and of all after it."""
    if _is_there(connection):
        connection.execute("DELETE FROM passes WHERE run = ? AND number >= ?", (run, number))


def drop_answers(connection: sqlite3.Connection, run: int) -> None:
    """Drop them all."""
    if _is_there(connection):
        connection.execute("DELETE FROM passes WHERE run = ?", (run,))


def _is_there(connection: sqlite3.Connection) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'passes'"
    ).fetchone()
    return found == (1,)
