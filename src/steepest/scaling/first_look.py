"""A look at some rows from all over a source, to decide what enters the model and how."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.columns import kind_of, numbers
from steepest.data.sources.source import Piece, Source
from steepest.data.table import Table
from steepest.errors import InputError
from steepest.passes.drawing import below, row_keys
from steepest.passes.wrong_rows import row_named
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ROWS", "FirstLook", "look", "look_further", "middle"]

PLACES = 16
ROWS = 65_536
ROOM = 64_000_000  # bytes, at eight a value
FURTHER = 4_096
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


def look(source: Source, rows: int = ROWS) -> FirstLook:
    """The first rows of up to sixteen pieces from the first to the last, `rows` in all.

    Fewer of a table of many columns. The same every time.
    """
    import polars as pl

    pieces = source.pieces
    rows = max(PLACES, min(rows, ROOM // 8 // max(1, len(source.schema))))
    most = min(PLACES, len(pieces))
    chosen = sorted({round(i * (len(pieces) - 1) / max(1, most - 1)) for i in range(most)})
    each = -(-rows // len(chosen))
    frames: list[pl.DataFrame] = []
    whole = len(chosen) == len(pieces)
    for i in chosen:
        frame, more = _begin(source, pieces[i], each)
        frames.append(frame)
        whole &= not more
    places = tuple((i, 0, frame.height) for i, frame in zip(chosen, frames, strict=True))
    return FirstLook(source, Table(pl.concat(frames), source.text, source.units), places, whole)


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


def middle(X: Array, y: Array) -> Array:
    """(d + 1,) the means of raw features and target: near enough to shift by."""
    return np.append(X.mean(axis=0), y.mean())


def _begin(source: Source, piece: Piece, rows: int) -> tuple[pl.DataFrame, bool]:
    """The first rows of a piece, and whether there are more of them."""
    frames = source.read(piece, list(source.schema), rows)
    first = next(frames)
    more = piece.rows > first.height if piece.rows is not None else any(f.height for f in frames)
    return first, more


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
            return before
        before += frame.height
    return None


def _with_rows(seen: FirstLook, piece: Piece, first: int) -> FirstLook:
    """With the rows of a piece from that one on."""
    import polars as pl

    before = 0
    for frame in seen.source.read(piece, list(seen.source.schema), FURTHER):
        if before == first:
            table = replace(seen.table, frame=pl.concat([seen.table.frame, frame]))
            places = (*seen.places, (piece.place, first, frame.height))
            return FirstLook(seen.source, table, places, seen.whole)
        before += frame.height
    return seen
