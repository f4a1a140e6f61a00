"""Text files of separated values as a source: stretches of whole rows, typed by all values.

A first walk over the bytes finds out what a table in memory would know of itself: the number of
rows, that each has as many values as there are names, that the text is UTF-8, and the type of
each column by all of its values. It takes one processor about a second for 100 MB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steepest.data.arrow import arrow_module, frame_from_arrow
from steepest.data.delimited import cut_word
from steepest.data.names import NoTableError
from steepest.data.sources.alike import joined_schema
from steepest.data.sources.column_kinds import typed_as
from steepest.data.sources.remote import bytes_of, changed, refuse_changed
from steepest.data.sources.scanned import Form, Scanned, scan, split
from steepest.data.sources.source import Piece

if TYPE_CHECKING:
    import polars as pl

__all__ = ["SeparatedSource", "separated_source"]


@dataclass(frozen=True, slots=True, eq=False)
class SeparatedSource:
    """Text files of the same columns, one after the other.

    paths:   of the files, at least one
    forms:   of each: its names and its separator
    stamps:  what each was when it was first looked at
    """

    paths: tuple[str, ...]
    forms: tuple[Form, ...]
    text: str
    schema: Mapping[str, pl.DataType]
    pieces: tuple[Piece, ...]
    identity: str
    stamps: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict[str, str])

    def read(self, piece: Piece, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
        """The stretch as a whole, of the columns asked for, in slices."""
        number, start, end = piece.where
        path = self.paths[number]
        try:
            with bytes_of(path) as file:
                file.seek(start)
                data = file.read(end - start)
                refuse_changed(path, self.stamps[number], file)
            frame = self._typed(data, self.forms[number], columns)
        except (OSError, *_errors()) as error:
            raise changed(path, str(error).strip().partition("\n")[0]) from error
        if len(data) != end - start or frame.height != piece.rows:
            raise changed(path, f"{frame.height:,} rows where there were {piece.rows:,}")
        for first in range(0, frame.height, rows):
            yield frame.slice(first, rows)

    def _typed(self, data: bytes, form: Form, columns: Sequence[str]) -> pl.DataFrame:
        import polars as pl
        import polars.selectors as cs

        kinds = arrow_module()
        numbers = {"Int64": kinds.int64(), "Float64": kinds.float64()}
        types = {name: numbers.get(str(self.schema[name]), kinds.string()) for name in columns}
        try:
            table = split(data, form, types)
        except kinds.ArrowInvalid:  # a number in a way that polars reads and Arrow does not
            table = split(data, form, dict.fromkeys(columns, kinds.string()))
        frame = frame_from_arrow(table)
        typed = [
            typed_as(series, self.schema[series.name]) if series.dtype == pl.String else series
            for series in frame.iter_columns()
        ]
        return pl.DataFrame(typed).with_columns(cs.float().fill_nan(pl.lit(None)))


def separated_source(paths: Sequence[str], text: str) -> SeparatedSource:
    """Walk over the files once.

    Raises InputError for what `read_delimited` refuses, and files of different columns.
    """
    import polars as pl

    found = [scan(path) for path in paths]
    joined = joined_schema([each.schema for each in found], paths)
    schema = {name: pl.Int64() if kind == pl.Null else kind for name, kind in joined.items()}
    pieces = tuple(
        Piece(place, rows, end - start, (number, start, end))
        for place, (number, start, end, rows) in enumerate(
            (number, *stretch) for number, each in enumerate(found) for stretch in each.stretches
        )
    )
    if not pieces:
        raise NoTableError(f"{text} has a line of column names but no rows below it", "empty")
    stamps = tuple(each.stamp for each in found)
    forms = tuple(each.form for each in found)
    identity = "\n".join(stamps)
    source = SeparatedSource(tuple(paths), forms, text, schema, pieces, identity, stamps)
    for number, each in enumerate(found):
        _refuse_cut_word(source, number, each)
    return source


def _refuse_cut_word(source: SeparatedSource, number: int, scanned: Scanned) -> None:
    """Refuse a file that ends inside a word: without a line end, in the beginning of a level."""
    import polars as pl

    last = scanned.form.names[-1]
    own = [piece for piece in source.pieces if piece.where[0] == number]
    if scanned.schema[last] != pl.String or not own or scanned.ended:
        return
    word = _column(source, own[-1], last)[-1]
    begins = False
    for piece in own:
        others = _column(source, piece, last)
        others = others.head(-1) if piece is own[-1] else others
        if word is None or (others == word).any():
            return
        begins = begins or others.str.starts_with(word).any()
    if begins:
        raise cut_word(source.paths[number], word, last)


def _column(source: SeparatedSource, piece: Piece, name: str) -> pl.Series:
    return next(source.read(piece, [name], piece.rows or 1)).to_series()


def _errors() -> tuple[type[Exception], ...]:
    """What reading a text that is no longer what it was may raise."""
    import polars as pl

    return (arrow_module().ArrowException, pl.exceptions.PolarsError)
