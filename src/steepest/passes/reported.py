"""What is told of those who walk over the pieces, while they do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from steepest.data.sources.source import Piece

__all__ = ["Reported", "now", "rows_of"]


@dataclass(frozen=True, slots=True)
class Reported:
    """One worker.

    name:      "worker 1" of a cluster, "local"
    pieces, size:  of its share of the source, sizes in bytes
    rows:      of them; None where that is not known yet
    seconds:   that it worked on the pass that runs, or ran last
    heartbeat: when it was last heard of, ISO 8601 in UTC; "" for never
    state:     "lost" from its death until its successor is there
    restarts:  how many successors it has had
    """

    name: str
    pieces: int
    rows: int | None
    size: int
    seconds: float
    heartbeat: str
    state: Literal["working", "idle", "lost"]
    restarts: int = 0


def now() -> str:
    """This moment, as a heartbeat is written down.

    >>> now()[-6:]
    '+00:00'
    """
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def rows_of(pieces: Iterable[Piece]) -> int | None:
    """The rows of them all; None where those of one are not known.

    >>> rows_of([Piece(0, 3, 10, ()), Piece(1, None, 10, ())]) is None
    True
    """
    counts = [piece.rows for piece in pieces]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
