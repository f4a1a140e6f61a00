"""A table held against a contract: each column that counts, beside what the contract has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from steepest.data.contract import Column, Contract
from steepest.data.sketch import spread_values
from steepest.data.target import class_numbers

if TYPE_CHECKING:
    import polars as pl

    from steepest.data.table import Table

__all__ = ["Held", "Pair", "UseOfTarget", "hold"]

UseOfTarget = Literal["if there", "needed", "ignored"]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A column of the contract, and the later column of that name."""

    column: Column
    series: pl.Series

    @property
    def name(self) -> str:
        """Of both."""
        return self.column.name

    @property
    def is_target(self) -> bool:
        """Whether it is what is predicted."""
        return self.column.role == "target"

    @property
    def is_number(self) -> bool:
        """Whether it is spread over bins rather than levels."""
        sketch = self.column.sketch
        return self.column.kind == "number" and (sketch is None or not sketch.levels)

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.series.null_count()

    @property
    def rows(self) -> int:
        """Of the later table."""
        return self.series.len()

    @property
    def values(self) -> pl.Series:
        """What is there, as the contract's sketch counts it: Float64, or String for levels."""
        if self.is_target and not self.is_number and self.column.levels:
            return self._classes()
        return spread_values(self.series, "number" if self.is_number else self.column.kind)

    @property
    def has_more_levels(self) -> bool:
        """Whether there were more levels than the contract's sketch lists."""
        sketch = self.column.sketch
        return sketch is not None and bool(sketch.levels) and sketch.counts[-1] > 0

    def _classes(self) -> pl.Series:
        names = [name for name, _ in self.column.levels]
        numbers = {float(place): name for place, name in enumerate(names)}
        found = class_numbers(self.series.drop_nulls(), names)
        import polars as pl

        known = found.replace_strict(numbers, default=None, return_dtype=pl.String)
        return known.fill_null("(another)")


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A table beside a contract.

    pairs:  the features and, where it is asked about, the target, those that are there
    units:  column -> what the table is said to be measured in
    """

    contract: Contract
    table: Table
    target: UseOfTarget
    pairs: tuple[Pair, ...]
    units: Mapping[str, str]

    @property
    def wanted(self) -> tuple[Column, ...]:
        """The columns that are to be there."""
        contract = self.contract
        return tuple(
            column
            for column in contract.columns
            if column.role == "feature" or (column.role == "target" and self.target == "needed")
        )

    def without(self, names: Collection[str]) -> Held:
        """The same without some columns, of which nothing more is asked."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair.name not in names))


def hold(contract: Contract, table: Table, target: UseOfTarget, units: Mapping[str, str]) -> Held:
    """Pair the columns of the contract that count with those of the table."""
    roles = ("feature",) if target == "ignored" else ("feature", "target")
    pairs = tuple(
        Pair(column, table.frame[column.name])
        for column in contract.columns
        if column.role in roles and column.name in table.frame.columns
    )
    return Held(contract, table, target, pairs, {**table.units, **units})
