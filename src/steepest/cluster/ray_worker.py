"""A worker in a process of its own, as Ray runs it: it holds its shard and answers for it.

Nothing heavy is imported before the process knows how many threads it may use.
"""

from __future__ import annotations

import importlib
import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from steepest.errors import InputError

if TYPE_CHECKING:
    from steepest.passes.asked import Pass
    from steepest.passes.layout import Layout

__all__ = ["Answered", "RayWorker", "Stretch"]

Stretch = tuple[int, int]
"""Pieces from a place to before another."""

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
NEEDED = ("polars", "steepest.passes.loss_sums", "steepest.passes.survey")
"""Imported before a worker is ready, and not at the first question."""


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What a worker says to a pass.

    nodes:    the largest whole nodes of the tree, with their answers
    seconds:  that it worked
    refused:  the sentence of an InputError; "" for none
    unfound:  whether a file was not there
    """

    nodes: Sequence[tuple[tuple[int, int], Any]]
    seconds: float
    refused: str = ""
    unfound: bool = False


class RayWorker:
    """Reads pieces of the source when it is asked about them, and holds what it has room for.

    source:  in a list, a reference to it, which is followed only after the imports
    """

    def __init__(self, source: Sequence[Any], layout: Sequence[Any], room: int) -> None:
        for name in ONE_THREAD:
            os.environ[name] = "1"
        from steepest.cluster.doors import ray_module
        from steepest.cluster.sharing import received
        from steepest.passes.worker import Worker

        one_thread()
        ray = ray_module()
        self._worker = Worker(received(ray.get(source[0])), ray.get(layout[0]), room)
        self._pieces = self._worker.source.pieces

    def process(self) -> int:
        """Its number, once it is ready."""
        return os.getpid()

    def beat(self) -> int:
        """Its number, at once, whatever it is working on."""
        return os.getpid()

    def settle(self, layout: Layout) -> None:
        """Go by another layout."""
        self._worker.settle(layout)

    def answer(self, packed: bytes, stretches: Sequence[Stretch]) -> Answered:
        """Of those pieces, merged as far as whole nodes go; packed: the pass, pickled."""
        from steepest.passes.forest import Forest

        began = perf_counter()
        asked: Pass[Any] = pickle.loads(packed)  # noqa: S301  # of the driver, as all that comes
        forest: Forest[Any] = Forest(len(self._pieces), asked.merge)
        try:
            for first, stop in stretches:
                for place in range(first, stop):
                    forest.add((0, place), asked.of_piece(self._pieces[place], self._worker))
        except InputError as error:
            return Answered([], perf_counter() - began, str(error), _unfound(error))
        return Answered(list(forest.nodes.items()), perf_counter() - began)


def one_thread() -> None:
    """What reads its number of threads only once is loaded; what does not is told."""
    for module in NEEDED:
        importlib.import_module(module)
    importlib.import_module("numba").set_num_threads(1)
    importlib.import_module("threadpoolctl").threadpool_limits(1)


def _unfound(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, FileNotFoundError):
            return True
        error = error.__cause__
    return False
