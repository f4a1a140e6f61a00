"""Parquet files as a source: each row group is a piece, and only the columns asked for are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from steepest.data.arrow import arrow_module, frame_from_arrow, units_from_arrow
from steepest.data.names import check_names
from steepest.data.sources.source import Piece
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ParquetSource", "parquet_source"]


@dataclass(frozen=True, eq=False)
class ParquetSource:
    """Files of the same columns, one after the other.

    paths:   of the files, at least one
    text:    what was asked for: a file, a folder, a pattern
    """

    paths: tuple[str, ...]
    text: str
    schema: Mapping[str, pl.DataType]
    units: Mapping[str, str]
    pieces: tuple[Piece, ...]
    identity: str

    @cached_property
    def _arrow(self) -> Any:
        return arrow_module("pyarrow.parquet")

    def read(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
        """The row group in batches, decoded as they are asked for."""
        import polars as pl
        import polars.selectors as cs

        number, group = piece.where
        path = self.paths[number]
        try:
            # pre_buffer would hold the whole row group's bytes besides what is decoded
            with self._arrow.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
                batches = file.iter_batches(
                    rows, row_groups=[group], columns=list(columns), use_threads=False
                )
                for batch in batches:
                    frame = frame_from_arrow(batch).select(columns)
                    yield frame.with_columns(cs.float().fill_nan(pl.lit(None)))
        except (OSError, arrow_module().ArrowException) as error:
            reason = str(error).strip().partition("\n")[0]
            raise InputError(
                f"{path} is damaged or cut off, or changed while it was read ({reason})"
            ) from error


def parquet_source(paths: Sequence[str], text: str) -> ParquetSource:
    """Look into the files' footers; InputError for one that has other columns than the first."""
    import os

    parquet = arrow_module("pyarrow.parquet")
    pieces: list[Piece] = []
    seen: list[str] = []
    schema: Mapping[str, pl.DataType] = {}
    units: Mapping[str, str] = {}
    for number, path in enumerate(paths):
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            if number == 0:
                check_names([str(name) for name in file.schema_arrow.names], path)
                schema = dict(frame_from_arrow(file.schema_arrow.empty_table()).schema)
                units = units_from_arrow(file.schema_arrow)
            meta = file.metadata
            for group in range(meta.num_row_groups):
                own = meta.row_group(group)
                size = sum(own.column(j).total_compressed_size for j in range(own.num_columns))
                if own.num_rows:
                    pieces.append(Piece(len(pieces), own.num_rows, size, (number, group)))
        stat = os.stat(path)
        seen.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return ParquetSource(tuple(paths), text, schema, units, tuple(pieces), "\n".join(seen))
