"""A look at some rows from all over a source, to decide what enters the model and how."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.columns import kind_of, numbers
from steepest.data.contract import Column, Contract
from steepest.data.representation import Representation
from steepest.data.sources.source import Piece, Source
from steepest.data.table import Table, target_values
from steepest.errors import InputError
from steepest.passes.drawing import below, row_keys
from steepest.passes.wrong_rows import row_named
from steepest.scaling.beginnings import FEWEST, beginning, own, rows_at_once, size_of
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ROWS", "FirstLook", "look", "look_further", "middle", "seen_in"]

PLACES = 16
ROWS = 65_536
ROOM = 24_000_000  # bytes, whatever memory there is: fills and the shift come from these rows
FURTHER = 4_096
AT_ONCE = 1 << 19  # values of the model's columns, while their means are taken
_NUMBERED = re.compile(r"data row ([\d,]+)")


@dataclass(frozen=True, slots=True, eq=False)
class FirstLook:
    """Some rows of a source.

    table:   the rows
    places:  the piece, its first row here and how many of its rows are here, in turn
    whole:   whether these are all rows there are
    """

    source: Source
    table: Table
    places: tuple[tuple[int, int, int], ...]
    whole: bool

    def training(self, holdout: float, seed: int) -> pl.DataFrame:
        """The rows that will train: those held out are to tell nothing."""
        if not holdout:
            return self.table.frame
        parts = [row_keys(seed, piece, first, rows) for piece, first, rows in self.places]
        return self.table.frame.filter(~below(np.concatenate(parts), holdout))

    @contextmanager
    def rows_named(self) -> Generator[None]:
        """Errors in here name rows of the look; they go on with the row of the whole table."""
        try:
            yield
        except InputError as error:
            said = _NUMBERED.sub(lambda found: self._named(found), str(error))
            raise InputError(said) from error

    def _named(self, found: re.Match[str]) -> str:
        row = int(found[1].replace(",", "")) - 1
        for piece, first, rows in self.places:
            if row < rows:
                return row_named(self.source, piece, first + row)
            row -= rows
        return found[0]


def look(source: Source, columns: Sequence[str] | None = None, rows: int = ROWS) -> FirstLook:
    """The first rows of up to sixteen pieces from the first to the last, `rows` in all.

    columns: that are read, in the table's order; None: all

    Fewer rows of a table of many columns, or of long texts. The same every time.
    """
    import polars as pl

    columns = tuple(source.schema) if columns is None else columns
    pieces = source.pieces
    rows = max(PLACES, min(rows, ROOM // 8 // max(1, len(columns))))
    most = min(PLACES, len(pieces))
    chosen = sorted({round(i * (len(pieces) - 1) / max(1, most - 1)) for i in range(most)})
    each, room = -(-rows // len(chosen)), ROOM // len(chosen)
    at_once = rows_at_once(source, columns)
    frames: list[pl.DataFrame] = []
    whole = len(chosen) == len(pieces)
    for i in chosen:
        frame, more = beginning(source, pieces[i], columns, each, room, at_once)
        frames.append(frame)
        whole &= not more
    places = tuple((i, 0, frame.height) for i, frame in zip(chosen, frames, strict=True))
    frame = pl.concat(frames, rechunk=True)
    return FirstLook(source, Table(frame, source.text, source.units), places, whole)


def look_further(seen: FirstLook, target: str, loss: str) -> FirstLook:
    """With some more rows, where the look has not yet seen two values of a target of classes.

    Reads the target alone, from the first row on, until it meets another value.
    """
    column = seen.table.frame[target]
    if seen.whole or not _may_be_classes(column, loss) or column.drop_nulls().n_unique() > 1:
        return seen
    known = column.drop_nulls().unique().to_list()
    for piece in seen.source.pieces:
        found = _place_of_another(seen.source, piece, target, known)
        if found is not None:
            return _with_rows(seen, piece, found)
    return seen


def seen_in(seen: FirstLook, contract: Contract) -> Contract:
    """The contract with each column marked as counted in the rows of the look, if not in all.

    And with the columns that were not read, as it stands in the schema.
    """
    rows = 0 if seen.whole else seen.table.frame.height
    known = {column.name: replace(column, looked_at=rows) for column in contract.columns}
    columns = (known.get(name) or _unread(name, kind) for name, kind in seen.source.schema.items())
    return replace(contract, columns=tuple(columns))


def _unread(name: str, kind: pl.DataType) -> Column:
    why = "not among the features asked for, and not read"
    return Column(name, str(kind), kind_of(kind), "left_out", why, 0, 0)


def middle(raw: Representation, rows: pl.DataFrame, contract: Contract) -> Array:
    """(d + 1,) the means of raw features and target: near enough to shift by."""
    width = len(raw.names)
    total = np.zeros(width)
    step = max(FEWEST, AT_ONCE // max(1, width))
    for first in range(0, rows.height, step):
        total += raw.raw(rows.slice(first, step)).sum(axis=0)
    return np.append(total / rows.height, target_values(rows, contract).mean())


def _may_be_classes(column: pl.Series, loss: str) -> bool:
    if loss not in ("auto", "logistic", "softmax"):
        return not column.len() - column.null_count()
    if loss == "auto" and kind_of(column.dtype) == "number":
        return bool(numbers(column).drop_nulls().is_in([0.0, 1.0]).all())
    return kind_of(column.dtype) != "other"


def _place_of_another(source: Source, piece: Piece, target: str, known: list[object]) -> int | None:
    """Where in the piece the first other value is."""
    before = 0
    for frame in source.read(piece, [target], FURTHER):
        column = frame[target]
        other = column.is_not_null()
        for value in known:
            other &= (column != value).fill_null(False)
        if other.any():
            return before + int(other.arg_max() or 0)
        before += frame.height
    return None


def _with_rows(seen: FirstLook, piece: Piece, first: int) -> FirstLook:
    """With some rows of a piece from that one on."""
    import polars as pl

    columns = seen.table.frame.columns
    before = size = 0
    parts: list[pl.DataFrame] = []
    for frame in seen.source.read(piece, columns, rows_at_once(seen.source, columns)):
        part = (
            frame.slice(max(0, first - before), FURTHER) if before + frame.height > first else None
        )
        before += frame.height
        if part is not None:
            parts.append(own(part))
            size += size_of(part)
        if before >= first + FURTHER or size >= ROOM // PLACES:
            break
    more = pl.concat(parts)
    table = replace(seen.table, frame=pl.concat([seen.table.frame, more], rechunk=True))
    places = (*seen.places, (piece.place, first, more.height))
    return FirstLook(seen.source, table, places, seen.whole)
