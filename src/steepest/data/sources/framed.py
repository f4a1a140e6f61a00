"""A frame that lies in memory, as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steepest.data.sources.source import Piece
from steepest.data.table import Table

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FrameSource"]

PIECE_ROWS = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class FrameSource:
    """The rows of a table in slices.

    >>> from steepest.data.table import read_table
    >>> source = FrameSource(read_table({"x": [1.0, 2.0]}))
    >>> [frame.height for frame in source.read(source.pieces[0], ["x"], 1)]
    [1, 1]
    """

    table: Table

    @property
    def text(self) -> str:
        """The path, or a few words."""
        return self.table.source

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Column -> type."""
        return dict(self.table.frame.schema)

    @property
    def units(self) -> Mapping[str, str]:
        """Column -> unit, where the table says so."""
        return self.table.units

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Slices of 65,536 rows."""
        frame = self.table.frame
        width = frame.estimated_size() / max(1, frame.height)
        starts = range(0, frame.height, PIECE_ROWS)
        counts = [min(PIECE_ROWS, frame.height - start) for start in starts]
        return tuple(
            Piece(place, rows, int(rows * width), (start,))
            for place, (start, rows) in enumerate(zip(starts, counts, strict=True))
        )

    @property
    def identity(self) -> str:
        """Of a frame only its size; whoever hands it over again answers for the rest."""
        return f"{self.table.frame.height:,} rows of {', '.join(self.table.frame.columns)}"

    def read(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
        """Views of the frame."""
        (start,) = piece.where
        whole = self.table.frame.select(columns).slice(start, piece.rows)
        for first in range(0, whole.height, rows):
            yield whole.slice(first, rows)
