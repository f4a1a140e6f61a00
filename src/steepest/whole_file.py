"""Files that are there whole or not at all, and the one rule of where one may be written."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from steepest.errors import InputError

__all__ = ["refuse_other_kinds", "refuse_place", "write_whole", "writing_whole"]


def write_whole(content: bytes, path: Path) -> None:
    """Write beside the place and move there, so that no half of a file is ever seen.

    Raises OSError where that cannot be done; what was there before is then still there. Raises
    InputError where something is there that is no plain file, whatever was asked for: a device or
    a pipe would be gone.
    """
    refuse_other_kinds(path)
    place = path.resolve()  # a link keeps pointing where it points
    temporary = place.parent / f".{secrets.token_hex(8)}.part"
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(place)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


@contextmanager
def writing_whole(path: Path) -> Generator[Path]:
    """A file beside the place to be written within, which is moved there at the end.

    Where anything is raised within, Ctrl-C too, nothing is left of it, and what was at the place
    before is still there. Raises as `write_whole` does.
    """
    refuse_other_kinds(path)
    place = path.resolve()
    temporary = place.parent / f".{secrets.token_hex(8)}.part"
    try:
        with temporary.open("xb"):
            pass
        yield temporary
        temporary.replace(place)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def refuse_place(
    path: Path, what: str, example: str, *, mine: Callable[[Path], bool], kind: str, else_: str = ""
) -> None:
    """Raise InputError where a file cannot be, or would destroy something else.

    what:    the file in words, as "the page"; example: the name of one, as "lab.html"
    mine:    whether the plain file at a path may be written over
    kind:    what such a file is, as "page of the lab"
    else_:   what can be done about one that is not, beside naming another

    Raises OSError where what is there cannot be looked at.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file for {what}, such as {path / example}")
    if not path.parent.is_dir():
        raise InputError(f"{what}'s folder {path.parent} does not exist; make it, or name one")
    refuse_other_kinds(path)
    if path.exists() and not mine(path):
        raise InputError(
            f"{path} is there already and is no {kind}; it was left as it is: name another file "
            f"for {what}{else_}"
        )


def refuse_other_kinds(path: Path) -> None:
    """Raise InputError where something is at the path that is no plain file."""
    place = path.resolve()
    if place.exists() and not place.is_file():
        kind = "a folder" if place.is_dir() else "a device, a pipe or a socket"
        raise InputError(f"{path} is {kind} and not a file; name a file to write to")
