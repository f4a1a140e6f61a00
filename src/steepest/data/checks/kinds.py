"""Whether each column holds the kind of value that it held."""

from __future__ import annotations

from steepest.data.breach import Breach
from steepest.data.columns import kind_of
from steepest.data.faults import Bad
from steepest.data.held import Held, Pair
from steepest.readable import listed, readable

__all__ = ["empty_columns", "infinite_values", "numbers_as_text", "unknown_classes", "wrong_kinds"]

_ROWS_FOR_EMPTY = 5
_WORDS = {"number": "numbers", "truth": "true or false", "text": "text"}


def wrong_kinds(held: Held) -> list[Breach]:
    """Text among numbers, dates, lists, or other than 0 and 1 for true and false."""
    found = [_wrong_kind(pair) for pair in held.pairs if pair.missing < pair.rows]
    return [breach for breach in found if breach is not None]


def _wrong_kind(pair: Pair) -> Breach | None:
    came, wrong = kind_of(pair.series.dtype), pair.faults.wrong
    if came == "other":
        return _foreign(pair)
    if wrong is None:
        return None
    if came == "number":
        return _value(pair, "truth", wrong, "expected 0 or 1, true or false")
    hint = "correct it, or leave it empty if the value is missing"
    if pair.faults.commas * 2 > wrong.rows:
        hint = "write numbers with a point, not with a decimal comma"
    return _value(pair, "text", wrong, hint)


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


def _value(pair: Pair, code: str, bad: Bad, hint: str) -> Breach:
    shown = readable(bad.value) if isinstance(bad.value, (int, float)) else f'"{bad.value}"'
    before = _WORDS[pair.column.kind]
    return Breach(
        code=code,
        severity="broken",
        column=pair.name,
        expected=before,
        came=f"{shown} in data row {bad.first + 1:,}",
        sentence=f'column "{pair.name}" holds {shown} in data row {bad.first + 1:,}'
        f"{_such(bad.rows)} where the model learned from {before}; {hint}",
        evidence=_evidence(bad),
    )


def _evidence(bad: Bad) -> tuple[tuple[str, float], ...]:
    return ("rows", float(bad.rows)), ("first_row", float(bad.first + 1))


def _such(rows: int) -> str:
    return "" if rows == 1 else f" ({rows:,} such rows)"


def infinite_values(held: Held) -> list[Breach]:
    """A number that is infinite."""
    breaches: list[Breach] = []
    for pair in held.pairs:
        infinite = pair.faults.infinite
        if infinite is None:
            continue
        breaches.append(
            Breach(
                code="infinite",
                severity="broken",
                column=pair.name,
                expected="finite numbers",
                came=f"infinite in data row {infinite.first + 1:,}",
                sentence=f'column "{pair.name}" is infinite in data row {infinite.first + 1:,}; '
                "put a number there, or leave it empty if the value is missing",
                evidence=_evidence(infinite),
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
    classes = listed(held.contract.classes)
    return [
        Breach(
            code="unknown_class",
            severity="broken",
            column=pair.name,
            expected=classes,
            came=f"{unknown.value!r} in data row {unknown.first + 1:,}",
            sentence=f'the target "{pair.name}" is {unknown.value!r} in data row '
            f"{unknown.first + 1:,}{_such(unknown.rows)}; expected one of {classes}",
            evidence=_evidence(unknown),
        )
        for pair in held.pairs
        if (unknown := pair.faults.unknown) is not None
    ]


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
