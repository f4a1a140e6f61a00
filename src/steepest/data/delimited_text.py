"""Separated values as text: the names in its first line, and what is wrong with which row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

from steepest.errors import InputError

__all__ = ["BLOCK", "DelimitedText"]

_DELIMITERS = (",", ";", "\t", "|")
BLOCK = 1 << 23


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A file of separated values, or a stretch of whole rows of one.

    called:  the file, for people
    open:    opens it to be read as bytes, as often as needed
    row:     the number of the data row before its first; -1 where it begins with the names
    line:    how many lines come before it
    """

    called: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    row: int = -1
    line: int = 0

    def header(self) -> tuple[list[str], str]:
        """The names in the first line that is not blank, and the separator between them."""
        try:
            with self.open() as file, _decoded(file) as lines:
                delimiter = _separator(next((line for line in lines if line.strip()), ""))
            with self.open() as file, _decoded(file) as lines:
                names = next(_records(lines, delimiter), None)
        except (UnicodeDecodeError, csv.Error) as error:
            raise self.reason(",", 0, error) from error
        if names is None:
            raise InputError(f"{self.called} is empty; a line of column names and rows are needed")
        names = [name.strip() for name in names]
        if len(names) > 1 and not names[0]:
            names[0] = "Unnamed: 0"  # how pandas calls its own unnamed index when it reads it
        return names, delimiter

    def reason(self, delimiter: str, width: int, error: Exception) -> InputError:
        """Why it could not be split, found by reading it once more, slowly."""
        first = str(error).strip().partition("\n")[0]
        return InputError(
            self.not_utf8()
            or self.fault(delimiter, width)
            or f"{self.called} could not be read as separated values: {first}"
        )

    def odd_quotes(self) -> bool:
        """Whether the number of quotes is odd, so that one may not be closed."""
        with self.open() as file:
            return sum(block.count(b'"') for block in iter(lambda: file.read(BLOCK), b"")) % 2 == 1

    def ends_with_newline(self) -> bool:
        """Whether its last line has an end."""
        with self.open() as file:
            file.seek(-1, 2)
            return file.read(1) in (b"\n", b"\r")

    def not_utf8(self) -> str:
        """What is said of the first line that is not UTF-8, "" where all are."""
        with self.open() as file:
            for number, line in enumerate(file, start=self.line + 1):
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    byte = line[error.start]
                    return (
                        f"{self.called} is not text in UTF-8: line {number:,} has the byte "
                        f"0x{byte:02x}; save it as UTF-8"
                    )
        return ""

    def fault(self, delimiter: str, width: int) -> str:
        """What is wrong with the first row that is wrong, "" where none is."""
        row = self.row
        try:
            with self.open() as file, _decoded(file) as lines:
                rows = _records(lines, delimiter)
                for row, values in enumerate(rows, start=self.row + 1):
                    if len(values) != width:
                        cut_off = next(rows, None) is None and not self.ends_with_newline()
                        return self._ragged(row, len(values), width, cut_off)
        except csv.Error as error:
            where = f"data row {row + 1:,}" if row >= 0 else "the line of column names"
            return (
                f"{self.called}: a quoted value that begins in {where} is not closed as it should "
                f"be ({error}); close the quote, or double it inside a value"
            )
        return ""

    def _ragged(self, row: int, count: int, width: int, cut_off: bool) -> str:
        values = "1 value" if count == 1 else f"{count:,} values"
        told = f"{self.called}: data row {row:,} has {values} where the line of names has {width:,}"
        if cut_off and count < width:
            return f"{told}, and the file ends there: it looks cut off; copy it again"
        return f"{told}; complete the row, or quote a value that holds the separator"


def _decoded(file: BinaryIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, encoding="utf-8-sig", newline="")


def _separator(line: str) -> str:
    outside_quotes = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside_quotes.count)


def _records(file: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The rows of values, blank lines left out; csv.Error for a quote in the wrong place."""
    return (row for row in csv.reader(file, delimiter=delimiter, strict=True) if row)
