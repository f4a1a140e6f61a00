"""Whether the columns are there, and what else is."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from steepest.data.breach import Breach
from steepest.data.contract import Column
from steepest.data.held import Held
from steepest.data.names import nearest_name
from steepest.readable import counted, listed

__all__ = ["absent_columns", "column_order", "extra_columns"]


def absent_columns(held: Held) -> list[Breach]:
    """A column that the model needs is not there, perhaps because it has another name now."""
    known = {column.name for column in held.contract.columns}
    new = [name for name in held.names if name not in known]
    gone = [column for column in held.wanted if column.name not in held.names]
    renamed = _renamed([column.name for column in gone], new)
    return [_absent(column, renamed.get(column.name, ""), held.names) for column in gone]


def _renamed(gone: list[str], new: list[str]) -> dict[str, str]:
    """Old name -> new one, where they are alike; a new name stands for one column only."""
    alike = {name: near for name in gone if (near := nearest_name(name, new))}
    best: dict[str, str] = {}
    for name, near in alike.items():
        if near not in best or _likeness(name, near) > _likeness(best[near], near):
            best[near] = name
    return {name: near for near, name in best.items()}


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _absent(column: Column, near: str, there: Sequence[str]) -> Breach:
    if near:
        came = f'"{near}"'
        hint = f'did you mean "{near}"? rename it back'
    else:
        came = "no such column"
        hint = f"there are {listed(there)}"
    use = "which is the target" if column.role == "target" else "which the model learned from"
    return Breach(
        code="renamed" if near else "absent",
        severity="broken",
        column=column.name,
        expected="a column of that name",
        came=came,
        sentence=f'the table lacks "{column.name}", {use}; {hint}',
    )


def column_order(held: Held) -> list[Breach]:
    """The columns come in another order, which does not matter: they go by name."""
    known = [pair.name for pair in held.pairs]
    order = [name for name in held.names if name in known]
    if order == known:
        return []
    first = next(i for i, (was, now) in enumerate(zip(known, order, strict=True)) if was != now)
    return [
        Breach(
            code="order",
            severity="note",
            column="",
            expected=f'"{known[first]}" before "{order[first]}"',
            came="another order",
            sentence="the columns come in another order than they did; they are found by name, so "
            "that this changes nothing",
        )
    ]


def extra_columns(held: Held) -> list[Breach]:
    """Columns that the contract does not know, and that nothing looks at."""
    known = {column.name for column in held.contract.columns}
    extra = [name for name in held.names if name not in known]
    if not extra:
        return []
    return [
        Breach(
            code="extra",
            severity="note",
            column="",
            expected="no other columns",
            came=listed(extra),
            sentence=f"{counted(len(extra), 'column')} of the table the contract does not know "
            f"({listed(extra)}); nothing looks at them",
            evidence=(("columns", float(len(extra))),),
        )
    ]
