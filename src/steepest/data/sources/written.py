"""Rows that come once, copied to a temporary Parquet file from which they are read again.

The copy lies in a folder of its own in STEEPEST_SCRATCH, or where the system keeps temporary
files, and is removed with its source, at the latest when the program ends; what a killed program
has left, the next copy removes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.data.arrow import arrow_from_frame, arrow_module, frame_from_arrow
from steepest.data.frames import kind_in_words
from steepest.data.names import NoTableError, check_names
from steepest.data.sources.parquet import ParquetSource, parquet_source
from steepest.errors import InputError
from steepest.scratch_folder import folder_for, remove_folder

if TYPE_CHECKING:
    import polars as pl

__all__ = ["COPIED", "arrow_frames", "copied", "is_lazy", "written"]

PREFIX = "steepest-copy-"
COPIED = "rows "  # and a digest of them: the last line of the identity of a copy
PIECE_ROWS = 65_536
_AT_ONCE = 16_384


def written(frames: Iterable[pl.DataFrame], text: str, stamp: str = "") -> ParquetSource:
    """The source of a copy of the frames, which may become wider in type as they go on.

    text:   what they are, for people
    stamp:  lines of what else than the rows themselves they are known again by

    Raises NoTableError for no rows, and InputError where they find no room.
    """
    return _copy(lambda folder: _write(_in_pieces(frames), folder), text, stamp)


def is_lazy(data: object) -> bool:
    """Whether it is a frame that is not there yet: of polars, or a relation of DuckDB."""
    kinds = [(kind.__module__.partition(".")[0], kind.__name__) for kind in type(data).__mro__]
    return ("polars", "LazyFrame") in kinds or any(
        package.lstrip("_") == "duckdb" and name == "DuckDBPyRelation" for package, name in kinds
    )


def copied(data: Any) -> ParquetSource:
    """The rows of a frame that is not there yet, computed once; InputError where that fails."""
    import polars as pl

    what = kind_in_words(data)
    text = f"{what}, copied once to a temporary file"
    if not isinstance(data, pl.LazyFrame):
        return written(arrow_frames(data, what), text)
    return _copy(lambda folder: _sink(data, folder, what), text)


def arrow_frames(relation: Any, what: str) -> Iterator[pl.DataFrame]:
    """The rows of a relation of DuckDB in frames; InputError where it fails on the way."""
    import polars as pl
    import polars.selectors as cs

    try:
        check_names([str(name).lower() for name in relation.columns], what)
        # the name of before DuckDB 1.4
        stream = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
        for batch in stream(_AT_ONCE):
            yield frame_from_arrow(batch).with_columns(cs.decimal().cast(pl.Float64))
    except InputError:
        raise
    except Exception as error:  # of DuckDB, which need not be installed, and of Arrow
        raise failed(what, error) from error


def failed(what: str, error: Exception) -> InputError:
    """What is said of a query that fails."""
    reason = str(error).strip().partition("\n")[0]
    if type(error).__name__ == "OutOfMemoryException":
        return InputError(
            f"{what} needs more memory than DuckDB was given ({reason}); give more by --memory, of "
            "which a third is for DuckDB, or leave the query out where it only selects from files"
        )
    if reason in ("not authorized", "authorization denied"):  # by `_may_read` of queries to SQLite
        return InputError(f"{what} would do more than to read; begin it with select")
    return InputError(f"{what} failed: {reason}")


def _copy(write: Callable[[Path], list[str]], text: str, stamp: str = "") -> ParquetSource:
    """The source of the files that are written to a folder, which goes with it."""
    folder = _new_folder()
    try:
        paths = write(folder)
        if not paths:
            raise NoTableError(f"{text}: no rows came; one is needed at least", "empty")
        source = parquet_source(paths, text)
    except OSError as error:
        remove_folder(folder)
        raise InputError(
            f"{text}: its rows could not be copied to {folder} ({error.strerror or error}); name a "
            "folder with more room by STEEPEST_SCRATCH"
        ) from error
    except BaseException:
        remove_folder(folder)
        raise
    source = replace(source, identity=f"{stamp}{COPIED}{_digest(paths)}")
    weakref.finalize(source, remove_folder, folder)
    return source


def _sink(data: pl.LazyFrame, folder: Path, what: str) -> list[str]:
    path = folder / "rows.parquet"
    try:
        check_names(data.collect_schema().names(), what)
        data.sink_parquet(path, compression="lz4", row_group_size=PIECE_ROWS, maintain_order=True)
    except InputError:
        raise
    except Exception as error:  # whatever reading and computing it may raise
        raise failed(what, error) from error
    return [str(path)]


def _in_pieces(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in frames of 65,536, but for the last before types change."""
    import polars as pl

    held: pl.DataFrame | None = None
    for frame in frames:
        if held is not None and held.schema != frame.schema:
            yield held
            held = None
        held = frame if held is None else pl.concat([held, frame])
        while held.height >= PIECE_ROWS:
            yield held.head(PIECE_ROWS)
            held = held.slice(PIECE_ROWS)
    if held is not None:
        yield held


def _write(frames: Iterable[pl.DataFrame], folder: Path) -> list[str]:
    """A row group a frame, and a file for each schema; the files that have rows."""
    paths: list[str] = []
    full = (frame for frame in frames if frame.height)
    for schema, alike in groupby(full, key=lambda frame: frame.schema):
        paths.append(str(folder / f"rows-{len(paths)}.parquet"))
        words = [name for name, kind in schema.items() if not kind.is_numeric()]
        _write_alike(map(arrow_from_frame, alike), paths[-1], words)
    return paths


def _write_alike(tables: Iterator[Any], path: str, words: list[str]) -> None:
    parquet = arrow_module("pyarrow.parquet")
    first = next(tables)
    settings = {"compression": "lz4", "use_dictionary": words}
    with parquet.ParquetWriter(path, first.schema, **settings) as writer:
        for table in chain([first], tables):
            writer.write_table(table.cast(first.schema), row_group_size=PIECE_ROWS)


def _new_folder() -> Path:
    place = os.environ.get("STEEPEST_SCRATCH") or tempfile.gettempdir()
    try:
        return folder_for(PREFIX, Path(place))
    except OSError as error:
        raise InputError(
            f"no temporary files can be written to {place} ({error.strerror}); name a folder by "
            "STEEPEST_SCRATCH"
        ) from error


def _digest(paths: Iterable[str]) -> str:
    whole = hashlib.blake2b(digest_size=16)
    for path in paths:
        with open(path, "rb") as file:
            whole.update(hashlib.file_digest(file, hashlib.blake2b).digest())
    return whole.hexdigest()
