"""A table from a text file of separated values (CSV), strictly.

The rows are split by Arrow with every value as text, because Arrow refuses a row that has
too few or too many values where other readers fill or cut it. What each column holds is
then decided from all of its values, never from the first few.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.data.arrow import arrow_module, frame_from_arrow
from steepest.data.names import NoTableError, check_names
from steepest.data.typed import with_types
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["read_delimited"]

_DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1 << 23


def read_delimited(path: Path) -> pl.DataFrame:
    """The table in a text file whose first line holds the names of the columns.

    The separator is the one of comma, semicolon, tab and bar that the first line has most
    of. Raises InputError for text that is not UTF-8, a row with another number of values
    than there are names, and a quote that is never closed, each with its data row.
    """
    names, delimiter = _header(path)
    check_names(names, str(path))
    table = _split(path, delimiter, len(names))
    if table.num_rows <= 1:
        raise NoTableError(f"{path} has a line of column names but no rows below it", "empty")
    frame = frame_from_arrow(table.slice(1))
    typed = with_types(frame.rename(dict(zip(frame.columns, names, strict=True))))
    _refuse_cut_word(path, typed)
    return typed


def _header(path: Path) -> tuple[list[str], str]:
    """The names in the first line that is not blank, and the separator between them."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = _separator(next((line for line in file if line.strip()), ""))
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(_records(file, delimiter), None)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _reason(path, ",", 0, error) from error
    if names is None:
        raise InputError(f"{path} is empty; a line of column names and rows are needed")
    names = [name.strip() for name in names]
    if len(names) > 1 and not names[0]:
        names[0] = "Unnamed: 0"  # how pandas calls its own unnamed index when it reads it
    return names, delimiter


def _separator(line: str) -> str:
    outside_quotes = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside_quotes.count)


def _records(file: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The rows of values, blank lines left out; csv.Error for a quote in the wrong place."""
    return (row for row in csv.reader(file, delimiter=delimiter, strict=True) if row)


def _split(path: Path, delimiter: str, width: int) -> Any:
    """The Arrow table of all values as text, the names as its first row."""
    arrow = arrow_module()
    reader = arrow_module("pyarrow.csv")
    columns = [str(position) for position in range(width)]
    try:
        table = reader.read_csv(
            str(path),
            read_options=reader.ReadOptions(column_names=columns, block_size=_BLOCK),
            parse_options=reader.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=reader.ConvertOptions(
                column_types=dict.fromkeys(columns, arrow.string()), strings_can_be_null=False
            ),
        )
    except arrow.ArrowException as error:
        raise _reason(path, delimiter, width, error) from error
    if _quotes(path) % 2 and (fault := _fault(path, delimiter, width)):
        raise InputError(fault)  # Arrow takes a quote that is never closed as it is
    return table


def _quotes(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b'"') for block in iter(lambda: file.read(_BLOCK), b""))


def _reason(path: Path, delimiter: str, width: int, error: Exception) -> InputError:
    """Why the file could not be split, found by reading it once more, slowly."""
    first = str(error).strip().partition("\n")[0]
    return InputError(
        _not_utf8(path)
        or _fault(path, delimiter, width)
        or f"{path} could not be read as separated values: {first}"
    )


def _not_utf8(path: Path) -> str:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                byte = line[error.start]
                return (
                    f"{path} is not text in UTF-8: line {number:,} has the byte 0x{byte:02x}; "
                    "save it as UTF-8"
                )
    return ""


def _fault(path: Path, delimiter: str, width: int) -> str:
    """What is wrong with the first row that is wrong, "" where none is."""
    row = -1  # the names are row 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _records(file, delimiter)
            for row, values in enumerate(rows):
                if len(values) != width:
                    cut_off = next(rows, None) is None and not _ends_with_newline(path)
                    return _ragged(path, row, len(values), width, cut_off)
    except csv.Error as error:
        where = f"data row {row + 1:,}" if row >= 0 else "the line of column names"
        return (
            f"{path}: a quoted value that begins in {where} is not closed as it should be "
            f"({error}); close the quote, or double it inside a value"
        )
    return ""


def _ragged(path: Path, row: int, count: int, width: int, cut_off: bool) -> str:
    values = "1 value" if count == 1 else f"{count:,} values"
    told = f"{path}: data row {row:,} has {values} where the line of names has {width:,}"
    if cut_off and count < width:
        return f"{told}, and the file ends there: it looks cut off; copy it again"
    return f"{told}; complete the row, or quote a value that holds the separator"


def _refuse_cut_word(path: Path, frame: pl.DataFrame) -> None:
    """Refuse a file that ends inside a word: without a line end, in the beginning of a level."""
    import polars as pl

    last = frame.to_series(-1)
    word = last[-1]
    if last.dtype != pl.String or word is None or _ends_with_newline(path):
        return
    others = last.head(-1)
    if not (others == word).any() and others.str.starts_with(word).any():
        raise InputError(
            f'{path}: the file ends in "{word}", the beginning of another value of '
            f'"{last.name}", without a line end: it looks cut off; copy it again, or end its last '
            "line"
        )


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in (b"\n", b"\r")
