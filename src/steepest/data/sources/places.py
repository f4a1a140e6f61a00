"""Which files are meant by a path, a folder, a pattern, a list of paths, or the URL of any."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from steepest.data.file import kind_of_file, not_found
from steepest.data.sources.remote import (
    bytes_of,
    filesystem_of,
    full_url,
    is_remote,
    local_path,
    unreadable,
)
from steepest.errors import InputError
from steepest.readable import counted, listed

__all__ = ["Named", "head_of", "is_pattern", "kind_of", "named_files", "names_files"]

_PARQUET = (".parquet", ".pq", ".parq")
_TEXT = (".csv", ".tsv", ".tab", ".txt")


@dataclass(frozen=True, slots=True)
class Named:
    """The files that somebody named.

    paths:  at least one, each once, in the order of their names (of a list, in its own)
    text:   what was named, for people
    root:   the folder below which folders may be called key=value; "" where there is none
    """

    paths: tuple[str, ...]
    text: str
    root: str = ""


def names_files(data: object) -> bool:
    """Whether it is a path, or a list of them."""
    if isinstance(data, (list, tuple)):
        several = cast("Sequence[Any]", data)
        return bool(several) and all(isinstance(path, (str, Path)) for path in several)
    return isinstance(data, (str, Path))


def is_pattern(path: str) -> bool:
    """Whether it has wildcards, and is not the name of a file all the same."""
    if path.lower().startswith(("http://", "https://")):
        return "*" in path  # a question mark is part of the address
    return glob.has_magic(path) and (is_remote(path) or not Path(path).exists())


def named_files(data: object) -> Named:
    """The files; InputError where there is none of that name."""
    if isinstance(data, (list, tuple)):
        return _several([str(path) for path in cast("Sequence[Any]", data)])
    path = local_path(str(data))
    if "\0" in path:
        raise InputError(f"{path!r} could not be read: a path holds no zero byte")
    return _behind_url(path) if is_remote(path) else _here(path)


def head_of(path: str) -> bytes:
    """The first 4,096 bytes; InputError for a file that is not there or may not be read."""
    try:
        with bytes_of(path) as file:
            return file.read(4_096)
    except FileNotFoundError as error:
        raise InputError(not_found(Path(path))) from error
    except PermissionError as error:
        raise InputError(f"{path} may not be read; change its permissions") from error
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror or error}") from error


def kind_of(named: Named) -> str:
    """What the files are, all of them: "Parquet" or "CSV"."""
    kinds = {path: kind_of_file(path, head_of(path)) for path in named.paths}
    first = named.paths[0]
    for path, kind in kinds.items():
        if kind != kinds[first]:
            raise InputError(
                f"{named.text} holds both {kinds[first]} files ({first}) and {kind} files "
                f"({path}); name those of one kind, as {_example(named, path)}"
            )
    return kinds[first]


def _several(paths: Sequence[str]) -> Named:
    found: list[str] = []
    for path in paths:
        found += named_files(path).paths
    seen: set[str] = set()
    twice = next((path for path in found if path in seen or seen.add(path)), None)
    if twice is not None:
        raise InputError(f"the file {twice} is named twice; name it once")
    return Named(tuple(found), f"{counted(len(found), 'file')}: {listed(found)}")


def _here(path: str) -> Named:
    if os.path.isdir(path):
        below = [
            os.path.join(folder, name)
            for folder, _, names in os.walk(path)
            for name in names
            if _is_shown(os.path.relpath(os.path.join(folder, name), path))
        ]
        return _in_folder(path, path, below)
    if is_pattern(path):
        found = sorted(glob.glob(path, recursive=True))
        files = [each for each in found if os.path.isfile(each) and _is_shown(Path(each).name)]
        return _matching(path, path, files)
    if not os.path.exists(path):
        raise InputError(not_found(Path(path)))
    return Named((path,), path)


def _behind_url(url: str) -> Named:
    filesystem, inner = filesystem_of(url)
    try:
        if is_pattern(url):
            found = [path for path in filesystem.glob(inner) if not filesystem.isdir(path)]
            paths = sorted(full_url(url, path) for path in found)
            return _matching(url, full_url(url, inner), paths)
        if filesystem.isdir(inner):
            paths = [full_url(url, path) for path in filesystem.find(inner)]
            return _in_folder(url, full_url(url, inner), paths)
    except InputError:
        raise
    except Exception as error:  # each kind of storage has errors of its own
        raise unreadable(url, error) from error
    return Named((url,), url)


def _in_folder(folder: str, root: str, paths: Sequence[str]) -> Named:
    """The tables in a folder, which the paths below it call root."""
    below = sorted(path for path in paths if _is_shown(path[len(root) :]))
    tables = [path for path in below if path.lower().endswith((*_PARQUET, *_TEXT))]
    if not below:
        raise InputError(f"the folder {folder} is empty; name one that holds Parquet or CSV files")
    if not tables:
        names = listed([path[len(root) :].lstrip("/\\") for path in below])
        raise InputError(
            f"the folder {folder} holds no Parquet or CSV files by their names ({names}); name the "
            "files by a pattern, as folder/*"
        )
    return Named(tuple(tables), folder, root)


def _matching(text: str, pattern: str, paths: Sequence[str]) -> Named:
    if not paths:
        raise InputError(
            f"no file matches {text}; look at its folder, and put ** where folders of any "
            "depth may be"
        )
    before = pattern[: min(pattern.find(letter) for letter in "*?[" if letter in pattern)]
    root = before[: max(before.rfind("/"), before.rfind(os.sep)) + 1]
    return Named(tuple(paths), text, root)


def _is_shown(path: str) -> bool:
    """Whether no part of it begins with a dot or an underscore, as what is not data does."""
    parts = path.replace("\\", "/").split("/")
    return not any(part.startswith((".", "_")) and "=" not in part for part in parts)


def _example(named: Named, path: str) -> str:
    root = (named.root or os.path.dirname(path)).rstrip("/\\")
    return f"{root}/**/*{Path(path).suffix}"
