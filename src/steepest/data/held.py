"""A table held against a contract: each column that counts, beside what the contract has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from steepest.data.column_spread import ColumnSpread, levels_of, numbers_of
from steepest.data.contract import Column, Contract
from steepest.data.faults import Faults, faults_of
from steepest.data.repeated_rows import Repeated, count_repeated
from steepest.data.row_key import KeyFaults, key_faults
from steepest.data.sketch import spread_values
from steepest.data.target import class_numbers

if TYPE_CHECKING:
    import polars as pl

    from steepest.data.table import Table

__all__ = [
    "Held",
    "Pair",
    "UseOfTarget",
    "columns_held",
    "hold",
    "is_spread_over_bins",
    "pair_faults",
    "spread_of",
    "values_of",
]

UseOfTarget = Literal["if there", "needed", "ignored"]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A column of the contract, and the later column of that name.

    series: all of it, or of rows that are not in memory some, drawn at random
    faults: of all rows
    counts: of all rows, where `series` holds only some of them
    """

    column: Column
    series: pl.Series
    faults: Faults
    counts: ColumnSpread | None = None

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
        return is_spread_over_bins(self.column)

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.faults.missing

    @property
    def rows(self) -> int:
        """Of the later table."""
        return self.faults.rows

    @property
    def values(self) -> pl.Series:
        """What is there, as the contract's sketch counts it: Float64, or String for levels."""
        return values_of(self.column, self.series)

    @property
    def spread(self) -> ColumnSpread:
        """How all rows are spread."""
        return spread_of(self.column, self.series) if self.counts is None else self.counts

    @property
    def has_more_levels(self) -> bool:
        """Whether there were more levels than the contract's sketch lists."""
        sketch = self.column.sketch
        return sketch is not None and bool(sketch.levels) and sketch.counts[-1] > 0


def is_spread_over_bins(column: Column) -> bool:
    """Whether a column of the contract is spread over bins rather than levels."""
    return column.kind == "number" and (column.sketch is None or not column.sketch.levels)


def values_of(column: Column, series: pl.Series) -> pl.Series:
    """What is there of a later column, as the contract's sketch counts it."""
    if column.role == "target" and column.levels and not is_spread_over_bins(column):
        return _classes(column, series)
    return spread_values(series, "number" if is_spread_over_bins(column) else column.kind)


def spread_of(column: Column, series: pl.Series) -> ColumnSpread:
    """How a later column, or some rows of it, are spread beside the contract."""
    values = values_of(column, series)
    return (numbers_of if is_spread_over_bins(column) else levels_of)(column, values)


def _classes(column: Column, series: pl.Series) -> pl.Series:
    names = [name for name, _ in column.levels]
    numbers = {float(place): name for place, name in enumerate(names)}
    found = class_numbers(series.drop_nulls(), names)
    import polars as pl

    known = found.replace_strict(numbers, default=None, return_dtype=pl.String)
    return known.fill_null("(another)")


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A table beside a contract.

    source: of the table; rows: how many it has; names: of all its columns
    pairs:  the features and, where it is asked about, the target, those that are there
    units:  column -> what the table is said to be measured in
    key:    what is wrong with the key
    again:  rows that repeat an earlier one; None where the contract did not count them
    drawn:  how many rows the pairs' series hold, where these are not all; else 0
    """

    contract: Contract
    source: str
    rows: int
    names: tuple[str, ...]
    target: UseOfTarget
    pairs: tuple[Pair, ...]
    units: Mapping[str, str]
    key: KeyFaults
    again: Repeated | None
    drawn: int = 0

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
    frame = table.frame
    pairs = tuple(
        Pair(column, frame[column.name], pair_faults(contract, column, frame[column.name]))
        for column in columns_held(contract, frame.columns, target)
    )
    return Held(
        contract,
        table.source,
        frame.height,
        tuple(frame.columns),
        target,
        pairs,
        {**table.units, **units},
        key_faults(frame, contract.key),
        _again(contract, frame),
    )


def columns_held(
    contract: Contract, names: Collection[str], target: UseOfTarget
) -> tuple[Column, ...]:
    """The columns of the contract that count, of those that a table of these columns has."""
    roles = ("feature",) if target == "ignored" else ("feature", "target")
    return tuple(c for c in contract.columns if c.role in roles and c.name in names)


def pair_faults(contract: Contract, column: Column, series: pl.Series) -> Faults:
    """The faults of a later column, or of some rows of it."""
    return faults_of(column, series, contract.classes, number=is_spread_over_bins(column))


def _again(contract: Contract, frame: pl.DataFrame) -> Repeated | None:
    names = [column.name for column in contract.features]
    if contract.repeated is None or any(name not in frame.columns for name in names):
        return None
    return Repeated(count_repeated(frame, names), frame.height)
