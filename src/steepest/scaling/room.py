"""How much memory there is on this machine, and how much a file would take in it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from steepest.data.arrow import arrow_module

__all__ = ["available_bytes", "bytes_in_memory"]

_GROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int:
    """What a program may still take, near enough; 0 where the system does not say."""
    free = _of_system()
    group = _of_group()
    return min(free, group) if free and group is not None else free


def bytes_in_memory(path: Path) -> int:
    """About as much as its table takes: what its values are in 8 bytes each, or its size."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return size
    with suppress(OSError, arrow_module().ArrowException):
        meta = arrow_module("pyarrow.parquet").read_metadata(str(path))
        return max(size, 8 * meta.num_rows * meta.num_columns)
    return size


def _of_system() -> int:
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    with suppress(AttributeError, OSError, ValueError):  # Windows has no sysconf
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return 0


def _of_group() -> int | None:
    """What the container leaves, None where there is no bound."""
    with suppress(OSError, ValueError):
        most = int((_GROUP / "memory.max").read_text())
        return max(0, most - int((_GROUP / "memory.current").read_text()))
    return None
