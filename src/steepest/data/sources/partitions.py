"""Folders that are called key=value: what their names say is a column of the files in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from steepest.data.sources.part_rows import PartRows
from steepest.data.sources.places import Named
from steepest.data.sources.rows import Batched, Rows, rows_of
from steepest.data.sources.source import Piece, Source
from steepest.data.typed import with_types
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PartitionedSource", "with_partitions"]

_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True, eq=False)
class PartitionedSource:
    """Files with more columns, each of one value in a file.

    files:   a source whose pieces say first (`where[0]`) which file they are of
    added:   one row a file
    """

    files: Source
    added: pl.DataFrame

    @property
    def text(self) -> str:
        """What was asked for."""
        return self.files.text

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The columns of the files, and then those of the folders."""
        return {**self.files.schema, **self.added.schema}

    @property
    def units(self) -> Mapping[str, str]:
        """Of the files."""
        return self.files.units

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Of the files."""
        return self.files.pieces

    @property
    def identity(self) -> str:
        """Of the files, the names of whose folders are in it."""
        return self.files.identity

    def read(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
        """The columns of the file, and beside them the values of its folders."""
        return (some.frame for some in self.batches(piece, columns, rows))

    def batches(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[Rows]:
        """The rows of the files, which know of the folders' values too."""
        for some in rows_of(self.files, piece, self._own(columns), rows):
            yield PartRows(some, self.added.slice(piece.where[0], 1), tuple(columns))

    def ask_ahead(self, piece: Piece, columns: Sequence[str]) -> None:
        """Of the files."""
        if isinstance(self.files, Batched):
            self.files.ask_ahead(piece, self._own(columns))

    def _own(self, columns: Sequence[str]) -> list[str]:
        """Those that the files hold; one at least, whose rows can be counted."""
        own = [name for name in columns if name not in self.added.columns]
        return own or list(self.files.schema)[:1]


def with_partitions(source: Source, named: Named) -> Source:
    """The source with a column for every key in the names of folders; itself where there is none.

    A column of that name in the files counts more than the folders. Raises InputError where some
    files lie in such a folder and others do not.
    """
    import polars as pl

    keys = [_pairs(path[len(named.root) :]) if named.root else {} for path in named.paths]
    for found, path in zip(keys, named.paths, strict=True):
        if list(found) != list(keys[0]):
            raise InputError(
                f"{path} lies in folders of {' and '.join(found) or 'no key=value'}, and "
                f"{named.paths[0]} in folders of {' and '.join(keys[0]) or 'no key=value'}; lay "
                "all files in the same order of folders, or name those that are"
            )
    names = [name for name in keys[0] if name not in source.schema]
    if not names:
        return source
    rows = {name: pl.Series([found[name] for found in keys], dtype=pl.String) for name in names}
    return PartitionedSource(source, with_types(pl.DataFrame(rows)))


def _pairs(path: str) -> dict[str, str]:
    """The keys and values in the names of folders, in their order.

    >>> _pairs("year=2024/month=01/part=0.parquet")
    {'year': '2024', 'month': '01'}
    """
    folders = path.replace("\\", "/").split("/")[:-1]
    pairs = [folder.partition("=") for folder in folders if "=" in folder.strip("=")]
    return {unquote(key): "" if value == _NULL else unquote(value) for key, _, value in pairs}
