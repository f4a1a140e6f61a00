"""Whether rows come piece by piece, and from what."""

from __future__ import annotations

from pathlib import Path

from steepest.data.sources.framed import FrameSource
from steepest.data.sources.parquet import parquet_source
from steepest.data.sources.source import Source
from steepest.data.table import read_table
from steepest.run import Request

__all__ = ["pieces_of"]


def pieces_of(data: object, request: Request) -> Source | None:
    """The source to walk over; None where the rows are to be in memory."""
    if request.engine == "auto" and not request.memory:
        return None
    if isinstance(data, (str, Path)) and str(data).endswith(".parquet"):
        return parquet_source([str(data)], str(data))
    return FrameSource(read_table(data))
