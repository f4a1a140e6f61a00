"""Which row of the whole table it is that cannot be used, where rows are read piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import numpy as np

from steepest.data.sources.rows import FrameRows, Rows
from steepest.data.sources.source import Piece, Source
from steepest.errors import InputError
from steepest.passes.drawing import Keys
from steepest.passes.layout import Layout, Numbers
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["read_numbers", "refuse_row", "row_named"]

_FIRST = "data row 1"


def read_numbers(
    rows: Rows, keys: Keys, layout: Layout, room: Array | None = None
) -> tuple[Rows, Keys, Numbers]:
    """The usable ones of some rows, their keys, and both as numbers; room: see `Layout.room`.

    Raises InputError for a value that fits none, and for a missing one where those are refused;
    the row that it names is of the usable rows of these: see `refuse_row`.
    """
    usable, own = layout.usable(rows, keys)
    if layout.missing == "refuse":
        for column in layout.contract.features:
            if usable.missing(column.name):
                row = int(np.argmin(usable.there([column.name]))) + 1
                raise InputError(
                    f'column "{column.name}" has no value in data row {row}; fill it in, or let '
                    "missing values be imputed or their rows be dropped"
                )
    return usable, own, layout.numbers(usable, own, room)


def refuse_row(
    error: InputError,
    rows: Rows,
    keys: Keys,
    layout: Layout,
    where: tuple[Source, Piece, int],
) -> NoReturn:
    """Raise the error again, with the row of the whole table.

    where:  the source, the piece, and how many of its rows came before these
    """
    source, piece, before = where
    frame = rows.frame
    first, last, said = 0, frame.height, str(error)
    while last - first > 1:
        middle = (first + last) // 2
        said_there = _refusal(frame[first:middle], keys[first:middle], layout)
        first, last = (first, middle) if said_there else (middle, last)
    alone = _refusal(frame[first:last], keys[first:last], layout)
    if alone and _FIRST in alone:
        said = alone.replace(_FIRST, row_named(source, piece.place, before + first))
    raise InputError(f"{source.text}: {said}") from error


def row_named(source: Source, place: int, row: int) -> str:
    """The row of a piece, counted from 0, as the table's: "data row 131,080".

    Where nobody knows how many rows are before the piece: "row 9 of its piece 3".
    """
    before = [piece.rows for piece in source.pieces[:place]]
    if None in before:
        return f"row {row + 1:,} of its piece {place + 1:,}"
    return f"data row {sum(rows or 0 for rows in before) + row + 1:,}"


def _refusal(frame: pl.DataFrame, keys: Keys, layout: Layout) -> str:
    """What is wrong with these rows; "" where nothing is."""
    try:
        read_numbers(FrameRows(frame), keys, layout)
    except InputError as error:
        return str(error)
    return ""
