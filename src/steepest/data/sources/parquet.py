"""Parquet files as a source: each row group is a piece, and only the columns asked for are read."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from steepest.data.arrow import arrow_module, frame_from_arrow, units_from_arrow
from steepest.data.names import NoTableError, check_names
from steepest.data.sources.ahead import chunks_of, read_ahead
from steepest.data.sources.alike import joined_schema
from steepest.data.sources.arrow_rows import ArrowRows
from steepest.data.sources.remote import bytes_of, is_remote, refuse_changed, stamp_of
from steepest.data.sources.source import Piece
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ParquetSource", "parquet_source"]

_AT_ONCE = 16  # footers that are asked for at the same time, where each answer takes its time
_MOST_BUFFER, _LEAST_BUFFER, _SMALL_BUFFER = 1 << 23, 1 << 20, 1 << 16


@dataclass(frozen=True, eq=False)
class ParquetSource:
    """Files of the same columns, one after the other.

    paths:   of the files, at least one
    text:    what was asked for: a file, a folder, a pattern
    stamps:  what each file was when it was first looked at
    opening: a name of its own, by which what was read of its files is not taken for another's,
             which may have been the same to the eye
    """

    paths: tuple[str, ...]
    text: str
    schema: Mapping[str, pl.DataType]
    units: Mapping[str, str]
    pieces: tuple[Piece, ...]
    identity: str
    stamps: tuple[str, ...]
    opening: str = field(default_factory=lambda: uuid4().hex)

    def read(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
        """The row group in frames."""
        return (some.frame for some in self.batches(piece, columns, rows))

    def batches(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[ArrowRows]:
        """The row group in batches, decoded as they are asked for."""
        number, group = piece.where
        types = {name: self.schema[name] for name in columns}
        texts = [name for name in columns if str(types[name]) == "String"]
        path, stamp = self.paths[number], self.stamps[number]
        with _opened(path, len(columns), texts, (stamp, self.opening)) as file:
            batches = file.iter_batches(
                rows, row_groups=[group], columns=list(columns), use_threads=False
            )
            for batch in batches:
                yield ArrowRows(batch, types)
            refuse_changed(path, stamp)

    def ask_ahead(self, piece: Piece, columns: Sequence[str]) -> None:
        """Have the system read the row group, as far as it is of a local file."""
        number, group = piece.where
        path = self.paths[number]
        if not is_remote(path):
            # what is wrong with the file is said by whoever reads it
            with suppress(OSError, InputError, arrow_module().ArrowException):
                about = _about(path, self.stamps[number], self.opening)
                read_ahead(path, chunks_of(about, group, columns))


@dataclass(frozen=True, slots=True, eq=False)
class _Footer:
    """What a file says of itself at its end.

    groups: the rows and bytes of each row group
    """

    schema: dict[str, pl.DataType]
    units: dict[str, str]
    groups: tuple[tuple[int, int], ...]
    stamp: str


def parquet_source(paths: Sequence[str], text: str) -> ParquetSource:
    """Look into the files' footers; InputError for one that has other columns than the first."""
    if any(is_remote(path) for path in paths):
        with ThreadPoolExecutor(min(_AT_ONCE, len(paths))) as pool:
            footers = list(pool.map(_footer, paths))
    else:
        footers = [_footer(path) for path in paths]
    schema = joined_schema([footer.schema for footer in footers], paths)
    found = (
        (rows, size, (number, group))
        for number, footer in enumerate(footers)
        for group, (rows, size) in enumerate(footer.groups)
        if rows
    )
    pieces = tuple(Piece(place, *each) for place, each in enumerate(found))
    if not pieces:
        raise NoTableError(f"{text} has column names but no rows; one is needed at least", "empty")
    stamps = tuple(footer.stamp for footer in footers)
    units = footers[0].units
    return ParquetSource(tuple(paths), text, schema, units, pieces, "\n".join(stamps), stamps)


def _footer(path: str) -> _Footer:
    with _opened(path) as file:
        check_names([str(name) for name in file.schema_arrow.names], path)
        meta = file.metadata
        groups = [meta.row_group(place) for place in range(meta.num_row_groups)]
        return _Footer(
            _types_of(file.schema_arrow),
            units_from_arrow(file.schema_arrow),
            tuple((group.num_rows, _bytes_of(group)) for group in groups),
            stamp_of(path),
        )


def _types_of(schema: Any) -> dict[str, pl.DataType]:
    # not by `empty_table`, which would load pandas
    arrow = arrow_module()
    none = [arrow.nulls(0, field.type) for field in schema]
    return dict(frame_from_arrow(arrow.RecordBatch.from_arrays(none, schema=schema)).schema)


def _bytes_of(group: Any) -> int:
    return sum(group.column(place).total_compressed_size for place in range(group.num_columns))


@lru_cache(maxsize=8)
def _about(path: str, stamp: str, opening: str) -> Any:
    """What the footer says; of a file of many row groups it takes longer to read than many rows.

    stamp:    of the file that it is of; InputError if it is another by now
    opening:  for which it is kept, see `ParquetSource`
    """
    about = arrow_module("pyarrow.parquet").read_metadata(path)
    refuse_changed(path, stamp)
    return about


@contextmanager
def _opened(
    path: str, columns: int = 1, texts: Sequence[str] = (), known: tuple[str, str] = ("", "")
) -> Generator[Any]:
    """The open file, of which so many columns are read; InputError for one that is damaged.

    texts:  columns that come as the places of their levels, which is how they mostly lie there
    known:  what it was when it was first looked at, and the source's own name for that
    """
    stamp, opening = known
    parquet = arrow_module("pyarrow.parquet")
    try:
        # pre_buffer would hold the whole row group's bytes besides what is decoded
        how: dict[str, Any] = {"pre_buffer": False, "read_dictionary": list(texts)}
        if not is_remote(path):
            # the system reads ahead; what lies here besides would only be held twice
            about = _about(path, stamp, opening) if stamp else None
            with parquet.ParquetFile(
                path, buffer_size=_SMALL_BUFFER, metadata=about, **how
            ) as file:
                if stamp:
                    refuse_changed(path, stamp)
                yield file
            return
        buffer = max(_LEAST_BUFFER, min(_MOST_BUFFER, (1 << 25) // max(1, columns)))
        with (
            bytes_of(path) as opened,
            parquet.ParquetFile(opened, buffer_size=buffer, **how) as file,
        ):
            if stamp:
                refuse_changed(path, stamp, opened)
            yield file
    except (OSError, IndexError, arrow_module().ArrowException) as error:
        reason = str(error).strip().partition("\n")[0]
        raise InputError(
            f"{path} is damaged or cut off, or changed while it was read ({reason})"
        ) from error
