"""The first rows of a piece, as many of them as a number of bytes holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from steepest.data.arrow import arrow_from_frame, frame_from_arrow
from steepest.data.columns import kind_of
from steepest.data.sources.source import Piece, Source

if TYPE_CHECKING:
    import polars as pl

__all__ = ["beginning", "own", "rows_at_once", "size_of"]

FEWEST, MOST = 64, 1_024
AT_ONCE = 1 << 19  # bytes


def rows_at_once(source: Source, columns: Sequence[str]) -> int:
    """How many rows to read at once: fewer where the first few of them are long."""
    first = next(source.read(source.pieces[0], columns, FEWEST))
    width = size_of(first) // max(1, first.height)
    fitting = 1 << max(1, AT_ONCE // max(1, width)).bit_length() - 1
    return max(FEWEST, min(MOST, fitting))


def beginning(
    source: Source, piece: Piece, columns: Sequence[str], rows: int, room: int, at_once: int
) -> tuple[pl.DataFrame, bool]:
    """At most so many first rows of a piece, and whether there are more of them.

    room:     bytes after which no more rows are taken
    at_once:  rows to read at a time, see `rows_at_once`
    """
    import polars as pl

    parts: list[pl.DataFrame] = []
    taken = size = 0
    for frame in source.read(piece, columns, at_once):
        full = bool(parts) and (taken >= rows or size >= room)
        if full and frame.height:
            return pl.concat(parts), True
        parts.append(own(frame.head(rows - taken)))
        taken += parts[-1].height
        size += size_of(parts[-1])
        if parts[-1].height < frame.height:
            return pl.concat(parts), True
        if piece.rows is not None and (taken >= rows or size >= room):
            break
    return pl.concat(parts), piece.rows is not None and piece.rows > taken


def own(frame: pl.DataFrame) -> pl.DataFrame:
    """With texts of its own: they may lie among those of all batches read so far."""
    import polars as pl

    texts = [series.name for series in frame.get_columns() if series.dtype == pl.String]
    if not texts:
        return frame
    return frame.with_columns(frame_from_arrow(arrow_from_frame(frame.select(texts))))


def size_of(frame: pl.DataFrame) -> int:
    """Bytes of its values, 8 a number; not of what they may share with other frames.

    >>> import polars as pl
    >>> size_of(pl.DataFrame({"x": [1, 2], "s": ["a", "bcd"]}))
    52
    """
    return sum(_size(series) for series in frame.get_columns())


def _size(series: pl.Series) -> int:
    import polars as pl

    if series.dtype == pl.String:
        return 16 * series.len() + int(series.str.len_bytes().sum() or 0)
    if kind_of(series.dtype) != "other" or series.dtype.is_temporal():
        return 8 * series.len()
    return int(series.estimated_size())
