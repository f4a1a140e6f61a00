"""Whether rows come piece by piece, and from what."""

from __future__ import annotations

from pathlib import Path

from steepest.data.sources.opening import is_built_in, source_of
from steepest.data.sources.places import is_pattern, names_files
from steepest.data.sources.queries import is_asked
from steepest.data.sources.remote import is_remote, local_path
from steepest.data.sources.source import Source
from steepest.run import Request
from steepest.scaling.memory import keep_small
from steepest.scaling.room import available_bytes, bytes_in_memory

__all__ = ["pieces_of"]

SHARE = 4  # a table of more than a quarter of the memory is not worth the risk
DATABASE_SHARE = 3  # of the memory that may be used


def pieces_of(data: object, request: Request) -> Source | None:
    """The source to walk over; None where the rows are to be in memory.

    Folders, patterns, lists, URLs and queries always come in pieces; anything else where the
    engine or the memory says so, and a file that would take more than a quarter of the memory
    that is free. Raises InputError for what cannot be read in pieces.
    """
    asked = request.engine != "auto" or request.memory > 0
    if request.memory:
        keep_small()  # before anything is read: text is walked over to know what it is
    if request.query or is_asked(data):
        return source_of(data, request.query, memory=request.memory // DATABASE_SHARE)
    if names_files(data) and not is_built_in(data):
        return source_of(data) if asked or _is_large(data) else None
    if not asked:
        return None
    return source_of(data)


def _is_large(data: object) -> bool:
    """Whether it is more than a file, or too large a one."""
    if isinstance(data, (list, tuple)):
        return True
    path = Path(local_path(str(data)))
    if is_remote(str(data)) or str(path) != str(data) or is_pattern(str(path)):
        return True
    if not path.is_file():
        return path.is_dir()
    free = available_bytes()
    return free > 0 and bytes_in_memory(path) > free // SHARE
