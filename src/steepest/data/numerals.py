"""Text that was meant to be numbers: a typing error, a unit, or a decimal comma."""

from __future__ import annotations

import polars as pl

from steepest.data.columns import words
from steepest.errors import InputError

__all__ = ["refuse_mistaken_number"]

_COMMA = r"^[+-]?\d{1,3}([.  ']\d{3})*,\d+$|^[+-]?\d+,\d+$"
_THOUSANDS = r"^[+-]?\d{1,3}([,  ']\d{3})+(\.\d+)?$"


def refuse_mistaken_number(series: pl.Series, source: str, *, share: float, role: str) -> None:
    """Raise InputError for a text column of which at least that share, or all but one, are numbers.

    A column of which every value is a number stays text: that was somebody's choice.
    """
    text = words(series).str.strip_chars()
    values = text.cast(pl.Float64, strict=False)
    given, numbers = text.count(), values.count()
    _refuse_grouping(series.name, text, source, share)
    others = given - numbers
    if not others or not (numbers >= share * given or (others == 1 and numbers >= 3)):
        return
    row = int((values.is_null() & text.is_not_null()).arg_max() or 0)
    otherwise = "leave the column out" if role == "column" else "name another target"
    raise InputError(
        f'{source}: {role} "{series.name}" should hold numbers, and {numbers:,} of its '
        f'{given:,} values are, but data row {row + 1:,} holds "{text[row]}"; correct it, '
        f"leave it empty if the value is missing, or {otherwise}"
    )


def _refuse_grouping(name: str, text: pl.Series, source: str, share: float) -> None:
    for pattern, what in (
        (_COMMA, "a decimal comma; write it with a point"),
        (_THOUSANDS, "separated thousands; write it without separators"),
    ):
        found = text.str.contains(pattern).fill_null(False)
        plain = text.cast(pl.Float64, strict=False).is_not_null()
        if found.any() and int((found | plain).sum()) >= share * text.count():
            row = int(found.arg_max() or 0)
            raise InputError(
                f'{source}: column "{name}" holds numbers as text: data row {row + 1:,} is '
                f'"{text[row]}", with {what}'
            )
