"""A compact copy of the rows that train on disk, so that later passes need not decode them again.

Written by the first pass that needs them, one file a piece, as the columns of the raw design:
each in the narrowest type that gives the same float64 back to the bit, so that a flag takes a
byte, a count one or two, and a rounded price what it needs. What is read back is what was
written, and so a fit gives the same bits with the copy and without.

The files belong to one process: they are removed at its end, and those that a killed process
has left are removed by the next one. A piece counts once its file has its final name, which it
gets when it is whole.
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.scratch_folder import folder_for, remove_folder
from steepest.trace import Array

__all__ = ["KeptRows", "folder_with_room"]

PREFIX = "steepest-rows-"
KINDS = tuple(np.dtype(kind) for kind in ("u1", "i2", "i4", "f4", "f8"))
HEAD = struct.Struct("<qqq")  # rows, columns of X, whether there are weights
CROWDED = 64  # values that are looked at before all of them are


class KeptRows:
    """The raw rows that train, piece by piece, in a folder of their own.

    folder:  an existing one; the copy's own folder is made in it and removed by `close`
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder_for(PREFIX, folder)
        self.full = False

    @property
    def size(self) -> int:
        """Bytes of all whole pieces."""
        return sum(path.stat().st_size for path in self._folder.glob("*.rows"))

    def holds(self, place: int) -> bool:
        """Whether the rows of that piece are here."""
        return self._path(place).exists()

    def blocks(self, place: int) -> Iterator[Block]:
        """The blocks of that piece as they came; X in Fortran order and free to be changed."""
        with self._path(place).open("rb", buffering=0) as file:
            while head := file.read(HEAD.size):
                rows, width, weighted = HEAD.unpack(head)
                columns = _read_columns(file, rows, width + 1 + weighted)
                X = np.empty((rows, width), order="F")
                for j, column in zip(range(width), columns, strict=False):
                    X[:, j] = column
                y = next(columns).astype(np.float64)
                weight = next(columns).astype(np.float64) if weighted else None
                yield Block(X, y, weight)

    def keep(self, place: int, blocks: Iterator[Block]) -> Iterator[Block]:
        """The same blocks, written down as they pass; whole once the last has passed.

        A disk that is full ends the copy, not the walk.
        """
        part = self._path(place).with_suffix(f".{os.urandom(4).hex()}")
        try:
            file = part.open("wb", buffering=0)
        except OSError:
            self.full = True
            yield from blocks
            return
        try:
            with file:
                for block in blocks:
                    self._write(file, block)
                    yield block
            if not self.full:
                part.replace(self._path(place))
        finally:
            part.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove everything."""
        remove_folder(self._folder)

    def _path(self, place: int) -> Path:
        return self._folder / f"{place}.rows"

    def _write(self, file: IO[bytes], block: Block) -> None:
        if self.full:
            return
        X = np.asarray(block.X)
        columns = [*(X[:, j] for j in range(X.shape[1])), block.y]
        if block.weight is not None:
            columns.append(block.weight)
        weighted = block.weight is not None
        try:
            _write_all(file, HEAD.pack(len(block.y), X.shape[1], weighted))
            for column in columns:
                kind, narrow = _narrowed(column)
                _write_all(file, bytes([kind]))
                _write_all(file, narrow.data)
        except OSError:
            self.full = True


def _narrowed(values: Array) -> tuple[int, NDArray[Any]]:
    """The place in KINDS of the narrowest type that holds the same bits, and the values in it."""
    for place, kind in enumerate(KINDS[:-1]):
        if _same(values[:CROWDED], kind) and _same(values, kind):
            return place, values.astype(kind)
    return len(KINDS) - 1, np.ascontiguousarray(values, dtype=np.float64)


def _same(values: Array, kind: np.dtype[Any]) -> bool:
    with np.errstate(all="ignore"):
        again = values.astype(kind).astype(np.float64)
    return bool(np.array_equal(again.view(np.int64), np.ascontiguousarray(values).view(np.int64)))


def _read_columns(file: IO[bytes], rows: int, count: int) -> Iterator[NDArray[Any]]:
    for _ in range(count):
        kind = KINDS[file.read(1)[0]]
        values = np.empty(rows, dtype=kind)
        _read_all(file, values.data.cast("B") if rows else memoryview(b""))
        yield values


def _write_all(file: IO[bytes], data: Any) -> None:
    left = memoryview(data).cast("B")
    while len(left):
        left = left[file.write(left) :]


def _read_all(file: Any, room: memoryview) -> None:
    while len(room):
        count = file.readinto(room)
        if not count:
            raise EOFError(f"{file.name} ends early, though it was whole when it was written")
        room = room[count:]


def folder_with_room(need: float, folders: Sequence[Path]) -> Path | None:
    """The first of some folders that is there, lies on a disk, and has so many bytes to spare."""
    for folder in folders:
        if folder.is_dir() and os.access(folder, os.W_OK) and not _in_memory(folder):
            usage = shutil.disk_usage(folder)
            if usage.free - need > 0.05 * usage.total:
                return folder
    return None


def _in_memory(folder: Path) -> bool:
    """Whether what is written there lies in memory after all."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    best, kind = "", ""
    for line in mounts:
        _, place, type_of = line.split()[:3]
        inside = str(folder.resolve()).startswith(place.rstrip("/") + "/") or place == "/"
        if inside and len(place) >= len(best):
            best, kind = place, type_of
    return kind in ("tmpfs", "ramfs")
