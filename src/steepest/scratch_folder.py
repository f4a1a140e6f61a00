"""Folders for temporary files that go with their process, or are removed by the next one.

A process holds a lock on a file in each of its folders. The system lets go of it however the
process ends, so that a folder whose lock is free was left by one that was killed. Numbers of
processes would not tell: they are given out again, and containers that share a disk count each
for itself. Where there are no such locks, nothing that was left is removed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

__all__ = ["folder_for", "remove_folder"]

_LOCK = ".held"
_held: dict[Path, tuple[int, int]] = {}  # the process that made it, and its open lock


def folder_for(prefix: str, where: Path) -> Path:
    """A new folder `prefix` + process + "-" + letters, after those of dead processes are removed.

    where: an existing folder

    Raises OSError where nothing can be written.
    """
    for left in where.glob(f"{prefix}*"):
        if _is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    # under another name until it is locked, so that nobody takes it for one that was left
    made = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=where))
    try:
        lock = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        raise
    if fcntl is None:
        os.close(lock)  # an open file would keep the folder from its name there
    else:
        with suppress(OSError):  # no locks on that disk: see _is_left
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    letters = made.name.removeprefix(f".{prefix}")
    folder = made.rename(where / f"{prefix}{os.getpid()}-{letters}")
    _held[folder] = (os.getpid(), -1 if fcntl is None else lock)
    return folder


def remove_folder(folder: Path) -> None:
    """Remove one that this process made; a process that was forked off only knows of it."""
    owner, lock = _held.get(folder, (0, -1))
    if owner != os.getpid():
        return
    del _held[folder]
    shutil.rmtree(folder, ignore_errors=True)
    if lock >= 0:
        os.close(lock)


def _is_left(folder: Path) -> bool:
    """Whether the process that made it is no more; False where that cannot be told."""
    if fcntl is None:
        return False
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
