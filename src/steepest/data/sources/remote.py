"""Files wherever they lie: on this machine, or behind a URL that fsspec reads (s3, gs, az, ...)."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote, urlsplit

from steepest.data.sources.packages import not_installed, optional
from steepest.errors import InputError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "bytes_of",
    "changed",
    "filesystem_of",
    "full_url",
    "is_remote",
    "local_path",
    "refuse_changed",
    "stamp_of",
    "unreadable",
]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)")  # two letters: C: is a disk of Windows
_LOCAL = ("file://", "local://")
_VERSIONS = (
    "ETag", "etag", "md5Hash", "content_md5", "sha", "generation", "LastModified",
    "last_modified", "updated", "mtime", "created",
)  # fmt: skip


def is_remote(path: str) -> bool:
    """Whether it is a URL of something that is no file of this machine.

    >>> is_remote("s3://bucket/a.parquet"), is_remote("C:/a.csv"), is_remote("file:///a.csv")
    (True, False, False)
    """
    return _URL.match(path) is not None and not path.lower().startswith(_LOCAL)


def local_path(path: str) -> str:
    """The path of a file: URL; any other text as it came.

    >>> local_path("file:///data/a%20b.csv")
    '/data/a b.csv'
    """
    if path.lower().startswith(_LOCAL):
        inner = unquote(urlsplit(path).path)
        return inner.lstrip("/") if os.name == "nt" else inner
    return path


def filesystem_of(url: str) -> tuple[Any, str]:
    """The file system of fsspec that answers for a URL, and the path in it.

    Raises InputError for a protocol that nobody knows, or one whose package is not installed.
    """
    fsspec: ModuleType = optional("fsspec", "remote", f"reading {url}")
    try:
        return fsspec.core.url_to_fs(url)
    except ImportError as error:
        package = re.search(r"[Ii]nstall (\w+)", str(error))
        name = error.name or (package[1] if package else str(error))
        raise not_installed(name, "remote", f"reading {url}") from error
    except ValueError as error:
        protocol = url.partition("://")[0]
        raise InputError(
            f"{url} cannot be read: no protocol is called {protocol}; s3, gs, az, http, memory "
            "and file are some that are"
        ) from error
    except Exception as error:
        raise unreadable(url, error) from error


def full_url(url: str, path: str) -> str:
    """The URL of a path in the file system of another URL, through the same caches."""
    chain, joint, _ = url.rpartition("::")
    filesystem, _ = filesystem_of(url.rpartition("::")[2])
    return f"{chain}{joint}{filesystem.unstrip_protocol(path)}"


@contextmanager
def bytes_of(path: str) -> Generator[BinaryIO]:
    """The file, open to be read; InputError for one behind a URL that cannot be."""
    if not is_remote(path):
        with open(path, "rb") as file:
            yield file
        return
    filesystem, inner = filesystem_of(path)
    try:
        opened = filesystem.open(inner, "rb", cache_type="readahead")
    except Exception as error:
        raise unreadable(path, error) from error
    with opened:
        yield opened


def stamp_of(path: str) -> str:
    """Its size, and when it changed or what its server calls this version of it."""
    if not is_remote(path):
        stat = os.stat(path)
        return f"{path} {stat.st_size} {stat.st_mtime_ns}"
    filesystem, inner = filesystem_of(path)
    try:
        told: dict[str, Any] = filesystem.info(inner)
    except Exception as error:
        raise unreadable(path, error) from error
    version = next((told[name] for name in _VERSIONS if told.get(name)), "")
    return f"{path} {told.get('size')} {version}"


def refuse_changed(path: str, stamp: str, opened: Any = None) -> None:
    """Raise InputError where a file is no longer what `stamp_of` said of it.

    opened: the open file of a URL, which knows its size without being asked for it again
    """
    if not is_remote(path):
        if stamp_of(path) != stamp:
            raise changed(path, "its size or its time of change is another")
        return
    before = stamp.removeprefix(f"{path} ").partition(" ")[0]
    size = getattr(opened, "size", None)
    if isinstance(size, int) and before.isdigit() and int(before) != size:
        raise changed(path, f"{size:,} bytes where there were {int(before):,}")


def changed(path: str, reason: str) -> InputError:
    """What is said of a file whose rows would be mixed with those that it had before."""
    return InputError(f"{path} changed while it was read ({reason}); fit it anew")


def unreadable(url: str, error: Exception) -> InputError:
    """What is said of an error of some kind of storage, each of which has its own."""
    if isinstance(error, FileNotFoundError):
        return InputError(f"there is no file {url}")
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    return InputError(f"{url} could not be read: {reason}")
