"""Whether rows come piece by piece, and who walks over them."""

from __future__ import annotations

from pathlib import Path

from steepest.data.sources.framed import FrameSource
from steepest.data.sources.parquet import parquet_source
from steepest.data.sources.source import Source
from steepest.data.table import read_table
from steepest.passes.engine import Engine
from steepest.passes.layout import Layout
from steepest.passes.local import LocalEngine
from steepest.passes.worker import Worker
from steepest.run import Request

__all__ = ["begin_engine", "pieces_of"]


def pieces_of(data: object, request: Request) -> Source | None:
    """The source to walk over; None where the rows are to be in memory."""
    if request.engine == "auto" and not request.memory:
        return None
    if isinstance(data, (str, Path)) and str(data).endswith(".parquet"):
        return parquet_source([str(data)], str(data))
    return FrameSource(read_table(data))


def begin_engine(source: Source, layout: Layout, request: Request) -> Engine:
    """Whoever walks over the pieces as the request says; to be entered and left."""
    threads = request.threads if isinstance(request.threads, int) else 2
    return LocalEngine(Worker(source, layout, 10**8), threads)
