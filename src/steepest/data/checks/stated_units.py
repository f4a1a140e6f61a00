"""Whether the table is said to be measured in other units than the contract's."""

from __future__ import annotations

from steepest.data.breach import Breach
from steepest.data.held import Held

__all__ = ["stated_units"]


def stated_units(held: Held) -> list[Breach]:
    """The table states a unit, and the contract another one."""
    return [
        Breach(
            code="unit",
            severity="broken",
            column=pair.name,
            expected=pair.column.unit,
            came=unit,
            sentence=f'column "{pair.name}" is in {unit} where the model learned from '
            f"{pair.column.unit}; convert it",
        )
        for pair in held.pairs
        if (unit := held.units.get(pair.name, ""))
        and pair.column.unit
        and _plain(unit) != _plain(pair.column.unit)
    ]


def _plain(unit: str) -> str:
    return " ".join(unit.split()).casefold()
