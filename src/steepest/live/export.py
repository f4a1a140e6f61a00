"""The lab as one HTML file: the same page, alive without a server, a net or an installation."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from steepest.errors import InputError
from steepest.live.page import TITLE_END, page_of
from steepest.whole_file import refuse_place as refuse_a_place
from steepest.whole_file import write_whole

__all__ = ["refuse_place", "write_page"]

_HEAD = 4_096
"""How many bytes of a file are looked at to see whether it is a page of the lab."""


def write_page(setup: Any, path: str | Path, keep: Iterable[object] = ()) -> Path:
    """Write the page to `path`, whole or not at all; returns the path.

    keep: files that it must not replace, such as the table that is shown; what is no path
    is passed over.

    Raises InputError where there is something else than such a page already, or where no
    file can be.
    """
    place = Path(path)
    refuse_place(place, keep)
    try:
        write_whole(page_of(setup).html.encode("utf-8"), place)
    except OSError as error:
        raise InputError(
            f"the page cannot be written to {place}: {error.strerror or error}; name another "
            "place for it"
        ) from error
    return place


def refuse_place(path: Path, keep: Iterable[object] = ()) -> None:
    """Raise InputError where a page at `path` cannot be, or would destroy something else."""
    if "\0" in str(path):
        raise InputError(f"{str(path)!r} is no place for the page: a path holds no zero byte")
    try:
        _refuse(path, keep)
    except OSError as error:
        raise InputError(
            f"the page cannot be written to {path}: {error.strerror or error}; name another "
            "place for it"
        ) from error


def _refuse(path: Path, keep: Iterable[object]) -> None:
    for file in keep:
        if isinstance(file, (str, Path)) and _same(path, Path(file)):
            raise InputError(f"the page would overwrite {path}, which it reads; name another file")
    refuse_a_place(path, "the page", "lab.html", mine=_is_page, kind="page of the lab")


def _same(one: Path, other: Path) -> bool:
    with suppress(OSError, ValueError):
        return one.resolve() == other.resolve() or one.samefile(other)
    return False


def _is_page(path: Path) -> bool:
    """Whether `write_page` wrote it, told by how it begins and its title."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return head.startswith(b"<!doctype html>") and TITLE_END.encode() in head
