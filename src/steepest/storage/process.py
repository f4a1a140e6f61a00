"""Is the process that writes a run still there?

A run that says "running" is only believed while its writer lives. On one machine the
process is asked: its number alone is not enough, for numbers are given out again, so the
moment it started goes with it. From anywhere else only its heartbeat can be read.
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["Process", "is_gone", "now", "start_mark", "this_process"]

SILENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Process:
    """One process: where it runs, its number there, and when it started.

    host:     machine, boot and process namespace; equal only where `pid` means the same
    started:  a mark of its start; "" where the system does not tell
    """

    host: str
    pid: int
    started: str


def this_process() -> Process:
    """The process that asks."""
    return Process(_host(), os.getpid(), start_mark(os.getpid()))


def now() -> str:
    """The time now: ISO 8601, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def is_gone(process: Process, heartbeat: str) -> bool:
    """True when `process` ended, or cannot be asked and was silent for over 60 seconds.

    A process that ended and was not yet collected by its parent (a zombie) is gone.
    """
    if process.started and process.host == _host():
        return start_mark(process.pid) != process.started
    return datetime.now(UTC) - datetime.fromisoformat(heartbeat) > SILENCE


def start_mark(pid: int) -> str:
    """What no other process of this number shares; "" for one that ended or cannot be asked."""
    if sys.platform == "linux":
        return _linux_mark(pid)
    if os.name == "posix":
        return _posix_mark(pid)
    return ""


def _linux_mark(pid: int) -> str:
    """State and clock ticks from boot to start: fields 3 and 22 of /proc/PID/stat (proc(5))."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # the second field is the command in brackets, and may itself hold spaces and brackets
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _posix_mark(pid: int) -> str:
    import subprocess

    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    plain = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}  # else the mark moves with the clocks
    try:
        said = subprocess.run(command, capture_output=True, text=True, env=plain, check=False)  # noqa: S603
    except OSError:
        return ""
    state, _, started = said.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else " ".join(started.split())


def _host() -> str:
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    except OSError:
        pass  # not Linux: the name has to do
    return " ".join(parts)
