"""Later rows, held beside a run that is done: where they come from, and who walks over them."""

from __future__ import annotations

import math
from dataclasses import replace

from steepest.asking import check_engine
from steepest.data.contract import Contract
from steepest.data.representation import Representation
from steepest.data.sources.source import Source
from steepest.passes.layout import Layout
from steepest.run import Request
from steepest.scaling.memory import memory_bytes

__all__ = ["ROWS", "Walk", "enough_keys", "later_layout", "later_request", "unstated_contract"]

ROWS = 32_768

Walk = dict[str, str | int | None]
"""Who walks and where, as a user says it: engine, memory, workers, ray_address, query."""

_AS_THEY_ARE = Representation((), (), (), (), (), 1, "none")


def later_request(walk: Walk, before: Request | None, target: str) -> Request:
    """The request of a run with who is to walk over later rows, and what may be used for it.

    Raises InputError for a memory or an engine that is none.

    >>> later_request({"engine": "local", "memory": "1 MB"}, None, "price").memory
    1000000
    """
    request = Request("", target) if before is None else before
    engine = walk.get("engine") or "auto"
    asked = replace(
        request,
        engine=engine,  # pyright: ignore[reportArgumentType]
        memory=memory_bytes(walk.get("memory")),
        workers=int(walk.get("workers") or 0),
        ray_address=str(walk.get("ray_address") or ""),
        query=str(walk.get("query") or ""),
        loss="auto",  # of others the engine keeps rows for the steps of a descent: there is none
    )
    check_engine(asked)
    return asked


def later_layout(
    contract: Contract, request: Request, representation: Representation = _AS_THEY_ARE
) -> Layout:
    """Later rows as they come; none of them is held out."""
    return Layout(contract, representation, request.missing, 0.0, request.seed, ROWS)


def unstated_contract(target: str) -> Contract:
    """That of a run that has none: it asks for nothing."""
    return Contract("", 0, 0, target, (), (), ())


def enough_keys(source: Source, draw: int) -> float:
    """The share of all keys that holds those of the rows to draw, but for a chance of 1e-20.

    1.0 where it is not known how many rows there are.
    """
    counts = [piece.rows for piece in source.pieces]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return 1.0
    return min(1.0, (draw + 10 * math.sqrt(draw)) / max(1, sum(known)))
