"""Columns that the first look left out for what not all rows bear out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from steepest.data.contract import Column, Contract
from steepest.passes.column_sums import ColumnSums
from steepest.passes.survey import Surveyed
from steepest.scaling.counted_levels import DOES_NOT_VARY, twins_in

__all__ = ["disproved", "doubtful"]


def doubtful(contract: Contract) -> tuple[str, ...]:
    """The columns of numbers that were left out for being constant, or equal to another one."""
    alike = twins_in(contract)
    return tuple(
        column.name
        for column in contract.columns
        if column.role == "left_out"
        and column.kind in ("number", "truth")
        and (column.reason in DOES_NOT_VARY or column.name in alike)
    )


def disproved(
    contract: Contract, beside: Sequence[str], columns: Sequence[str], found: Surveyed
) -> Contract:
    """The contract with those columns as features that vary, or differ, over all rows.

    beside: the columns in doubt, which were surveyed after `columns`. The contract itself where
    there is none of them.
    """
    sums = dict(zip((*columns, *beside), found.columns, strict=True))
    alike = twins_in(contract)
    again = {
        name
        for name in beside
        if (_differs(sums, name, alike[name]) if name in alike else _varies(sums[name]))
    }
    if not again:
        return contract
    return replace(
        contract,
        columns=tuple(_feature(column) if column.name in again else column
                      for column in contract.columns),
    )  # fmt: skip


def _feature(column: Column) -> Column:
    return replace(column, role="feature", reason="")


def _varies(sums: ColumnSums) -> bool:
    return sums.low is not None and sums.high is not None and sums.low < sums.high


def _differs(sums: dict[str, ColumnSums], name: str, earlier: str) -> bool:
    """Whether two columns cannot hold the same values.

    The same numbers in the same order have the same sums to the last bit; an earlier column that
    was not surveyed itself was left out as well.
    """
    return earlier in sums and sums[name] != sums[earlier]
