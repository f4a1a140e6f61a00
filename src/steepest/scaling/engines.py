"""Who walks over the pieces, as the request says."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from steepest.data.sources.source import Source
from steepest.objective.parallel import thread_count
from steepest.passes.engine import Engine
from steepest.passes.kept import KeptRows, folder_with_room
from steepest.passes.layout import Layout
from steepest.passes.local import LocalEngine
from steepest.passes.worker import Worker
from steepest.run import Request
from steepest.scaling.memory import BASE, plan_memory

__all__ = ["SCRATCH", "begin_engine"]

SCRATCH = "STEEPEST_SCRATCH"
"""The variable that names the folder where rows may be kept on disk; "" keeps none."""


def begin_engine(source: Source, layout: Layout, request: Request) -> Engine:
    """An engine to be entered and left; InputError where the memory cannot suffice."""
    width = len(layout.representation.names) + 2
    plan = plan_memory(
        request.memory,
        thread_count(request.threads if isinstance(request.threads, int) else "all"),
        source,
        len(layout.columns),
        width,
        layout.rows,
        steps=request.loss not in ("auto", "squared"),
    )
    if request.engine == "ray":
        from steepest.cluster.ray_engine import RayEngine

        count = request.workers or os.cpu_count() or 1
        room = max(0, plan.room - count * BASE)  # each is a process of its own
        return RayEngine(source, layout, request.workers, room, request.ray_address)
    kept = None
    if request.loss not in ("auto", "squared"):
        kept = _kept(source, width, request.holdout, plan.room)
    return LocalEngine(Worker(source, layout, plan.room, kept), plan.threads)


def _kept(source: Source, width: int, holdout: float, room: int) -> KeptRows | None:
    """Where rows are kept that later passes need; None where memory holds all, or no disk does."""
    counts = [piece.rows for piece in source.pieces]
    known = None if None in counts else sum(count or 0 for count in counts)
    most = 8 * width * (1.0 - holdout) * known if known is not None else None
    if most is not None and most <= room:
        return None
    size = sum(piece.size for piece in source.pieces)
    said = os.environ.get(SCRATCH)
    folders = [Path(tempfile.gettempdir())] if said is None else [Path(said)] if said else []
    folder = folder_with_room(most if most is not None else 4.0 * size, folders)
    return None if folder is None else KeptRows(folder)
