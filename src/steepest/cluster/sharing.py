"""Who gets which pieces, and how a source travels to those who read it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from steepest.cluster.ray_worker import Stretch
from steepest.data.sources.framed import FrameSource
from steepest.data.sources.source import Piece, Source
from steepest.data.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["Travelling", "received", "sent", "shares", "size_of", "stretches"]


@dataclass(frozen=True, slots=True, eq=False)
class Travelling:
    """A frame as Arrow's buffers, which workers of one machine read where they lie."""

    arrow: Any
    schema: Mapping[str, pl.DataType]
    text: str
    units: Mapping[str, str]


def sent(source: Source) -> Source | Travelling:
    """What is put into the object store, once."""
    if not isinstance(source, FrameSource):
        return source
    table = source.table
    return Travelling(
        table.frame.to_arrow(), dict(table.frame.schema), table.source, dict(table.units)
    )


def received(what: Source | Travelling) -> Source:
    """The source again."""
    import polars as pl

    if not isinstance(what, Travelling):
        return what
    frame = pl.DataFrame(pl.from_arrow(what.arrow, rechunk=False)).cast(dict(what.schema))  # type: ignore[arg-type]
    return FrameSource(Table(frame, what.text, dict(what.units)))


def shares(pieces: Sequence[Piece], workers: int) -> list[list[int]]:
    """The places of each worker's pieces: neighbours, and about as many bytes for each.

    Where that costs little, a share ends where a large node of the tree does, so that its
    answers are few.

    >>> pieces = [Piece(i, None, 10, ()) for i in range(33)]
    >>> [(share[0], share[-1]) for share in shares(pieces, 2)]
    [(0, 15), (16, 32)]
    """
    ends: list[float] = []
    total = 0.0
    for piece in pieces:
        total += max(1, piece.size)
        ends.append(total)
    cuts = [0]
    for worker in range(1, workers):
        goal = total * worker / workers
        cut = _rounded(bisect_right(ends, goal), len(pieces) / workers)
        cuts.append(min(len(pieces), max(cuts[-1], cut)))
    cuts.append(len(pieces))
    return [list(range(first, stop)) for first, stop in pairwise(cuts)]


def stretches(places: Iterable[int]) -> list[Stretch]:
    """Rising places as few words.

    >>> stretches([0, 1, 2, 7, 8])
    [(0, 3), (7, 9)]
    """
    found: list[Stretch] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def size_of(pieces: Sequence[Piece], places: Iterable[int]) -> int:
    """Bytes of those pieces; one that says nothing counts as one."""
    return sum(max(1, pieces[place].size) for place in places)


def _rounded(cut: int, share: float) -> int:
    """To the nearest multiple of a power of two that is a sixteenth of a share or less."""
    unit = 1
    while unit * 32 <= share:
        unit *= 2
    return (cut + unit // 2) // unit * unit
