"""Text of separated values cut into stretches of whole rows: at line ends outside of quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["STRETCH", "Stretch", "end_of_first_row", "end_of_last_row", "stretches"]

STRETCH = 1 << 22
LONGEST_ROW = 1 << 26
_QUOTE = ord('"')
_BLANK = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows one after the other.

    start:  the place of its first byte in the file
    whole:  whether it is known to end where a row does; not of the last, nor of a row of 64 MiB
    """

    start: int
    data: bytes
    whole: bool


def stretches(file: BinaryIO, delimiter: str, size: int = STRETCH) -> Iterator[Stretch]:
    """All rows but the first, which holds the names, in stretches of about `size` bytes.

    Where they are cut depends on the file alone.
    """
    data, start = _first_row(file, delimiter, size)
    data, wanted = data[start:], size
    while True:
        data = _more(file, data, wanted)
        last = len(data) < wanted
        end = 0 if last else end_of_last_row(data, delimiter)
        if not (end or last) and wanted < LONGEST_ROW:
            wanted *= 2
            continue
        whole = end > 0
        end = end or len(data)
        if end:
            yield Stretch(start, data[:end], whole)
        if last:
            return
        start, data, wanted = start + end, data[end:], size


def end_of_first_row(data: bytes, delimiter: str) -> int:
    """Where the first row that is not blank is over, its line end included."""
    blank = _BLANK.match(data)
    begin = 0 if blank is None else blank.end()
    head = data[begin:]
    starts, ends = _quoted(head, delimiter)
    for found in re.finditer(rb"\r\n|\n|\r", head):
        place = int(np.searchsorted(starts, found.start())) - 1
        if place < 0 or ends[place] <= found.start():
            return begin + found.end()
    return len(data)


def end_of_last_row(data: bytes, delimiter: str) -> int:
    """Where the last row that has a line end is over; 0 where none is.

    >>> end_of_last_row(b'1,a\\n2,"b\\nc', ",")
    4
    """
    starts, ends = _quoted(data, delimiter)
    end = len(data)
    while True:
        line_end = max(data.rfind(b"\n", 0, end), data.rfind(b"\r", 0, end))
        place = int(np.searchsorted(starts, line_end)) - 1
        if line_end < 0 or place < 0 or ends[place] <= line_end:
            return line_end + 1
        end = int(starts[place])


def _first_row(file: BinaryIO, delimiter: str, size: int) -> tuple[bytes, int]:
    """The beginning of the file, and where its first row is over in it."""
    data = _more(file, b"", size)
    while (end := end_of_first_row(data, delimiter)) == len(data) < LONGEST_ROW:
        longer = _more(file, data, 2 * len(data))
        if longer == data:
            break
        data = longer
    return data, end


def _more(file: BinaryIO, data: bytes, size: int) -> bytes:
    """The data with as much more as there is, up to the size."""
    while len(data) < size and (block := file.read(size - len(data))):
        data += block
    return data


def _quoted(data: bytes, delimiter: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where quoted values start, and where they are over; data that starts with a row.

    A quote inside a bare value is a letter as any other, as Arrow and the csv module have it.
    """
    letters = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(letters == _QUOTE)
    if not len(quotes):
        return quotes, quotes
    before = letters[quotes[::2] - 1]
    if quotes[0] == 0:
        before[0] = ord("\n")
    structural = np.frombuffer(f'{delimiter}\r\n"'.encode(), dtype=np.uint8)
    if np.isin(before, structural).all():  # then every other quote opens a value
        return quotes[::2], np.append(quotes[1::2] + 1, [len(data)] * (len(quotes) % 2))
    mark = re.escape(delimiter.encode())
    pattern = rb"(?:(?<=[\r\n]|" + mark + rb')|\A)"[^"]*(?:""[^"]*)*(?:"|\Z)'
    spans = [found.span() for found in re.finditer(pattern, data)]
    both = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
