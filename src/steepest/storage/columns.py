"""Arrays in and out of the store: little-endian bytes with their type, shape and checksum.

No pickle: bytes of a database are data of unknown origin and must never run. A long column
is kept in pieces, each named by its first row; writing a piece again replaces it.
"""

from __future__ import annotations

import json
import math
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["Column", "drop_columns", "read_columns", "write_columns"]

Column = NDArray[np.float64 | np.int64]
_PIECE = 32 * 2**20  # bytes; SQLite holds at most 1e9 in one value
_TYPES = ("<f8", "<i8")


def write_columns(
    connection: sqlite3.Connection, run: int, first: int, columns: Mapping[str, Column]
) -> None:
    """Write name -> array (k, ...) of float64 or int64, whose first row is row `first`."""
    for name, column in columns.items():
        for offset, piece in _pieces(column):
            data = piece.tobytes()
            connection.execute(
                "INSERT OR REPLACE INTO columns VALUES (?, ?, ?, ?, ?, ?, ?)",
                (run, name, first + offset, piece.dtype.str, json.dumps(piece.shape), data,
                 zlib.crc32(data)),
            )  # fmt: skip


def read_columns(connection: sqlite3.Connection, run: int) -> dict[str, Column]:
    """Name -> the whole array, its pieces joined; sqlite3.DatabaseError where bytes do not fit."""
    rows = connection.execute(
        "SELECT name, dtype, shape, data, checksum FROM columns WHERE run = ? ORDER BY name, first",
        (run,),
    )
    pieces: dict[Any, list[Column]] = {}
    for name, *stored in rows:
        pieces.setdefault(name, []).append(_array(name, *stored))
    return {name: _joined(name, arrays) for name, arrays in pieces.items()}


def drop_columns(connection: sqlite3.Connection, run: int) -> None:
    """Remove every column of a run."""
    connection.execute("DELETE FROM columns WHERE run = ?", (run,))


def _pieces(column: Column) -> Iterator[tuple[int, Column]]:
    kind = _TYPES[1] if np.issubdtype(column.dtype, np.integer) else _TYPES[0]
    row_bytes = 8 * math.prod(column.shape[1:])
    height = max(1, _PIECE // max(1, row_bytes))
    for offset in range(0, max(1, len(column)), height):
        yield offset, np.ascontiguousarray(column[offset : offset + height], dtype=kind)


def _joined(name: str, pieces: list[Column]) -> Column:
    try:
        return np.concatenate(pieces)
    except ValueError as error:
        raise sqlite3.DatabaseError(f"the pieces of the column {name}: {error}") from error


def _array(name: Any, dtype: Any, shape: Any, data: Any, checksum: Any) -> Column:
    if not isinstance(name, str) or not isinstance(data, bytes):
        raise sqlite3.DatabaseError(f"the column {name!r} is not bytes with a name")
    if dtype not in _TYPES or zlib.crc32(data) != checksum:
        raise sqlite3.DatabaseError(f"the checksum of the column {name} does not fit")
    sizes = _sizes(name, shape)
    if 8 * math.prod(sizes) != len(data):
        raise sqlite3.DatabaseError(f"the column {name} has not the shape {shape}")
    try:
        return np.frombuffer(data, dtype=dtype).reshape(sizes)
    except (ValueError, OverflowError) as error:
        raise sqlite3.DatabaseError(f"the column {name}: {error}") from error


def _sizes(name: str, shape: Any) -> list[int]:
    """The shape as whole numbers; sqlite3.DatabaseError for anything else."""
    try:
        sizes = json.loads(shape)
    except (ValueError, TypeError, RecursionError):
        sizes = None
    if not isinstance(sizes, list) or not sizes:
        raise sqlite3.DatabaseError(f"the shape of the column {name} is no list of sizes")
    held = cast("list[Any]", sizes)
    if any(type(size) is not int or size < 0 for size in held):
        raise sqlite3.DatabaseError(f"the shape of the column {name} is no list of sizes")
    return held
