"""Which columns stay out of the model, and the remark that says why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from steepest.data.columns import numbers, words
from steepest.data.contract import Column, Remark
from steepest.data.numerals import refuse_mistaken_number

__all__ = ["Verdict", "leave_out", "looks_like_identifier", "too_many_levels"]

_NEARLY_ALL = 0.95
_IDENTIFIER = re.compile(
    r"(^|[_\s.-])(id|uuid|guid)$|^(key|index|row_?number|row_?nr|unnamed: ?\d+)$", re.IGNORECASE
)
_CAMEL_CASE = re.compile(r"[a-z](Id|ID|Uuid|UUID|Guid|GUID)$")


class Verdict(NamedTuple):
    """Why a column stays out ("" keeps it in, with a remark), and what is said about it."""

    reason: str
    remark: Remark


def leave_out(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    *,
    named: bool,
    max_levels: int,
    source: str,
    all_rows: pl.DataFrame,
) -> tuple[list[Column], list[Remark]]:
    """The columns with those left out marked so, and a remark for each of these.

    frame:     the rows with a target
    named:     whether the caller named the features: identifiers then stay in
    all_rows:  the table as it came, in whose rows a bad value is counted

    Raises InputError for text that was meant to be numbers.
    """
    kept: dict[tuple[object, ...], list[Column]] = {}
    judged: list[Column] = []
    remarks: list[Remark] = []
    for column in columns:
        if column.kind == "text":
            refuse_mistaken_number(all_rows[column.name], source, share=0.9, role="column")
        verdict = (
            _unusable(column)
            or _constant(column)
            or _duplicated(frame, column, kept.get(_mark(column), []))
            or _identifier(frame, column, named)
        )
        if (verdict is None or not verdict.reason) and column.kind == "text":
            verdict = too_many_levels(column, max_levels) or verdict
        if verdict is not None:
            remarks.append(verdict.remark)
        if verdict is not None and verdict.reason:
            judged.append(replace(column, role="left_out", reason=verdict.reason))
        else:
            judged.append(column)
            kept.setdefault(_mark(column), []).append(column)
    return judged, remarks


def looks_like_identifier(name: str) -> bool:
    """Whether a column of that name numbers the rows rather than measuring something.

    >>> [looks_like_identifier(name) for name in ("house_id", "PassengerId", "width", "year")]
    [True, True, False, False]
    """
    return bool(not name or _IDENTIFIER.search(name) or _CAMEL_CASE.search(name))


def _unusable(column: Column) -> Verdict | None:
    if column.kind != "other":
        return None
    what = f"values of type {column.dtype}"
    return _verdict(
        what,
        "other_type",
        column.name,
        f'"{column.name}" holds {what}, which a linear model cannot take; it is left out. '
        "Turn it into numbers (days since a date, say) to use it.",
    )


def _constant(column: Column) -> Verdict | None:
    if column.distinct == 0:
        said = f'"{column.name}" has no value in any row; it is left out.'
        return _verdict("no value in any row", "constant", column.name, said)
    if column.distinct > 1 or (column.kind == "text" and column.missing):
        return None  # text that is there in some rows and missing in others does tell them apart
    said = f'"{column.name}" is the same in every row that has it, so it explains nothing; '
    return _verdict("constant", "constant", column.name, f"{said}it is left out.")


def _mark(column: Column) -> tuple[object, ...]:
    """What equal columns have in common, and few others."""
    return column.kind, column.missing, column.distinct, column.low, column.high, column.levels


def _duplicated(frame: pl.DataFrame, column: Column, alike: Sequence[Column]) -> Verdict | None:
    for earlier in alike:
        if _equal(frame, column, earlier):
            said = f'"{column.name}" equals "{earlier.name}" in every row; it is left out.'
            reason = f'the same as "{earlier.name}"'
            return _verdict(reason, "duplicated", column.name, said, earlier.name)
    return None


def _equal(frame: pl.DataFrame, one: Column, other: Column) -> bool:
    read = words if one.kind == "text" else numbers
    return read(frame[one.name]).equals(read(frame[other.name]), null_equal=True)


def _identifier(frame: pl.DataFrame, column: Column, named: bool) -> Verdict | None:
    given = frame.height - column.missing
    if column.kind == "text":
        if column.distinct < _NEARLY_ALL * given:
            return None
        what = f"text with {column.distinct:,} different values in {given:,} rows"
    else:
        whole = frame[column.name].dtype.is_integer()
        if not (whole and column.distinct == given and looks_like_identifier(column.name)):
            return None
        what = f"a whole number that is different in each of {given:,} rows"
    told = f'"{column.name}" looks like an identifier: {what}'
    if named:
        said = f"{told}. It stays in because it was asked for, but new rows will have other values."
        return Verdict("", Remark("identifier", "warning", (column.name,), said))
    said = f"{told}. It is left out; name it in --features to use it all the same."
    return _verdict("an identifier", "identifier", column.name, said)


def too_many_levels(column: Column, max_levels: int) -> Verdict | None:
    """The verdict on a text column of more levels than may be."""
    if column.distinct <= max_levels:
        return None
    said = (
        f'"{column.name}" is text with {column.distinct:,} levels, more than {max_levels:,}; it is '
        "left out. Group its rare levels, or allow more with --max-levels."
    )
    reason = f"{column.distinct:,} levels, more than {max_levels:,}"
    return _verdict(reason, "too_many_levels", column.name, said)


def _verdict(reason: str, code: str, name: str, sentence: str, *others: str) -> Verdict:
    return Verdict(reason, Remark(code, "info", (name, *others), sentence))
