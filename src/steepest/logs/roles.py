"""Which column of a log is the loss, which the step, and which the rest; by name or by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from steepest.errors import InputError
from steepest.logs.naming import ROLES, plain_name, role_of
from steepest.logs.parameters import Pair, parameter_pairs
from steepest.logs.table import Cells, LogTable, Words
from steepest.readable import listed

__all__ = ["Roles", "roles_of"]

# Columns of an exported table that only count its rows.
_COUNTERS = frozenset({"", "index", "row", "unnamed_0", "column_0"})


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns of a log by what they mean.

    named:       role -> column, of `naming.ROLES`
    parameters:  (parameter, gradient) columns
    measures:    the other columns of numbers
    ignored:     the columns of text
    """

    named: Mapping[str, str]
    parameters: tuple[Pair, ...]
    measures: tuple[str, ...]
    ignored: tuple[str, ...]


def roles_of(table: LogTable, columns: Mapping[str, str] | None = None) -> Roles:
    """What each column of a log is.

    columns: role -> column, where the names do not say it themselves

    Raises InputError for a log without a loss, a column that is not there, and text in a
    column of numbers, with its row.
    """
    named = _by_hand(table, columns or {})
    for role, column in _by_name(table, set(named.values())).items():
        named.setdefault(role, column)
    if "loss" not in named:
        raise InputError(_no_loss(table))
    for role, column in named.items():
        _refuse_words(table, role, column)
    left = [name for name in table.columns if name not in named.values()]
    numbers = [name for name in left if isinstance(table.columns[name], Cells)]
    pairs = parameter_pairs(left)
    for column in (name for pair in pairs for name in pair if name is not None):
        _refuse_words(table, "parameter or gradient", column)
    taken = {name for pair in pairs for name in pair}
    return Roles(
        named,
        tuple(pairs),
        tuple(name for name in numbers if name not in taken and not _counts(name)),
        tuple(name for name in left if name not in numbers and name not in taken),
    )


def _by_hand(table: LogTable, columns: Mapping[str, str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for asked, column in columns.items():
        role = asked if asked in ROLES else (role_of(asked) or ("",))[0]
        if role not in ROLES:
            raise InputError(f'"{asked}" is none of what a column can be: {", ".join(ROLES)}')
        if column not in table.columns:
            near = _near(column, table.columns)
            hint = f'did you mean "{near}"?' if near else f"there are {listed([*table.columns])}"
            raise InputError(f'{table.source} has no column "{column}"; {hint}')
        named[role] = column
    return named


def _by_name(table: LogTable, taken: set[str]) -> dict[str, str]:
    """role -> the column that is called so most literally; of equals, the fullest, the first."""
    best: dict[str, tuple[int, int, str]] = {}
    for name, column in table.columns.items():
        found = None if name in taken else role_of(name)
        if found is None:
            continue
        known = int(np.sum(column.known)) if isinstance(column, Cells) else 0
        rank = (found[1], -known, name)
        if found[0] not in best or rank[:2] < best[found[0]][:2]:
            best[found[0]] = rank
    return {role: name for role, (_, _, name) in best.items()}


def _refuse_words(table: LogTable, role: str, name: str) -> None:
    column = table.columns[name]
    if isinstance(column, Words):
        what = role.replace("_", " ")
        raise InputError(
            f'{table.source}: the column "{name}", read as {what}, has the text '
            f'"{column.texts[column.first][:40]}" in data row {column.first + 1:,}; expected a '
            "number, nan, or nothing where it was not measured"
        )


def _no_loss(table: LogTable) -> str:
    numbers = [name for name, column in table.columns.items() if isinstance(column, Cells)]
    near = _near("loss", numbers)
    there = f"there are {listed([*table.columns])}" if table.columns else "there is none"
    example = near or next((name for name in numbers if role_of(name) is None), "COLUMN")
    return (
        f"{table.source} has no column of losses; {there}. Name it by hand, as in "
        f'--columns "loss={example}"'
    )


def _near(name: str, known: Iterable[str]) -> str | None:
    lower = {plain_name(other): other for other in known}
    close = get_close_matches(plain_name(name), lower, n=1, cutoff=0.5)
    held = [other for plain, other in lower.items() if plain_name(name) in plain]
    return lower[close[0]] if close else next(iter(held), None)


def _counts(name: str) -> bool:
    return plain_name(name) in _COUNTERS
