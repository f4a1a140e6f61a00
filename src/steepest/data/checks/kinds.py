"""Whether each column holds the kind of value that it held."""

from __future__ import annotations

import polars as pl

from steepest.data.breach import Breach
from steepest.data.columns import kind_of, numbers, words
from steepest.data.held import Held, Pair
from steepest.data.target import class_numbers
from steepest.readable import listed, readable

__all__ = ["empty_columns", "infinite_values", "numbers_as_text", "unknown_classes", "wrong_kinds"]

_ROWS_FOR_EMPTY = 5
_WORDS = {"number": "numbers", "truth": "true or false", "text": "text"}


def wrong_kinds(held: Held) -> list[Breach]:
    """Text among numbers, dates, lists, or other than 0 and 1 for true and false."""
    found = [_wrong_kind(pair) for pair in held.pairs if pair.missing < pair.rows]
    return [breach for breach in found if breach is not None]


def _wrong_kind(pair: Pair) -> Breach | None:
    came = kind_of(pair.series.dtype)
    expected = pair.column.kind
    if came == "other":
        return _foreign(pair)
    if pair.is_target and not pair.is_number:
        return None  # a class is looked up by name, whatever its type
    if expected in ("number", "truth") and came == "text":
        return _text(pair)
    if expected == "truth" and came == "number":
        values = numbers(pair.series)
        return _value(pair, "truth", ~values.is_in([0.0, 1.0]), "expected 0 or 1, true or false")
    return None


def _foreign(pair: Pair) -> Breach:
    dtype = pair.series.dtype
    code = "dates" if dtype.is_temporal() else "nested" if dtype.is_nested() else "type"
    what = {"dates": "dates or times", "nested": "lists"}.get(code, "other values")
    before = _WORDS.get(pair.column.kind, pair.column.dtype)
    return Breach(
        code=code,
        severity="broken",
        column=pair.name,
        expected=before,
        came=f"{what} (type {dtype})",
        sentence=f'column "{pair.name}" holds {what} (type {dtype}) where the model learned from '
        f"{before}; convert it",
    )


def _text(pair: Pair) -> Breach | None:
    text = words(pair.series)
    bad = numbers(pair.series).is_null() & text.is_not_null()
    hint = "correct it, or leave it empty if the value is missing"
    comma = text.str.contains(r"^\s*[+-]?[\d.' ]*\d,\d+\s*$").fill_null(False)
    if bad.any() and bool((bad & comma).sum() * 2 > bad.sum()):
        hint = "write numbers with a point, not with a decimal comma"
    return _value(pair, "text", bad, hint)


def _value(pair: Pair, code: str, bad: pl.Series, hint: str) -> Breach | None:
    bad = bad.fill_null(False)
    if not bad.any():
        return None
    row = int(bad.arg_max() or 0)
    value = pair.series[row]
    shown = f'"{value}"' if isinstance(value, str) else readable(value)
    before = _WORDS[pair.column.kind]
    return Breach(
        code=code,
        severity="broken",
        column=pair.name,
        expected=before,
        came=f"{shown} in data row {row + 1:,}",
        sentence=f'column "{pair.name}" holds {shown} in data row {row + 1:,}'
        f"{_such(int(bad.sum()))} where the model learned from {before}; {hint}",
        evidence=(("rows", float(bad.sum())), ("first_row", float(row + 1))),
    )


def _such(rows: int) -> str:
    return "" if rows == 1 else f" ({rows:,} such rows)"


def infinite_values(held: Held) -> list[Breach]:
    """A number that is infinite."""
    breaches: list[Breach] = []
    for pair in held.pairs:
        infinite = numbers(pair.series).is_infinite() if pair.is_number else pl.Series([False])
        if not infinite.any():
            continue
        row = int(infinite.arg_max() or 0) + 1
        breaches.append(
            Breach(
                code="infinite",
                severity="broken",
                column=pair.name,
                expected="finite numbers",
                came=f"infinite in data row {row:,}",
                sentence=f'column "{pair.name}" is infinite in data row {row:,}; put a number '
                "there, or leave it empty if the value is missing",
                evidence=(("rows", float(infinite.sum() or 0)), ("first_row", float(row))),
            )
        )
    return breaches


def empty_columns(held: Held) -> list[Breach]:
    """A column that had values and has none, in five rows or more."""
    return [
        Breach(
            code="empty_column",
            severity="broken",
            column=pair.name,
            expected=_gaps_before(pair, held.contract.rows),
            came="no value in any row",
            sentence=f'column "{pair.name}" has no value in any of the {pair.rows:,} rows; fill it '
            "in, or train a model without it",
            evidence=(("rows", float(pair.rows)),),
        )
        for pair in held.pairs
        if pair.missing == pair.rows and _is_wrong(held, pair)
    ]


def _is_wrong(held: Held, pair: Pair) -> bool:
    if pair.is_target:
        return held.target == "needed"
    return pair.rows >= _ROWS_FOR_EMPTY and pair.column.missing <= held.contract.rows / 2


def _gaps_before(pair: Pair, rows: int) -> str:
    if not pair.column.missing:
        return "values in every row"
    return f"{100 * pair.column.missing / max(1, rows):.2g} % missing"


def unknown_classes(held: Held) -> list[Breach]:
    """A class of the target that the model cannot say."""
    classes = held.contract.classes
    for pair in held.pairs:
        if not pair.is_target or not classes:
            continue
        unknown = class_numbers(pair.series, classes).is_null() & pair.series.is_not_null()
        if not unknown.any():
            return []
        row = int(unknown.arg_max() or 0)
        return [
            Breach(
                code="unknown_class",
                severity="broken",
                column=pair.name,
                expected=listed(classes),
                came=f"{pair.series[row]!r} in data row {row + 1:,}",
                sentence=f'the target "{pair.name}" is {pair.series[row]!r} in data row '
                f"{row + 1:,}{_such(int(unknown.sum()))}; expected one of {listed(classes)}",
                evidence=(("rows", float(unknown.sum())), ("first_row", float(row + 1))),
            )
        ]
    return []


def numbers_as_text(held: Held) -> list[Breach]:
    """Numbers that came as text, and text that came as numbers: both are read all the same."""
    breaches: list[Breach] = []
    for pair in held.pairs:
        came = kind_of(pair.series.dtype)
        if pair.missing == pair.rows or pair.is_target:
            continue
        if pair.is_number and came == "text":
            sentence = f'column "{pair.name}" holds numbers as text; they are read as numbers'
            breaches.append(_other_type(pair, "numbers_as_text", sentence))
        elif pair.column.kind == "text" and came in ("number", "truth"):
            sentence = (
                f'column "{pair.name}" was text and holds {pair.series.dtype}; its values are read '
                "as text, and a level that began with zeros (007) has lost them"
            )
            breaches.append(_other_type(pair, "text_as_numbers", sentence))
    return breaches


def _other_type(pair: Pair, code: str, sentence: str) -> Breach:
    return Breach(code, "note", pair.name, pair.column.dtype, str(pair.series.dtype), sentence)
