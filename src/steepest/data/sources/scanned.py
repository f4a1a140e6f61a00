"""A text file of separated values walked over once: its rows, its stretches, its types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from steepest.data.arrow import arrow_module, frame_from_arrow
from steepest.data.delimited_text import DelimitedText
from steepest.data.names import check_names
from steepest.data.sources.column_kinds import (
    NOTHING,
    NUMBER,
    WHOLE,
    WORDS,
    either,
    kinds_in,
    type_of,
)
from steepest.data.sources.remote import bytes_of, stamp_of
from steepest.data.sources.stretches import Stretch, stretches
from steepest.data.typed import MISSING
from steepest.errors import InputError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Form", "Scanned", "scan", "split"]

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Form:
    """The names in the first line, and the separator between values."""

    names: tuple[str, ...]
    delimiter: str


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    """What a walk over the file found.

    schema:     column -> type, Null of one without values
    stretches:  (start, end, rows) of each
    ended:      whether the last line has an end
    stamp:      its size and when it changed
    """

    form: Form
    schema: Mapping[str, pl.DataType]
    stretches: tuple[tuple[int, int, int], ...]
    ended: bool
    stamp: str


def scan(path: str) -> Scanned:
    """Walk over a file; InputError for what is not UTF-8, ragged or not closed, with its row."""
    stamp = stamp_of(path)
    text = DelimitedText(path, partial(bytes_of, path))
    names, delimiter = text.header()
    check_names(names, path)
    form = Form(tuple(names), delimiter)
    kinds = dict.fromkeys(names, NOTHING)
    found: list[tuple[int, int, int]] = []
    row, line = 0, 1 + text.line
    with bytes_of(path) as file:
        for stretch in stretches(file, delimiter):
            data = stretch.data
            part = DelimitedText(path, partial(BytesIO, data), row, line)
            rows, kinds = _look(stretch, part, form, kinds)
            if rows:
                found.append((stretch.start, stretch.start + len(data), rows))
            row, line = row + rows, line + data.count(b"\n")
    schema = {name: type_of(kind) for name, kind in kinds.items()}
    return Scanned(form, schema, tuple(found), text.ends_with_newline(), stamp)


def split(data: bytes, form: Form, types: Mapping[str, Any], *, threads: bool = False) -> Any:
    """The Arrow table of those columns as those types; raises ArrowInvalid where that cannot be."""
    arrow, reader = arrow_module(), arrow_module("pyarrow.csv")
    places = {name: str(place) for place, name in enumerate(form.names)}
    texts = all(kind == arrow.string() for kind in types.values())
    table = reader.read_csv(
        arrow.BufferReader(data),
        read_options=reader.ReadOptions(
            column_names=list(places.values()),
            # small blocks are fast; only one block takes rows of any length
            block_size=len(data) + 1 if texts else _BLOCK,
            use_threads=threads,
        ),
        parse_options=reader.ParseOptions(
            delimiter=form.delimiter, newlines_in_values=b'"' in data
        ),
        convert_options=reader.ConvertOptions(
            column_types={places[name]: kind for name, kind in types.items()},
            include_columns=[places[name] for name in types],
            null_values=list(MISSING),
            strings_can_be_null=False,
        ),
    )
    return table.rename_columns(list(types))


def _look(
    stretch: Stretch, text: DelimitedText, form: Form, kinds: Mapping[str, str]
) -> tuple[int, dict[str, str]]:
    """How many rows it has, and what the columns hold with it; InputError for a fault."""
    data, width = stretch.data, len(form.names)
    if not data.strip():
        return 0, dict(kinds)
    try:
        found = _as_believed(data, form, kinds) or _from_words(data, form, kinds)
    except arrow_module().ArrowException as error:
        raise text.reason(form.delimiter, width, error) from error
    open_end = not stretch.whole and text.odd_quotes()
    if open_end and (fault := text.fault(form.delimiter, width)):
        raise InputError(fault)  # Arrow takes a quote that is never closed as it is
    return found


def _from_words(data: bytes, form: Form, kinds: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    string = arrow_module().string()
    frame = frame_from_arrow(split(data, form, dict.fromkeys(form.names, string), threads=True))
    found = kinds_in(frame)
    return frame.height, {name: either(kind, found[name]) for name, kind in kinds.items()}


def _as_believed(
    data: bytes, form: Form, kinds: Mapping[str, str]
) -> tuple[int, dict[str, str]] | None:
    """The same where every number is one, five times as fast; None where one is not."""
    arrow = arrow_module()
    numbers = {WHOLE: arrow.int64(), NUMBER: arrow.float64()}
    # Arrow alone reads 0x10 as a whole number; what columns hold must be known to begin with
    if NOTHING in kinds.values() or any(x in data and b"0" + x in data for x in (b"x", b"X")):
        return None
    types = {name: numbers.get(kind, arrow.string()) for name, kind in kinds.items()}
    try:
        frame = frame_from_arrow(split(data, form, types, threads=True))
    except arrow.ArrowInvalid:
        return None
    doubtful = [name for name, kind in kinds.items() if kind not in (WHOLE, NUMBER, WORDS)]
    found = kinds_in(frame.select(doubtful)) if doubtful else {}
    return frame.height, {name: either(kind, found.get(name, kind)) for name, kind in kinds.items()}
