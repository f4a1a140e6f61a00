"""A table held against a contract by a walk over its pieces.

Whatever can be counted is counted over all rows: kinds, gaps, infinite numbers, classes, how each
column is spread over the contract's bins, what lies outside the range and how far, levels. Other
units and swapped names are looked for in 20,000 rows drawn at random, and repeated keys and rows
among as many different ones as can be kept. A table of no more rows than are drawn is held as if
it had been in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from steepest.data.breach import ContractCheck
from steepest.data.check_contract import broken_table, checked, refuse_unknown_units
from steepest.data.columns import words
from steepest.data.contract import Contract
from steepest.data.hashed_rows import HashedRows
from steepest.data.held import Held, Pair, UseOfTarget, hold
from steepest.data.names import NoTableError
from steepest.data.repeated_rows import Repeated
from steepest.data.row_key import KeyFaults
from steepest.data.sources.source import Source
from steepest.data.table import Table
from steepest.passes.asking import Ask
from steepest.passes.held_against import HeldAgainst, Looked
from steepest.scaling.later_rows import enough_keys

__all__ = ["DRAWN", "CheckedRows", "check_by_pieces"]

DRAWN = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class CheckedRows:
    """How a table keeps to a contract.

    pieces: how many rows each piece has
    """

    check: ContractCheck
    pieces: tuple[int, ...]


def check_by_pieces(
    ask: Ask,
    contract: Contract,
    *,
    target: UseOfTarget = "if there",
    units: Mapping[str, str] | None = None,
    draw: int = DRAWN,
) -> CheckedRows:
    """Hold all rows against a contract, as `check_contract` does those of a table in memory."""
    source = ask.engine.source
    refuse_unknown_units(units or {}, tuple(source.schema), source.text)
    asked = HeldAgainst(contract, tuple(source.schema), target, draw, enough_keys(source, draw))
    looked = ask(asked, "holding every row against the contract") if source.pieces else None
    if looked is None or not looked.some.rows:
        said = f"{source.text} has column names but no rows; at least one row is needed"
        return CheckedRows(broken_table(NoTableError(said, "empty")), ())
    if looked.some.frame.height == looked.some.rows:
        held = _as_in_memory(source, asked, looked, units or {})
    else:
        held = _held(source, asked, looked, units or {})
    return CheckedRows(checked(held), tuple(looked.pieces))


def _as_in_memory(
    source: Source, asked: HeldAgainst, looked: Looked, units: Mapping[str, str]
) -> Held:
    table = Table(looked.some.frame, source.text, source.units)
    return replace(hold(asked.contract, table, asked.target, units), names=asked.names)


def _held(source: Source, asked: HeldAgainst, looked: Looked, units: Mapping[str, str]) -> Held:
    frame = looked.some.frame
    found = zip(asked.columns, looked.faults, looked.spreads, strict=True)
    return Held(
        contract=asked.contract,
        source=source.text,
        rows=looked.some.rows,
        names=asked.names,
        target=asked.target,
        pairs=tuple(
            Pair(column, frame[column.name], faults, counts) for column, faults, counts in found
        ),
        units={**source.units, **units},
        key=_key_faults(source, asked, looked),
        again=_repeated(looked.alike),
        drawn=frame.height,
    )


def _repeated(alike: HashedRows | None) -> Repeated | None:
    return None if alike is None else Repeated(alike.repeated, int(alike.counts.sum()))


def _key_faults(source: Source, asked: HeldAgainst, looked: Looked) -> KeyFaults:
    key = asked.contract.key
    gone = tuple(name for name in key if name not in asked.names)
    if gone or looked.keys is None:
        return KeyFaults(gone)
    gaps = {name: row + 1 for name, row in zip(key, looked.gaps, strict=True) if row is not None}
    if gaps:
        return KeyFaults(gaps=gaps)
    if looked.keys.second is None:
        return KeyFaults(looked=looked.keys.share)
    second, first = looked.keys.second
    shown = _row_shown(source, looked.pieces, key, second)
    return KeyFaults(twice=(first + 1, second + 1, shown), looked=looked.keys.share)


def _row_shown(source: Source, pieces: Sequence[int], key: Sequence[str], row: int) -> str:
    """The key of one row, which is read again for it."""
    starts = np.cumsum([0, *pieces])
    place = int(np.searchsorted(starts, row, side="right")) - 1
    at = row - int(starts[place])
    for frame in source.read(source.pieces[place], key, 32_768):
        if at < frame.height:
            return ", ".join(str(words(frame[name])[at]) for name in key)
        at -= frame.height
    return ""
