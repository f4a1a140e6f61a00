"""Rows cut into chunks whose number depends on the data alone, never on the threads.

With sums of the chunks added by a fixed tree (`parallel.tree_sum`), a sum over all rows is
the same to the last bit for any number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steepest.data.blocks import Design
from steepest.data.sparse import CSR

__all__ = ["Part", "chunks_of"]

WORK = 1 << 20  # numbers a chunk: large beside what starting it costs, small beside the whole
SCORE = 16  # what a row costs beside its numbers, in numbers
LEAST_ROWS = 256
MOST_ROOM = 1 << 20  # numbers in all chunks' sums together, 8 MiB
FEWEST = 4  # chunks that even the widest data may have, so that threads have work


@dataclass(frozen=True, slots=True)
class Part:
    """Rows first to last of one block."""

    block: int
    first: int
    last: int


def chunks_of(designs: Sequence[Design], sums: int) -> list[list[Part]]:
    """Rows of all designs, cut into chunks of one or more parts; `sums` numbers come of each.

    >>> import numpy as np
    >>> chunks_of([np.zeros((300, 2)), np.zeros((100, 2))], 3)
    [[Part(block=0, first=0, last=300), Part(block=1, first=0, last=100)]]
    """
    rows = sum(len(design) for design in designs)
    work = sum(_numbers(design) for design in designs) + SCORE * rows
    number = min(-(-work // WORK), -(-rows // LEAST_ROWS), max(FEWEST, MOST_ROOM // sums))
    return _cut([len(design) for design in designs], -(-rows // max(number, 1)))


def _numbers(design: Design) -> int:
    if isinstance(design, CSR):
        return int(design.indptr[-1] - design.indptr[0])
    return design.size


def _cut(lengths: Sequence[int], rows: int) -> list[list[Part]]:
    chunks: list[list[Part]] = [[]]
    free = rows
    for block, length in enumerate(lengths):
        first = 0
        while first < length:
            if free == 0:
                chunks.append([])
                free = rows
            last = min(length, first + free)
            chunks[-1].append(Part(block, first, last))
            free -= last - first
            first = last
    return chunks
