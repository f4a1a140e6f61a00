"""What stands by while an embedded Ray lives, and ends it where its driver is killed.

Ray's own processes notice that a driver is gone after a minute, if it dies while they begin. This
one holds an end of a pipe whose other end nobody but the driver has: it ends the moment that the
driver does, however that comes about. It is a script by itself, which imports nothing of the
package, so that it stands there at once.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["Watcher"]

MOST_SECONDS = 20.0
QUIET_SECONDS = 1.0
EVERY_SECONDS = 0.05
_NUMBERS = Path("/proc")


class Watcher:
    """A process that kills those of the folder and removes it, once its own driver is gone.

    folder:  which they have in their environment, or open
    """

    def __init__(self, folder: Path) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if (_NUMBERS / "self" / "cmdline").exists():
            self._process = subprocess.Popen(  # noqa: S603  # this very file
                [sys.executable, "-I", "-S", __file__, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # beyond the reach of Ctrl-C in a terminal
            )

    def end(self, *, at_once: bool) -> None:
        """Have it do so now; nothing of the folder is left when this returns.

        at_once: no process of it is about to begin another, which would have to be waited for
        """
        if self._process is not None:
            with suppress(OSError):
                self._process.communicate(b"." if at_once else b"")


def stand_by(folder: str, told: IO[bytes]) -> None:
    """Until it is to end them at once, or nobody is left to say anything."""
    _end_all(folder, 0.0 if told.read(1) else QUIET_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


def _end_all(folder: str, quiet: float) -> None:
    """Again and again, since one that is killed may just have begun another."""
    began = ended = time.monotonic()
    while time.monotonic() - began < MOST_SECONDS:
        for process in _of_folder(folder.encode()):
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
            ended = time.monotonic()
        if time.monotonic() - ended >= quiet:
            return
        time.sleep(EVERY_SECONDS)


def _of_folder(folder: bytes) -> list[int]:
    numbers = [int(entry.name) for entry in _NUMBERS.iterdir() if entry.name.isdigit()]
    others = set(numbers) - {os.getpid(), os.getppid()}  # the driver has files there as well
    return [number for number in others if _is_of(number, folder)]


def _is_of(process: int, folder: bytes) -> bool:
    own = _NUMBERS / str(process)
    with suppress(OSError):  # gone, a corpse, or somebody else's
        if folder in (own / "environ").read_bytes():  # where its token lies, see `take_token`
            return True
        # those that have put a title in the place of their environment
        if (own / "cmdline").read_bytes().startswith(b"ray::"):
            return any(os.fsencode(os.readlink(one)).startswith(folder) for one in own.glob("fd/*"))
    return False


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stand_by(sys.argv[1], sys.stdin.buffer)
