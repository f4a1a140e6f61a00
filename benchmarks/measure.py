"""Timing side by side: the contestants take turns in one process, round after round.

A machine is never equally fast twice. So each round runs every contestant once, a ratio is
formed within a round, and what is reported is the median of the rounds with the least and
the greatest beside it.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "THREADS",
    "Conditions",
    "Contestant",
    "Spread",
    "Watch",
    "clocked",
    "installed",
    "matmul_speed",
    "race",
    "ratio",
    "read_once",
    "skipped",
]

THREADS = 2
PAUSE = 0.05  # seconds for the idle threads of the last contestant to go to sleep
VERSIONS = ("steepest", "numpy", "scipy", "numba", "scikit-learn", "torch", "jax")
DISTURBED = 0.05  # share of the machine that others may take before the page says so


@dataclass(frozen=True, slots=True)
class Contestant:
    """Something that can be timed.

    name:     as shown; the first of a race is what the others are compared with
    seconds:  does the work once, and gives the seconds that count
    role:     "steepest", "peer" or "limit" (what the hardware needs at the least)
    note:     what the reader must know of it
    """

    name: str
    seconds: Callable[[], float]
    role: str = "peer"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of the rounds, with the least and the greatest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """From one number a round."""
        return cls(float(np.median(values)), float(np.min(values)), float(np.max(values)))


def clocked(work: Callable[[], Any], times: float = 1.0) -> Callable[[], float]:
    """The seconds of `work()` times a factor: 1/n for n steps at once, 10 to extrapolate."""

    def seconds() -> float:
        begin = time.perf_counter()
        work()
        return (time.perf_counter() - begin) * times

    return seconds


def race(contestants: Sequence[Contestant], rounds: int) -> list[list[float]]:
    """The seconds of each contestant (in their order) in each round."""
    seconds: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for taken, contestant in zip(seconds, contestants, strict=True):
            time.sleep(PAUSE)
            taken.append(contestant.seconds())
    return seconds


def ratio(seconds: Sequence[float], others: Sequence[float]) -> Spread:
    """How many times longer than the others it took, round by round."""
    return Spread.of([a / b for a, b in zip(seconds, others, strict=True)])


def installed(name: str) -> bool:
    """Whether a peer is there."""
    return find_spec(name) is not None


def skipped(names: Mapping[str, str]) -> list[str]:
    """Module -> shown name: a sentence for every peer that is not there."""
    return [
        f"{shown} is not installed and was skipped."
        for name, shown in names.items()
        if not installed(name)
    ]


@numba.njit(nogil=True, fastmath=True)
def _total(numbers: NDArray[Any]) -> float:
    total = 0.0
    for i in range(numbers.size):
        total += numbers[i]
    return total


def read_once(arrays: Sequence[NDArray[Any]], threads: int = THREADS) -> Callable[[], float]:
    """Adds up all numbers of the arrays once, by all threads: no method can be faster."""
    flat = [array.reshape(-1, order="A") for array in arrays]
    parts = [part for array in flat for part in np.array_split(array, 4 * threads)]
    for part in parts[:: 4 * threads]:
        _total(part[:1])
    pool = ThreadPoolExecutor(threads)
    return clocked(lambda: list(pool.map(_total, parts)))


def matmul_speed(size: int = 1500) -> float:
    """Floating-point operations a second in NumPy's matrix product, the best of five."""
    square = np.random.default_rng(0).standard_normal((size, size))
    best = min(clocked(lambda: square @ square)() for _ in range(5))
    return 2.0 * size**3 / best


@dataclass(frozen=True, slots=True)
class Conditions:
    """On what, with what and how undisturbed it was measured.

    others: the share of all cores that other processes took meanwhile; None: not known
    """

    processor: str
    cores: int
    memory: float  # GiB
    versions: dict[str, str]
    load: tuple[float, float]  # of the last minute, at the start and at the end
    others: float | None
    seconds: float

    @property
    def warning(self) -> str | None:
        """A sentence where others took too much of the machine."""
        if self.others is None or self.others <= DISTURBED:
            return None
        return (
            f"**Measured on a busy machine**: other processes took {self.others:.0%} of its "
            "cores meanwhile; the ratios say more than the times."
        )


class Watch:
    """Begins when it is made; `conditions()` says what the time since then was like."""

    def __init__(self) -> None:
        self._begin = time.perf_counter()
        self._load = _load()
        self._busy = _busy_seconds()
        self._own = _own_seconds()

    def conditions(self) -> Conditions:
        """From the beginning until now."""
        elapsed = time.perf_counter() - self._begin
        busy, cores = _busy_seconds(), os.cpu_count() or 1
        others = None
        if busy is not None and self._busy is not None:
            beside = busy - self._busy - (_own_seconds() - self._own)
            others = max(0.0, beside / (elapsed * cores))
        return Conditions(
            processor=_processor(),
            cores=cores,
            memory=_memory(),
            versions={"Python": platform.python_version()} | _versions(),
            load=(self._load, _load()),
            others=others,
            seconds=elapsed,
        )


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _busy_seconds() -> float | None:
    """Seconds of all cores at work since the machine started; None where not told."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    user, nice, system, _, _, irq, soft, *_ = map(int, stat.read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError):
        return float("nan")
