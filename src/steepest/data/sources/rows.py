"""Some rows that were read from a source: as numbers, as levels, or as a frame, when asked.

A frame of polars costs more than the numbers in it where there are some thousand of them, so that
whoever only needs numbers takes them as they lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import kind_of
from steepest.data.reading import floats, text_values
from steepest.data.sources.source import Piece, Source

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Batched", "FrameRows", "Rows", "ask_ahead", "rows_of"]

AHEAD = 1 << 28  # bytes from what is decoded to what the disk is asked for


class Rows(Protocol):
    """Rows of a table, in their order."""

    @property
    def height(self) -> int:
        """m, how many there are."""
        ...

    @property
    def frame(self) -> pl.DataFrame:
        """All of their columns, typed as the schema of the source says; null for missing."""
        ...

    def some(self, names: Sequence[str]) -> pl.DataFrame:
        """Those columns of the frame, without the others being made."""
        ...

    def numbers(self, name: str) -> NDArray[Any] | None:
        """(m,) of any type of numbers, NaN where one is missing; None of a column of no numbers.

        May be the memory that they lie in, and is not to be changed.
        """
        ...

    def missing(self, name: str) -> int:
        """How many have no value in that column."""
        ...

    def places(self, name: str, levels: Sequence[str]) -> NDArray[np.int64]:
        """(m,) the place of each text among the levels, -1 of one that is none of them.

        "(missing)" is the level of those without a value.
        """
        ...

    def there(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """(m,) True where none of those columns is missing."""
        ...

    def filter(self, kept: NDArray[np.bool_]) -> Rows:
        """Those for which `kept` (m,) is True."""
        ...

    def take(self, places: NDArray[np.int64]) -> Rows:
        """Those at the places, in that order."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FrameRows:
    """Rows that came as a frame.

    >>> import polars as pl
    >>> rows = FrameRows(pl.DataFrame({"x": [1.0, None], "t": ["b", "a"]}))
    >>> rows.numbers("x").tolist(), rows.places("t", ("a", "b")).tolist()
    ([1.0, nan], [1, 0])
    """

    frame: pl.DataFrame

    @property
    def height(self) -> int:
        """m."""
        return self.frame.height

    def some(self, names: Sequence[str]) -> pl.DataFrame:
        """Selected."""
        return self.frame.select(names)

    def numbers(self, name: str) -> NDArray[Any] | None:
        """As float64."""
        column = self.frame[name]
        return floats(column) if kind_of(column.dtype) in ("number", "truth") else None

    def missing(self, name: str) -> int:
        """Nulls, for there is no NaN."""
        return self.frame[name].null_count()

    def places(self, name: str, levels: Sequence[str]) -> NDArray[np.int64]:
        """By one comparison a level."""
        values = text_values(self.frame[name])
        found = np.full(self.height, -1)
        for place, level in enumerate(levels):
            found[(values == level).to_numpy()] = place
        return found

    def there(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Not null."""
        import polars as pl

        return (
            self.frame.select(pl.all_horizontal(pl.col(names).is_not_null())).to_series().to_numpy()
        )

    def filter(self, kept: NDArray[np.bool_]) -> FrameRows:
        """A frame again."""
        return FrameRows(self.frame.filter(kept))

    def take(self, places: NDArray[np.int64]) -> FrameRows:
        """A frame again."""
        return FrameRows(self.frame[places])


@runtime_checkable
class Batched(Protocol):
    """A source whose rows come otherwise than as frames, and that can be told what is read soon."""

    def batches(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[Rows]:
        """The rows of `Source.read`."""
        ...

    def ask_ahead(self, piece: Piece, columns: Sequence[str]) -> None:
        """Those columns of the piece are read soon; does not wait."""
        ...


def rows_of(source: Source, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[Rows]:
    """What `source.read` gives, with as little work as the source can."""
    if isinstance(source, Batched):
        return source.batches(piece, columns, rows)
    return map(FrameRows, source.read(piece, columns, rows))


def ask_ahead(source: Source, columns: Sequence[str], after: Piece | None = None) -> None:
    """Have the disk work while the processor does, where the pieces are gone through in turn.

    after:  the piece that is begun: one some way behind it is asked for; None: the first ones
    """
    if not isinstance(source, Batched):
        return
    pieces = source.pieces
    near = max(1, AHEAD // max(1, pieces[0].size))
    wanted = pieces[:near]
    if after is not None:
        behind = after.place + near
        wanted = pieces[behind : behind + 1]
    for piece in wanted:
        source.ask_ahead(piece, columns)
