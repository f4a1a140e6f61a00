"""How far a fit by pieces is and who works on it, as the store holds it: the document "workers"."""

from __future__ import annotations

from typing import Literal

import msgspec

from steepest.saved import load_part
from steepest.store import Store

__all__ = ["DOCUMENT", "Told", "ToldPass", "ToldWorker", "told_of"]

DOCUMENT = "workers"


class ToldPass(msgspec.Struct, frozen=True):
    """The pass that goes on, or the last there was.

    what, number:     a few words on it; the how manieth it is, from 1
    pieces, rows, size:  done, in bytes the last; of_pieces, of_rows, of_size: of how many; rows
                      are None where the source does not say how many a piece has
    seconds:          since it began
    """

    what: str
    number: int
    pieces: int
    of_pieces: int
    size: int
    of_size: int
    seconds: float
    rows: int | None = None
    of_rows: int | None = None


class ToldWorker(msgspec.Struct, frozen=True):
    """One worker in that pass.

    pieces, rows, size, seconds:  what it did, and how long it worked at it
    heartbeat:                    when it was heard of last, ISO 8601, UTC
    restarts:                     how often it had to be begun anew
    """

    name: str
    pieces: int
    rows: int | None
    size: int
    seconds: float
    heartbeat: str
    state: Literal["working", "idle", "lost"]
    restarts: int


class Told(msgspec.Struct, frozen=True):
    """The whole document; a Struct, as no field of a dataclass can have the name "pass"."""

    walk: ToldPass = msgspec.field(name="pass")
    engine: str
    workers: tuple[ToldWorker, ...] = ()


def told_of(store: Store, run_id: str) -> Told | None:
    """The document of a run; None where it has none: its rows were in memory, or none was read.

    Raises InputError for an unknown run and for a document that cannot be read.
    """
    return load_part(store, run_id, DOCUMENT, Told)
