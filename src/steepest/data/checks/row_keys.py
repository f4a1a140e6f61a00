"""Whether the key still names each row."""

from __future__ import annotations

from steepest.data.breach import Breach
from steepest.data.held import Held
from steepest.data.row_key import key_text

__all__ = ["row_keys"]


def row_keys(held: Held) -> list[Breach]:
    """A column of the key is gone or has gaps, or two rows have one key."""
    key, found = held.contract.key, held.key
    if found.gone:
        return [_breach("key_absent", name, "no such column", _lacks(name)) for name in found.gone]
    if found.gaps:
        return [
            _breach("key_missing", name, f"none in data row {row:,}", _gap(name, row))
            for name, row in found.gaps.items()
        ]
    if found.twice is None:
        return [] if found.looked >= 1 else [_partly(held)]
    first, second, shown = found.twice
    sentence = (
        f"the key {key_text(key)} names two rows: data rows {first:,} and {second:,} are both "
        f"{shown}; take one out"
    )
    came = f"{shown} in data rows {first:,} and {second:,}"
    return [_breach("key_repeated", ", ".join(key), came, sentence)]


def _partly(held: Held) -> Breach:
    share = f"{100 * held.key.looked:.2g} % of the keys"
    return Breach(
        "key_in_part",
        "note",
        ", ".join(held.contract.key),
        "a key for each row",
        f"none twice among {share}",
        f"of so many rows {share} were looked at for one that is there twice, and none is",
        (("share", held.key.looked),),
    )


def _lacks(name: str) -> str:
    return f'the table lacks "{name}", which is of the key that names each row; put it back'


def _gap(name: str, row: int) -> str:
    return f'column "{name}" of the key has no value in data row {row:,}; fill it in'


def _breach(code: str, column: str, came: str, sentence: str) -> Breach:
    return Breach(code, "broken", column, "a key for each row", came, sentence)
