"""What is to be predicted: a number, or one of two classes."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from steepest.data.columns import kind_of, numbers, words
from steepest.data.numerals import refuse_mistaken_number
from steepest.errors import InputError
from steepest.readable import listed

__all__ = ["class_numbers", "class_of", "read_classes"]

_LOSSES = ("auto", "squared", "logistic")


def class_of(value: object) -> str:
    """A value of a two-class target as text.

    >>> class_of(1.0), class_of(0.5), class_of(True), class_of("sick")
    ('1', '0.5', 'true', 'sick')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return str(value)


def class_numbers(target: pl.Series, classes: Sequence[str]) -> pl.Series:
    """0.0 for the negative (first) class, 1.0 for the positive, null for neither."""
    plain = _plain(target)
    levels = plain.drop_nulls().unique().to_list()
    found = [class_of(level) for level in levels]
    codes = [float(classes.index(name)) if name in classes else None for name in found]
    return plain.replace_strict(
        levels, pl.Series(codes, dtype=pl.Float64), default=None, return_dtype=pl.Float64
    )


def read_classes(target: pl.Series, loss: str, source: str) -> tuple[str, ...]:
    """(negative, positive) where the target is one of two classes, () where it is a number.

    Two classes under the "logistic" loss are any two values; under "auto" they are text or
    truth with two levels, or the numbers 0 and 1. Raises InputError where the loss does not
    fit the target.
    """
    if loss not in _LOSSES:
        raise InputError(f"loss is {loss!r}; expected one of {', '.join(_LOSSES)}")
    kind = kind_of(target.dtype)
    if kind == "other" or target.null_count() == target.len():
        raise InputError(_no_values(target, source))
    plain = _plain(target.drop_nulls())
    levels = plain.unique()
    if loss == "squared" or (loss == "auto" and kind == "number" and not _is_0_and_1(levels)):
        _refuse_unless_number(target, kind, source)
        return ()
    if levels.len() != 2:
        if kind == "text":
            _refuse_numbers_as_text(target, source)
        raise InputError(_not_two(target.name, levels, kind, source))
    negative, positive = (class_of(level) for level in levels.sort().to_list())
    return negative, positive


def _plain(target: pl.Series) -> pl.Series:
    kind = kind_of(target.dtype)
    return numbers(target) if kind == "number" else words(target) if kind == "text" else target


def _is_0_and_1(levels: pl.Series) -> bool:
    return levels.len() == 2 and bool(levels.is_in([0.0, 1.0]).all())


def _no_values(target: pl.Series, source: str) -> str:
    if target.null_count() == target.len():
        return f'{source}: the target "{target.name}" has no value in any row; name another column'
    return (
        f'{source}: the target "{target.name}" holds values of type {target.dtype}; a number '
        "or one of two classes can be predicted, so convert it or name another column"
    )


def _refuse_unless_number(target: pl.Series, kind: str, source: str) -> None:
    if kind == "number":
        return
    if kind == "text":
        _refuse_numbers_as_text(target, source)
    levels = words(target).drop_nulls().unique().sort()
    found = listed([f'"{level}"' for level in levels.to_list()])
    advice = "use the loss logistic" if levels.len() == 2 else "name a column of numbers"
    raise InputError(
        f'{source}: the squared loss needs a target of numbers, and "{target.name}" holds '
        f"{found}; {advice}"
    )


def _refuse_numbers_as_text(target: pl.Series, source: str) -> None:
    refuse_mistaken_number(target, source, share=0.5, role="the target")
    if numbers(target).null_count() == target.null_count():
        raise InputError(
            f'{source}: the target "{target.name}" holds numbers as text (type {target.dtype}); '
            "convert the column to numbers"
        )


def _not_two(name: str, levels: pl.Series, kind: str, source: str) -> str:
    found = listed([class_of(level) for level in levels.sort().to_list()])
    if levels.len() == 1:
        return (
            f'{source}: the target "{name}" is {found} in every row; two classes are needed '
            "to tell them apart"
        )
    instead = "use the loss squared" if kind == "number" else "name a column of numbers"
    return (
        f'{source}: the target "{name}" has {levels.len():,} different values ({found}); the '
        f"logistic loss tells two classes apart, so keep the rows of two of them, or {instead}"
    )
