"""The table of a lab: its usable rows, at most 5,000 of them, and what is asked of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.asking import column, columns_named
from steepest.data import datasets
from steepest.data.contract import Contract, loss_for
from steepest.data.names import did_you_mean
from steepest.data.survey import read_contract
from steepest.data.table import Table, read_table, target_values, usable_rows
from steepest.errors import InputError
from steepest.evaluation.splits.split import split_rows
from steepest.live.setting import LARGEST, SHARE
from steepest.readable import listed, readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MOST_ROWS", "ShownTable", "shown_table", "unit_of"]

MOST_UNASKED = 49  # with the intercept as many parameters as a page shows
PAIR = 2
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class ShownTable:
    """Rows of a table with a target, as a lab shows them.

    frame:     m usable rows; contract: of these rows, with the features that were asked for
    features:  those asked for
    truth:     (m,) the target, 0 and 1 for two classes
    held:      (m,) which rows are kept for validation when some are
    units:     number column -> what the scale "unit" divides it by
    total:     how many usable rows there are; more than m where these are a sample
    """

    frame: pl.DataFrame
    contract: Contract
    features: tuple[str, ...]
    truth: Array
    held: NDArray[np.bool_]
    units: dict[str, float]
    total: int

    @property
    def source(self) -> str:
        """Where the rows came from."""
        return self.contract.source

    @property
    def target(self) -> str:
        """The name of the target."""
        return self.contract.target

    @property
    def name(self) -> str:
        """What it is called: of a file its name, without the folders."""
        return Path(self.contract.source).name

    @property
    def x_name(self) -> str | None:
        """The one number column, where there is just one feature and it is a number."""
        kinds = [column.kind for column in self.contract.features]
        return self.contract.features[0].name if kinds == ["number"] else None

    @property
    def x(self) -> Array | None:
        """(m,) the values of `x_name`."""
        name = self.x_name
        return None if name is None else self.frame[name].cast(float).to_numpy()


def shown_table(
    source: object, x: str | Sequence[str] | None = None, y: str | None = None
) -> ShownTable:
    """Read a table, and settle what is learned from what.

    source:  as `read_table` takes it; x: columns to learn from, None: all other numbers, up to
    49; y: the target, None: that of a built-in data set, and the second of two columns.

    Raises InputError for a table or columns that cannot be used, and for a target of more
    than two classes.

    >>> table = shown_table("houses")
    >>> table.x_name, table.target, table.units["size"], table.total
    ('size', 'price', 1000.0, 50)
    """
    table = read_table(source)
    target = _target(table, y)
    features = columns_named(x) or _numbers(table, target)
    asked = read_contract(table, target, features=features)
    if loss_for(asked) == "softmax":
        raise InputError(
            f'"{target}" has {len(asked.classes)} classes ({listed(asked.classes)}); the lab shows '
            "models of numbers and of two classes: take another target, or the rows of two classes"
        )
    frame = usable_rows(table, asked, "drop" if len(asked.features) == 1 else "impute")
    total = frame.height
    if total > MOST_ROWS:
        chosen = np.random.default_rng(0).choice(total, MOST_ROWS, replace=False)
        frame = frame[np.sort(chosen)]
    contract = read_contract(Table(frame, table.source), target, features=features)
    truth = target_values(frame, contract)
    _check_sizes(frame, contract, truth)
    return ShownTable(
        frame=frame,
        contract=contract,
        features=tuple(column.name for column in contract.features),
        truth=truth,
        held=_held(truth, contract),
        units=_units(frame),
        total=total,
    )


def unit_of(values: Array) -> float:
    """The power of ten that brings values to size 1 to 10; 1 where they are from 0.1 to 10.

    >>> unit_of(np.array([800.0, -3500.0])), unit_of(np.array([0.5])), unit_of(np.array([0.02]))
    (1000.0, 1.0, 0.01)
    """
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    if largest == 0 or 0.1 <= largest < 10:
        return 1.0
    return float(f"1e{math.floor(math.log10(largest))}")


def _target(table: Table, y: str | None) -> str:
    if y is not None:
        name = column("y", y)
        if name not in table.frame.columns:
            hint = did_you_mean(name, table.frame.columns)
            raise InputError(f'{table.source} has no column "{name}"; {hint}')
        return name
    if table.source in datasets.names():
        return datasets.describe(table.source).target
    if table.frame.width == PAIR:
        return table.frame.columns[-1]
    raise InputError(
        f"say which column of {table.source} is to be predicted (y, or --y COLUMN); it has "
        f"{listed(table.frame.columns)}"
    )


def _numbers(table: Table, target: str) -> tuple[str, ...]:
    """The number columns besides the target: one is a line, several are a model of all."""
    numeric = [
        name for name, dtype in table.frame.schema.items() if dtype.is_numeric() and name != target
    ]
    if 1 <= len(numeric) <= MOST_UNASKED:
        return tuple(numeric)
    others = [name for name in table.frame.columns if name != target]
    raise InputError(
        f"{table.source} has {len(numeric)} columns of numbers besides {target}; say which to "
        f"learn from (x, or --x COLUMN for each of them): {listed(others)}"
    )


def _check_sizes(frame: pl.DataFrame, contract: Contract, truth: Array) -> None:
    """Refuse columns whose squares are no numbers any more."""
    numeric = [column.name for column in contract.features if column.kind == "number"]
    columns = {name: frame[name].cast(float).drop_nulls().to_numpy() for name in numeric}
    for name, values in {**columns, contract.target: truth}.items():
        largest = float(np.abs(values).max(initial=0.0))
        if largest > LARGEST or 0 < largest < 1.0 / LARGEST:
            raise InputError(
                f'the column "{name}" of {contract.source} holds numbers of the size of '
                f"{readable(largest)}; the lab takes those from {1.0 / LARGEST:g} to {LARGEST:g}: "
                "give it in another unit"
            )


def _held(truth: Array, contract: Contract) -> NDArray[np.bool_]:
    classes = truth if contract.classes else None
    split = split_rows(len(truth), share=SHARE, seed=0, classes=classes)
    held = np.zeros(len(truth), dtype=np.bool_)
    held[split.test] = True
    return held


def _units(frame: pl.DataFrame) -> dict[str, float]:
    return {
        name: unit_of(frame[name].cast(float).drop_nulls().to_numpy())
        for name, dtype in frame.schema.items()
        if dtype.is_numeric()
    }
