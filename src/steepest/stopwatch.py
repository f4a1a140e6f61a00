"""How long each stage of a training took."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

__all__ = ["Stopwatch"]


class Stopwatch:
    """Seconds by stage: `with watch("read"): ...`."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Generator[None]:
        """Time one stage."""
        begin = time.perf_counter()
        yield
        self._seconds[stage] = time.perf_counter() - begin

    @property
    def seconds(self) -> Mapping[str, float]:
        """Stage -> seconds."""
        return dict(self._seconds)
