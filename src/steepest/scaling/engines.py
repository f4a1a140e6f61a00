"""Who walks over the pieces, as the request says."""

from __future__ import annotations

from steepest.data.sources.source import Source
from steepest.passes.engine import Engine
from steepest.passes.layout import Layout
from steepest.passes.local import LocalEngine
from steepest.passes.worker import Worker
from steepest.run import Request

__all__ = ["begin_engine"]


def begin_engine(source: Source, layout: Layout, request: Request) -> Engine:
    """An engine to be entered and left."""
    if request.engine == "ray":
        from steepest.cluster.ray_engine import RayEngine

        return RayEngine(source, layout, request.workers, 10**8, request.ray_address)
    threads = request.threads if isinstance(request.threads, int) else 2
    return LocalEngine(Worker(source, layout, 10**8), threads)
