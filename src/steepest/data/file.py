"""A table from a file: which kind it is, by its content, and why it cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from steepest.data.arrow import arrow_module, frame_from_arrow, units_from_arrow
from steepest.data.delimited import read_delimited
from steepest.data.names import check_names, did_you_mean
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["kind_of_file", "not_found", "read_file"]

# What a file begins with -> what it is, for those that are refused.
_FOREIGN = {
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"BZh": "compressed with bzip2; unpack it first",
    b"\xfd7zXZ": "compressed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
    b"PK\x03\x04": "a zip archive or an Excel workbook; unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV",
    b"%PDF": "a PDF; export the table as CSV",
    b"\xff\xfe": "text in UTF-16; save it as UTF-8",
    b"\xfe\xff": "text in UTF-16; save it as UTF-8",
}


def read_file(path: Path) -> tuple[pl.DataFrame, dict[str, str]]:
    """The table in a CSV or Parquet file, and the units that it states.

    InputError says why where there is none.
    """
    if "\0" in str(path):
        raise InputError(f"{str(path)!r} could not be read: a path holds no zero byte")
    try:
        with path.open("rb") as file:
            head = file.read(65_536)
        return _by_content(path, head)
    except FileNotFoundError as error:
        raise InputError(not_found(path)) from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder; name a CSV or Parquet file in it") from error
    except PermissionError as error:
        if path.is_dir():  # Windows
            raise InputError(f"{path} is a folder; name a CSV or Parquet file in it") from error
        raise InputError(f"{path} may not be read; change its permissions") from error
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror or error}") from error


def _by_content(path: Path, head: bytes) -> tuple[pl.DataFrame, dict[str, str]]:
    if kind_of_file(str(path), head) == "Parquet":
        return _read_parquet(path)
    return read_delimited(path), {}


def kind_of_file(path: str, head: bytes) -> Literal["Parquet", "CSV"]:
    """What a file that begins so is; InputError for one that holds no table, or another kind."""
    if head.startswith(b"PAR1"):
        return "Parquet"
    if not head.strip():
        raise InputError(f"{path} is empty; a line of column names and rows of values are needed")
    if head[8:12] == b"DUCK":
        raise _query_needed(path, "DuckDB")
    if head.startswith(b"SQLite format 3"):
        raise _query_needed(path, "SQLite")
    for start, what in _FOREIGN.items():
        if head.startswith(start):
            raise InputError(f"{path} is {what}")
    if path.lower().endswith((".parquet", ".pq")):
        raise InputError(
            f"{path} is not a Parquet file, in spite of its name: it does not begin with PAR1; "
            "write it again"
        )
    if b"\0" in head:
        raise InputError(f"{path} is a binary file; a CSV file of text in UTF-8 is needed")
    return "CSV"


def _query_needed(path: str, kind: str) -> InputError:
    from steepest.data.sources.tables import query_needed

    return query_needed(path, kind)


def _read_parquet(path: Path) -> tuple[pl.DataFrame, dict[str, str]]:
    parquet = arrow_module("pyarrow.parquet")
    try:
        # pre_buffer would hold the whole file's bytes besides the table
        with parquet.ParquetFile(str(path), pre_buffer=False) as file:
            check_names([str(name) for name in file.schema_arrow.names], str(path))
            return frame_from_arrow(file.read()), units_from_arrow(file.schema_arrow)
    except (OSError, arrow_module().ArrowException) as error:
        reason = str(error).strip().partition("\n")[0]
        raise InputError(
            f"{path} begins as a Parquet file but is damaged or cut off; write or copy it again "
            f"({reason})"
        ) from error


def not_found(path: Path) -> str:
    """What is said of a file that is not there, with the nearest name."""
    folder = path.parent
    if not folder.is_dir():
        return f"there is no file {path}: its folder {folder} does not exist"
    from steepest.data import datasets

    try:
        beside = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        beside = []
    hint = did_you_mean(path.name, [*beside, *datasets.names()])
    if hint.startswith("did"):
        return f"there is no file {path}; {hint}"
    built_in = ", ".join(datasets.names())
    return f"there is no file {path}, nor a built-in data set of that name ({built_in})"
