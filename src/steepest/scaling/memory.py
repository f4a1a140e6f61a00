"""How much memory may be used, and what of it is for what."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from steepest.arguments import shown, whole
from steepest.data.sources.source import Source
from steepest.errors import InputError
from steepest.readable import readable

__all__ = [
    "BASE",
    "Plan",
    "frame_rows",
    "keep_small",
    "memory_bytes",
    "plan_memory",
    "refuse_small",
    "release_memory",
]

_DECIMAL = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS = _DECIMAL | {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}

FRAME = 1 << 24  # bytes of a frame and of its design together
FEWEST_ROWS, MOST_ROWS = 1_024, 65_536
BASE = 230_000_000  # the process with everything loaded that a walk needs
CONCLUDING = 345_000_000  # the process at the end: what judges, draws and writes the report
STEPS = 20_000_000  # more of each where steps walk over the rows: other kernels
THREAD = 25_000_000  # of each: what allocators and BLAS keep for it
COLUMN = 1_300_000  # of each column: a page as it lies in the file and decoded, and a buffer
ARENAS, MMAP_FROM, TRIM_FROM = -8, -3, -1  # of mallopt
DONT_NEED = 4  # of madvise
POOL = "ARROW_DEFAULT_MEMORY_POOL"
MEANT_MB = 100_000  # so few bytes are a number whose unit was forgotten
COPIES = 4  # of a frame, on its way from the file to sums


@dataclass(frozen=True, slots=True)
class Plan:
    """What the memory is for.

    threads:  that walk at the same time
    room:     bytes of designs that may be held between passes
    """

    threads: int
    room: int


def memory_bytes(memory: str | int | None) -> int:
    """Bytes, of a number of them or a text such as "400MB" or "1.5 GiB"; 0 for None.

    Raises InputError for anything else.

    >>> memory_bytes("400MB"), memory_bytes("1.5 GiB"), memory_bytes(None)
    (400000000, 1610612736, 0)
    """
    if memory is None:
        return 0
    if isinstance(memory, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", memory)
        unit = None if found is None else _UNITS.get(found[2].lower())
        if found is None or unit is None:
            raise InputError(f"memory is {shown(memory)}; expected bytes, as 400MB or 1.5GiB")
        memory = int(float(found[1]) * unit)
    return whole("memory", memory, 1, also=" bytes")


def frame_rows(columns: int, width: int) -> int:
    """How many rows a frame has: of the table alone, for sums over frames are the result.

    columns:  that are read
    width:    of the design, the target and the intercept among them

    So many as are large beside what each frame costs by itself; with many columns, enough for
    sums of squares to be of use.

    >>> frame_rows(21, 35), frame_rows(101, 102), frame_rows(1000, 1001)
    (32768, 8192, 4096)
    """
    fitting = 1 << max(1, FRAME // (8 * (columns + width))).bit_length() - 1
    useful = 1 << (4 * width - 1).bit_length()
    return max(FEWEST_ROWS, useful, min(MOST_ROWS, fitting))


def plan_memory(
    memory: int,
    threads: int,
    source: Source,
    columns: int,
    width: int,
    rows: int,
    *,
    steps: bool = False,
) -> Plan:
    """Divide `memory` bytes (0: half of what is free); InputError where it cannot suffice.

    threads:  at most so many
    columns, width, rows:  of a frame, see `frame_rows`
    steps:    whether each step walks over the rows, as of all but least squares
    """
    base = BASE + STEPS * steps
    concluding = CONCLUDING + STEPS * steps
    memory = memory or _available() // 2
    most = max(piece.size for piece in source.pieces)
    each = _reading(columns, len(source.schema), most) + COPIES * 8 * rows * (columns + width) // 2
    each += THREAD + 24 * 8 * width * width  # triangles on their way to one
    fitting = (memory - base) // each
    if fitting < 1 or memory < concluding:
        least = max(base + each, concluding)
        raise InputError(_too_little(memory, least))
    threads = min(threads, fitting)
    return Plan(threads, max(0, memory - max(concluding, base + threads * each)))


def refuse_small(memory: int, source: Source, columns: int, *, named: bool) -> None:
    """Raise InputError where `memory` bytes (0: half of what is free) cannot suffice for a look.

    columns: that are looked at; named: whether they were asked for by name
    """
    memory = memory or _available() // 2
    most = max(piece.size for piece in source.pieces)
    least = max(CONCLUDING, BASE + _reading(columns, len(source.schema), most))
    if memory >= least:
        return
    instead = ""
    if least > CONCLUDING and not named:
        instead = f"; without all of its {columns:,} columns it is less: name some as features"
    raise InputError(f"{_too_little(memory, least)}{instead}")


def _too_little(memory: int, least: int) -> str:
    tiny = memory < MEANT_MB
    said = f"{memory:,} bytes" if memory < 10**6 else f"{readable(memory / 1e6)} MB"
    return (
        f"memory is {said}{f' (did you mean {memory}MB?)' if tiny else ''}, and the least that "
        f"this table can be fitted in is {readable(-(-least // 10**6))} MB"
    )


def _reading(columns: int, of_columns: int, size: int) -> int:
    """Bytes that reading takes where the largest piece has `size` bytes for all its columns."""
    return min(columns * COLUMN, 4 * size * columns // max(1, of_columns) + columns * 70_000)


def keep_small() -> None:
    """Have what is freed given back to the system, as far as that goes; slower, and smaller.

    Arrow looks for its pool when it is loaded, and has one that keeps what its threads have
    freed; the C library keeps an arena a thread, and large blocks once it has seen them freed.
    """
    import ctypes

    _load_arrow()
    with suppress(OSError, AttributeError):  # a system without it
        mallopt = ctypes.CDLL(None).mallopt
        for setting, value in ((ARENAS, 2), (MMAP_FROM, 300_000), (TRIM_FROM, 1 << 20)):
            mallopt(setting, value)


def _load_arrow() -> None:
    """With the pool of the system, unless it is loaded or was told otherwise."""
    from steepest.data.arrow import arrow_module

    if "pyarrow" in sys.modules or POOL in os.environ:
        return
    os.environ[POOL] = "system"
    try:
        arrow_module()
    finally:
        del os.environ[POOL]  # other processes have their own


def release_memory(*, code: bool = False) -> None:
    """Give back to the system what the walks have used and no longer need, as far as that goes.

    code: also the pages of libraries' code: what is run again is read again from its file
    """
    import ctypes
    import gc

    from steepest.data.arrow import arrow_module

    gc.collect()
    arrow_module().default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # a system without it
        ctypes.CDLL(None).malloc_trim(0)
    if code and sys.platform == "linux":
        with suppress(OSError, AttributeError):
            madvise = ctypes.CDLL(None).madvise
            for begin, end in _code():
                madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), DONT_NEED)


def _code() -> Iterator[tuple[int, int]]:
    """Where the code of libraries lies in memory, which is what is in their files."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        span, rights, _, _, _, *path = line.split(maxsplit=5)
        if rights == "r-xp" and path and ".so" in Path(path[0]).name:
            begin, _, end = span.partition("-")
            yield int(begin, 16), int(end, 16)


def _available() -> int:
    """Bytes that are free for use; of a container its own limit counts."""
    found = [_total()]
    with suppress(OSError, IndexError):
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        found.append(int(re.findall(r"MemAvailable:\s+(\d+) kB", text)[0]) * 1024)
    with suppress(OSError, ValueError):
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        found.append(int(limit))
    return min(found)


def _total() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 4 << 30  # where the system does not say
