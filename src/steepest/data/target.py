"""What is to be predicted: a number, or one of some classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from steepest.data.columns import kind_of, numbers, words
from steepest.data.numerals import refuse_mistaken_number
from steepest.errors import InputError
from steepest.readable import listed, readable

__all__ = ["MOST_CLASSES", "class_numbers", "class_of", "read_classes"]

MOST_CLASSES = 50
"""With more levels than these a target is hardly one of classes: names, free text."""

_LOSSES = ("auto", "squared", "logistic", "softmax", "poisson", "huber")
_OF_NUMBERS = ("squared", "poisson", "huber")


class _Target(NamedTuple):
    """The target as it came, and what is asked of it."""

    column: pl.Series
    kind: str
    loss: str
    source: str

    @property
    def name(self) -> str:
        return self.column.name


def class_of(value: object) -> str:
    """A value of a target of classes as text.

    >>> class_of(1.0), class_of(0.5), class_of(True), class_of("sick")
    ('1', '0.5', 'true', 'sick')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return str(value)


def class_numbers(target: pl.Series, classes: Sequence[str]) -> pl.Series:
    """The place of each row's class among `classes`, 0.0 to K - 1; null for none of them."""
    plain = _plain(target)
    levels = plain.drop_nulls().unique().to_list()
    found = [class_of(level) for level in levels]
    places = {name: float(place) for place, name in enumerate(classes)}
    codes = [places.get(name) for name in found]
    return plain.replace_strict(
        levels, pl.Series(codes, dtype=pl.Float64), default=None, return_dtype=pl.Float64
    )


def read_classes(target: pl.Series, loss: str, source: str) -> tuple[str, ...]:
    """The classes, sorted, where the target is one of some; () where it is a number.

    "logistic" takes any two values, "softmax" any 2 to 50; "squared" and "huber" take
    numbers, "poisson" those that are not negative. Under "auto" text or truth is one of
    classes, and so are the numbers 0 and 1. Raises InputError where the loss does not fit
    the target.
    """
    if loss not in _LOSSES:
        raise InputError(f"loss is {loss!r}; expected one of {', '.join(_LOSSES)}")
    kind = kind_of(target.dtype)
    asked = _Target(target, kind, loss, source)
    if kind == "other" or target.null_count() == target.len():
        raise InputError(_no_values(asked))
    levels = _plain(target.drop_nulls()).unique()
    if loss in _OF_NUMBERS or (loss == "auto" and kind == "number" and not _is_0_and_1(levels)):
        _refuse_unless_number(asked)
        if loss == "poisson":
            _refuse_negative(asked)
        return ()
    if not 2 <= levels.len() <= (2 if loss == "logistic" else MOST_CLASSES) or (
        loss == "auto" and 2 < levels.len() == target.len() - target.null_count()
    ):
        if kind == "text":
            _refuse_numbers_as_text(asked)
        raise InputError(_wrong_number_of_classes(asked, levels))
    if kind == "text" and loss == "auto" and levels.len() > 2:
        _refuse_numbers_as_text(asked)
    return tuple(class_of(level) for level in levels.sort().to_list())


def _plain(target: pl.Series) -> pl.Series:
    kind = kind_of(target.dtype)
    return numbers(target) if kind == "number" else words(target) if kind == "text" else target


def _is_0_and_1(levels: pl.Series) -> bool:
    return levels.len() == 2 and bool(levels.is_in([0.0, 1.0]).all())


def _no_values(asked: _Target) -> str:
    about = f'{asked.source}: the target "{asked.name}"'
    if asked.column.null_count() == asked.column.len():
        return f"{about} has no value in any row; name another column"
    return (
        f"{about} holds values of type {asked.column.dtype}; a number or one of some classes can "
        "be predicted, so convert it or name another column"
    )


def _refuse_unless_number(asked: _Target) -> None:
    if asked.kind == "number":
        return
    if asked.kind == "text":
        _refuse_numbers_as_text(asked)
    levels = words(asked.column).drop_nulls().unique().sort()
    found = listed([f'"{level}"' for level in levels.to_list()])
    classes = "logistic" if levels.len() == 2 else "softmax"
    usable = 2 <= levels.len() <= MOST_CLASSES
    advice = f"use the loss {classes}" if usable else "name a column of numbers"
    loss = "squared" if asked.loss == "auto" else asked.loss
    raise InputError(
        f'{asked.source}: the {loss} loss needs a target of numbers, and "{asked.name}" holds '
        f"{found}; {advice}"
    )


def _refuse_negative(asked: _Target) -> None:
    values = numbers(asked.column)
    below = (values < 0).fill_null(False)
    if below.any():
        row = int(below.arg_max() or 0)
        raise InputError(
            f"{asked.source}: the poisson loss needs counts or rates, numbers that are not "
            f'negative, and "{asked.name}" is {readable(values[row])} in data row {row + 1:,}; '
            "use the loss squared or huber, or name another column"
        )


def _refuse_numbers_as_text(asked: _Target) -> None:
    refuse_mistaken_number(asked.column, asked.source, share=0.5, role="the target")
    if numbers(asked.column).null_count() == asked.column.null_count():
        raise InputError(
            f'{asked.source}: the target "{asked.name}" holds numbers as text (type '
            f"{asked.column.dtype}); convert the column to numbers"
        )


def _wrong_number_of_classes(asked: _Target, levels: pl.Series) -> str:
    found = listed([class_of(level) for level in levels.sort().to_list()])
    about = f'{asked.source}: the target "{asked.name}"'
    if levels.len() == 1:
        return f"{about} is {found} in every row; two classes are needed to tell them apart"
    about = f"{about} has {levels.len():,} different values ({found})"
    instead = "use the loss squared" if asked.kind == "number" else "name a column of numbers"
    if asked.loss == "logistic":
        more = "use the loss softmax, " if levels.len() <= MOST_CLASSES else ""
        return (
            f"{about}; the logistic loss tells two classes apart, so {more}keep the rows of two "
            f"of them, or {instead}"
        )
    if levels.len() <= MOST_CLASSES:
        return f"{about}, another one in every row; a class is learned from rows that share it"
    return (
        f"{about}; the softmax loss tells at most {MOST_CLASSES} classes apart, so group the rare "
        f"ones, or {instead}"
    )
