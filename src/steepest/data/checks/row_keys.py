"""Whether the key still names each row."""

from __future__ import annotations

from steepest.data.breach import Breach
from steepest.data.held import Held
from steepest.data.row_key import first_repeated, key_text

__all__ = ["row_keys"]


def row_keys(held: Held) -> list[Breach]:
    """A column of the key is gone or has gaps, or two rows have one key."""
    frame, key = held.table.frame, held.contract.key
    gone = [name for name in key if name not in frame.columns]
    if gone:
        return [_breach("key_absent", name, "no such column", _lacks(name)) for name in gone]
    gaps = [name for name in key if frame[name].null_count()]
    if gaps:
        rows = {name: int(frame[name].is_null().arg_max() or 0) + 1 for name in gaps}
        return [
            _breach("key_missing", name, f"none in data row {row:,}", _gap(name, row))
            for name, row in rows.items()
        ]
    again = first_repeated(frame, key)
    if again is None:
        return []
    first, second, shown = again
    sentence = (
        f"the key {key_text(key)} names two rows: data rows {first:,} and {second:,} are both "
        f"{shown}; take one out"
    )
    came = f"{shown} in data rows {first:,} and {second:,}"
    return [_breach("key_repeated", ", ".join(key), came, sentence)]


def _lacks(name: str) -> str:
    return f'the table lacks "{name}", which is of the key that names each row; put it back'


def _gap(name: str, row: int) -> str:
    return f'column "{name}" of the key has no value in data row {row:,}; fill it in'


def _breach(code: str, column: str, came: str, sentence: str) -> Breach:
    return Breach(code, "broken", column, "a key for each row", came, sentence)
