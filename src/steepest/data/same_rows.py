"""Whether a table still holds the rows of a contract, in their order: row numbers rely on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from steepest.data.contract import Contract
from steepest.data.fingerprint import fingerprint
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Sameness", "same_rows"]

Sameness = Literal["same", "another order", "other rows", "unknown"]


def same_rows(
    contract: Contract, frame: pl.DataFrame, target: Array, beside: Sequence[str] = ()
) -> Sameness:
    """What the usable rows of a table are to those of a contract.

    beside: the columns that its fingerprint was taken of besides the target and the features.
    "unknown" where the contract holds none.

    >>> from dataclasses import replace
    >>> from steepest.data.survey import read_contract
    >>> from steepest.data.table import read_table
    >>> table = read_table("houses")
    >>> contract, prices = read_contract(table, "price"), table.frame["price"].to_numpy()
    >>> known = replace(contract, fingerprint=fingerprint(table.frame, contract, prices))
    >>> same_rows(known, table.frame, prices), same_rows(known, table.frame[::-1], prices[::-1])
    ('same', 'another order')
    """
    before = contract.fingerprint
    if before is None:
        return "unknown"
    now = fingerprint(frame, contract, target, beside)
    if now == before:
        return "same"
    return "another order" if now.unordered == before.unordered else "other rows"
