"""Work on parts of the rows by a few threads, with results that do not depend on how many.

The parts are fixed by the data alone; threads take them as they come free, each result goes
to its part's place, and the places are added up along a fixed binary tree.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from typing import Literal, TypeVar

from steepest.arguments import whole
from steepest.trace import Array

__all__ = ["RunningSum", "Threads", "each", "thread_count", "tree_sum"]

NAME = "steepest-rows"
Threads = int | Literal["all"]
Part = TypeVar("Part")
Result = TypeVar("Result")


def thread_count(threads: Threads) -> int:
    """How many threads are meant; InputError for none.

    >>> thread_count(3)
    3
    """
    if isinstance(threads, str) and threads == "all":
        return os.cpu_count() or 1
    return whole("threads", threads, 1, also=", or 'all'")


def each(work: Callable[[Part], Result], parts: Sequence[Part], threads: int) -> list[Result]:
    """work(part) of every part, in their order; `work` should let go of the interpreter."""
    inside = threading.current_thread().name.startswith(NAME)  # a pool must not wait for itself
    if threads == 1 or len(parts) == 1 or inside:
        return [work(part) for part in parts]
    results: dict[int, Result] = {}
    ticket = count()

    def take() -> None:
        while (i := next(ticket)) < len(parts):
            results[i] = work(parts[i])

    helpers = [_pool(threads).submit(take) for _ in range(min(threads, len(parts)) - 1)]
    take()
    for helper in helpers:
        helper.result()
    return [results[i] for i in range(len(parts))]


def tree_sum(parts: Sequence[Array]) -> Array:
    """The sum of arrays of one shape, by pairs, pairs of pairs, and so on.

    >>> import numpy as np
    >>> tree_sum([np.array([1.0]), np.array([2.0]), np.array([4.0])]).tolist()
    [7.0]
    """
    level = list(parts)
    while len(level) > 1:
        pairs = [a + b for a, b in zip(level[::2], level[1::2], strict=False)]
        level = [*pairs, *level[2 * len(pairs) :]]
    return level[0]


class RunningSum:
    """A sum of arrays of one shape that come one by one, by pairs, pairs of pairs, and so on.

    Holds one partial sum a level, so that n arrays need room for log₂ n.

    >>> import numpy as np
    >>> sums = RunningSum()
    >>> for value in (1.0, 2.0, 4.0):
    ...     sums.add(np.array([value]))
    >>> sums.total().tolist()
    [7.0]
    """

    def __init__(self) -> None:
        self._levels: list[Array | None] = []

    def add(self, part: Array) -> None:
        """Take one more."""
        for level, held in enumerate(self._levels):
            if held is None:
                self._levels[level] = part
                return
            part, self._levels[level] = held + part, None
        self._levels.append(part)

    def total(self) -> Array:
        """The sum of what was taken, at least one."""
        return tree_sum([held for held in reversed(self._levels) if held is not None])


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix=NAME)


if hasattr(os, "register_at_fork"):
    # the threads of a pool do not live on in a forked child
    os.register_at_fork(after_in_child=_pool.cache_clear)
