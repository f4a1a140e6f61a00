"""A table from a text file of separated values (CSV), strictly.

The rows are split by Arrow with every value as text, because Arrow refuses a row that has
too few or too many values where other readers fill or cut it. What each column holds is
then decided from all of its values, never from the first few.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.data.arrow import arrow_module, frame_from_arrow
from steepest.data.delimited_text import BLOCK, DelimitedText
from steepest.data.names import NoTableError, check_names
from steepest.data.typed import with_types
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["cut_word", "read_delimited"]


def read_delimited(path: Path) -> pl.DataFrame:
    """The table in a text file whose first line holds the names of the columns.

    The separator is the one of comma, semicolon, tab and bar that the first line has most
    of. Raises InputError for text that is not UTF-8, a row with another number of values
    than there are names, and a quote that is never closed, each with its data row.
    """
    text = DelimitedText(str(path), partial(path.open, "rb"))
    names, delimiter = text.header()
    check_names(names, str(path))
    table = _split(path, text, delimiter, len(names))
    if table.num_rows <= 1:
        raise NoTableError(f"{path} has a line of column names but no rows below it", "empty")
    frame = frame_from_arrow(table.slice(1))
    typed = with_types(frame.rename(dict(zip(frame.columns, names, strict=True))))
    _refuse_cut_word(text, typed)
    return typed


def cut_word(called: str, word: str, column: str) -> InputError:
    """What is said of a file that ends inside a word."""
    return InputError(
        f'{called}: the file ends in "{word}", the beginning of another value of "{column}", '
        "without a line end: it looks cut off; copy it again, or end its last line"
    )


def _split(path: Path, text: DelimitedText, delimiter: str, width: int) -> Any:
    """The Arrow table of all values as text, the names as its first row."""
    arrow = arrow_module()
    reader = arrow_module("pyarrow.csv")
    columns = [str(position) for position in range(width)]
    try:
        table = reader.read_csv(
            str(path),
            read_options=reader.ReadOptions(column_names=columns, block_size=BLOCK),
            parse_options=reader.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=reader.ConvertOptions(
                column_types=dict.fromkeys(columns, arrow.string()), strings_can_be_null=False
            ),
        )
    except arrow.ArrowException as error:
        raise text.reason(delimiter, width, error) from error
    if text.odd_quotes() and (fault := text.fault(delimiter, width)):
        raise InputError(fault)  # Arrow takes a quote that is never closed as it is
    return table


def _refuse_cut_word(text: DelimitedText, frame: pl.DataFrame) -> None:
    """Refuse a file that ends inside a word: without a line end, in the beginning of a level."""
    import polars as pl

    last = frame.to_series(-1)
    word = last[-1]
    if last.dtype != pl.String or word is None or text.ends_with_newline():
        return
    others = last.head(-1)
    if not (others == word).any() and others.str.starts_with(word).any():
        raise cut_word(text.called, word, last.name)
