"""Work on parts of the rows by a few threads, with results that do not depend on how many.

The parts are fixed by the data alone; threads take them as they come free, each result goes
to its part's place, and the places are added up along a fixed binary tree.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from typing import Literal, TypeVar

from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["Threads", "each", "thread_count", "tree_sum"]

Threads = int | Literal["all"]
Part = TypeVar("Part")
Result = TypeVar("Result")


def thread_count(threads: Threads) -> int:
    """How many threads are meant; InputError for none.

    >>> thread_count(3)
    3
    """
    if threads == "all":
        return os.cpu_count() or 1
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"threads is {threads!r}; expected a whole number from 1, or 'all'")
    return threads


def each(work: Callable[[Part], Result], parts: Sequence[Part], threads: int) -> list[Result]:
    """work(part) of every part, in their order; `work` should let go of the interpreter."""
    if threads == 1 or len(parts) == 1:
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


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="steepest")


if hasattr(os, "register_at_fork"):
    # the threads of a pool do not live on in a forked child
    os.register_at_fork(after_in_child=_pool.cache_clear)
