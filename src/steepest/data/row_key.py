"""The columns that together name a row: there, filled in, and never twice the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steepest.data.columns import words
from steepest.data.names import did_you_mean
from steepest.errors import InputError
from steepest.readable import listed

if TYPE_CHECKING:
    import polars as pl

    from steepest.data.table import Table

__all__ = ["KeyFaults", "check_key", "first_repeated", "key_faults", "key_text"]


@dataclass(frozen=True, slots=True)
class KeyFaults:
    """What is wrong with a key in a later table.

    gone:   columns of it that are not there
    gaps:   column -> the first row, counted from 1, that has no value in it
    twice:  the first two rows of one key, counted from 1, and that key; None where none is
    looked: the share of all keys that could be looked at for that
    """

    gone: tuple[str, ...] = ()
    gaps: dict[str, int] = field(default_factory=dict[str, int])
    twice: tuple[int, int, str] | None = None
    looked: float = 1.0


def check_key(table: Table, key: Sequence[str], target: str, features: Sequence[str]) -> None:
    """Raise InputError where the columns do not name each row of the table.

    features: those asked for by name, none of which can be of the key.
    """
    if not all(key):
        raise InputError(f"the key is {','.join(key)!r}; expected names of columns, as a,b")
    for name in key:
        if list(key).count(name) > 1:
            raise InputError(f'the key names "{name}" twice; name it once')
        if name not in table.frame.columns:
            hint = did_you_mean(name, table.frame.columns, table.index)
            raise InputError(f'{table.source} has no column "{name}" of the key; {hint}')
        if name == target:
            raise InputError(f'"{name}" is the target and cannot name the rows too; name another')
        if name in features:
            raise InputError(
                f'"{name}" names the rows (the key) and cannot be a feature too; take it out of '
                "the features"
            )
        empty = table.frame[name].is_null()
        if empty.any():
            raise InputError(
                f'{table.source}: column "{name}" of the key has no value in data row '
                f"{int(empty.arg_max() or 0) + 1:,}; fill it in, or name other columns"
            )
    again = first_repeated(table.frame, key)
    if again:
        raise InputError(
            f"{table.source}: the key {key_text(key)} does not name each row: data rows "
            f"{again[0]:,} and {again[1]:,} are both {again[2]}; take one out, or add a column "
            "to the key"
        )


def key_text(key: Sequence[str]) -> str:
    """The columns of a key for a sentence.

    >>> key_text(["shop", "day"])
    '"shop", "day"'
    """
    return listed([f'"{name}"' for name in key])


def first_repeated(frame: pl.DataFrame, key: Sequence[str]) -> tuple[int, int, str] | None:
    """The first two rows of one key, counted from 1, and that key; None where none is twice.

    >>> import polars as pl
    >>> first_repeated(pl.DataFrame({"id": [7, 8, 7]}), ["id"])
    (1, 3, '7')
    """
    if not key:
        return None
    import polars as pl

    keys = frame.select(pl.struct(key)).to_series()
    twice = ~keys.is_first_distinct()
    if not twice.any():
        return None
    second = int(twice.arg_max() or 0)
    first = int((keys == keys[second : second + 1]).arg_max() or 0)
    shown = ", ".join(str(words(frame[name])[second]) for name in key)
    return first + 1, second + 1, shown


def key_faults(frame: pl.DataFrame, key: Sequence[str]) -> KeyFaults:
    """Of the whole table.

    >>> import polars as pl
    >>> key_faults(pl.DataFrame({"id": [7, 8, 7]}), ["id"]).twice
    (1, 3, '7')
    """
    gone = tuple(name for name in key if name not in frame.columns)
    if gone:
        return KeyFaults(gone)
    gaps = {
        name: int(frame[name].is_null().arg_max() or 0) + 1
        for name in key
        if frame[name].null_count()
    }
    return KeyFaults(gaps=gaps) if gaps else KeyFaults(twice=first_repeated(frame, key))
