"""Has the system read what is decoded soon, so that the disk works while the processor does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

__all__ = ["chunks_of", "read_ahead"]

_NEAR = 1 << 20  # bytes between two stretches that are read rather than gone over


def chunks_of(metadata: Any, group: int, columns: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the bytes of those columns of a Parquet file's row group begin and end, together
    where they are near each other."""
    wanted = set(columns)
    about = metadata.row_group(group)
    begin = end = -1
    for place in range(about.num_columns):
        chunk = about.column(place)
        if chunk.path_in_schema.partition(".")[0] not in wanted:
            continue
        offsets = (chunk.dictionary_page_offset, chunk.data_page_offset)
        first = min(offset for offset in offsets if offset)
        if end < 0 or not 0 <= first - end <= _NEAR:
            if end >= 0:
                yield begin, end
            begin = first
        end = first + chunk.total_compressed_size
    if end >= 0:
        yield begin, end


def read_ahead(path: str, stretches: Iterable[tuple[int, int]]) -> None:
    """Ask for these stretches of a local file; does not wait for them, and may do nothing."""
    advise = getattr(os, "posix_fadvise", None)
    if advise is None:
        return
    with suppress(OSError):
        file = os.open(path, os.O_RDONLY)
        try:
            for begin, end in stretches:
                advise(file, begin, end - begin, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(file)
