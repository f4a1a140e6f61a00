"""A table that is read piece by piece, as often as asked: what is known of it, and how to read it.

A piece is what one worker reads at a time, and what is read again after an interruption: a row
group of a Parquet file, a stretch of lines, a slice of a frame. How a table is cut into pieces
depends on the data alone, never on who reads it, so that sums over the pieces are the same to
the bit for any number of workers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Piece", "Source"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of rows that is read by itself.

    place:  among all pieces, from 0
    rows:   how many rows it has, where that is known before it is read
    size:   bytes that are read for all of its columns, at least nearly
    where:  how its source finds it again: the number of the file, the row group, ...
    """

    place: int
    rows: int | None
    size: int
    where: tuple[int, ...]


class Source(Protocol):
    """A table in pieces. Can be sent to another process: it holds names, not open files."""

    @property
    def text(self) -> str:
        """What it is, for people: a path, a query, a few words."""
        ...

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Column -> type, in the table's order; unique, non-empty names."""
        ...

    @property
    def units(self) -> Mapping[str, str]:
        """Column -> unit, where the table itself says so."""
        ...

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All pieces, in the order of the rows; at least one."""
        ...

    @property
    def identity(self) -> str:
        """Sizes and times of change in a few words, by which the same data is known again."""
        ...

    def read(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
        """Those columns of the piece, in frames of at most so many rows, typed as the schema says.

        Missing values are null, never NaN. The same frames every time. Raises InputError for what
        is damaged, or no longer what it was.
        """
        ...
