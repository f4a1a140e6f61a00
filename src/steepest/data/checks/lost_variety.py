"""Whether a column still tells rows apart, and as finely as it did."""

from __future__ import annotations

from steepest.data.breach import Breach
from steepest.data.column_spread import Numbers
from steepest.data.contract import Column
from steepest.data.spreads import FALSE_ALARMS, Spreads
from steepest.readable import counted, readable

__all__ = ["constant_columns", "new_fractions", "rows_again"]

_EDGES_TO_TELL = 7


def constant_columns(spreads: Spreads) -> list[Breach]:
    """One value in every row, of a column where chance does not do that."""
    breaches: list[Breach] = []
    for spread in spreads.columns:
        rows, value = spread.found.count, spread.found.first
        if spread.same_by_chance or not spread.found.alike or value is None:
            continue
        shown = value if isinstance(value, str) else readable(value)
        breaches.append(
            Breach(
                code="constant",
                severity="warning",
                column=spread.name,
                expected=f"{spread.pair.column.distinct:,} different values",
                came=f"{shown} in every row",
                sentence=f'"{spread.name}" is {shown} in all {rows:,} rows that have it, and had '
                f"{spread.pair.column.distinct:,} different values; look whether it is still "
                "measured",
                evidence=(("rows", float(rows)),),
            )
        )
    return breaches


def new_fractions(spreads: Spreads) -> list[Breach]:
    """Fractions where whole numbers were."""
    breaches: list[Breach] = []
    for spread in spreads.columns:
        found = spread.found
        if not isinstance(found, Numbers) or not _was_whole(spread.pair.column):
            continue
        if found.fraction is None:
            continue
        first = readable(found.fraction)
        breaches.append(
            Breach(
                code="fractions",
                severity="warning",
                column=spread.name,
                expected="whole numbers",
                came=first,
                sentence=f'"{spread.name}" held whole numbers and has fractions in '
                f"{counted(found.fractions, 'row')}, the first {first}; look whether it "
                "is a mean now, or was scaled",
                evidence=(("rows", float(found.fractions)),),
            )
        )
    return breaches


def _was_whole(column: Column) -> bool:
    """By its type, or, of floats, because many numbers that are known of it all are whole."""
    if "Int" in column.dtype:
        return True
    edges = () if column.sketch is None else column.sketch.edges
    known = [edge for edge in (column.low, *edges, column.high) if edge is not None]
    return len(edges) >= _EDGES_TO_TELL and all(edge.is_integer() for edge in known)


def rows_again(spreads: Spreads) -> list[Breach]:
    """More rows that repeat an earlier one than the contract's table had."""
    again, held = spreads.again, spreads.held
    if again is None or again.chance >= FALSE_ALARMS:
        return []
    repeated, before = again.rows, held.contract.repeated or 0
    rows, rows_before = held.rows, held.contract.rows
    return [
        Breach(
            code="repeated_rows",
            severity="warning",
            column="",
            expected=f"{before:,} in {rows_before:,} rows",
            came=f"{repeated:,} in {rows:,} rows",
            sentence=f"{counted(repeated, 'row')} of {rows:,} repeat an earlier one in every "
            f"feature, and {before:,} of {rows_before:,} did; look whether rows were written twice",
            evidence=(
                ("rows", float(repeated)),
                ("rows_before", float(before)),
                ("p_value", again.chance),
            ),
        )
    ]
