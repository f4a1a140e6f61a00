"""Any data as a source: files of all kinds, queries, frames."""

from __future__ import annotations

from steepest.data import datasets
from steepest.data.sources.framed import FrameSource
from steepest.data.sources.parquet import parquet_source
from steepest.data.sources.partitions import with_partitions
from steepest.data.sources.places import kind_of, named_files, names_files
from steepest.data.sources.queries import answered, is_asked
from steepest.data.sources.separated import separated_source
from steepest.data.sources.source import Source
from steepest.data.sources.written import copied, is_lazy
from steepest.data.table import read_table

__all__ = ["is_built_in", "source_of"]


def source_of(data: object, query: str = "", *, memory: int = 0) -> Source:
    """What reads the data piece by piece.

    data:    a path of a Parquet or CSV file, a folder of them, a pattern ("data/**/*.parquet"),
             a list of paths, the URL of any (s3://, gs://, az://, memory://, ...), the name of a
             built-in data set, a database with a query, or a table as `read_table` takes
    query:   of SQL, to a DuckDB or SQLite file, to a connection of DB-API 2 or what makes one, to
             files (as the table "data"), or where data is ":memory:" to whatever it names
    memory:  bytes that a database may use, 0 for as many as it likes

    Raises InputError, in one sentence, for whatever cannot be read.

    >>> source_of("houses").pieces[0].rows
    50
    """
    if query or is_asked(data):
        return answered(data, query, memory)
    if names_files(data) and not is_built_in(data):
        named = named_files(data)
        reader = parquet_source if kind_of(named) == "Parquet" else separated_source
        return with_partitions(reader(named.paths, named.text), named)
    return copied(data) if is_lazy(data) else FrameSource(read_table(data))


def is_built_in(data: object) -> bool:
    """Whether it is the name of a built-in data set, and not of a file beside."""
    from pathlib import Path

    return isinstance(data, (str, Path)) and (
        str(data) in datasets.names() and not Path(data).exists()
    )
