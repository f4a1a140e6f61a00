"""How much each row counts: the column of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from steepest.data.columns import kind_of, numbers
from steepest.data.names import did_you_mean
from steepest.errors import InputError
from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

    from steepest.data.contract import Contract
    from steepest.data.table import Table

__all__ = ["check_weight", "row_weights"]


def check_weight(table: Table, weight: str, *, target: str, features: Sequence[str] | None) -> None:
    """Raise InputError where the column cannot weigh the rows of the table that have a target.

    It must hold a finite number from 0 up in each of them, not 0 in all, and be neither the
    target nor among the features asked for.
    """
    if weight not in table.frame.columns:
        hint = did_you_mean(weight, table.frame.columns, table.index)
        raise InputError(f'{table.source} has no column "{weight}" to weigh the rows by; {hint}')
    if weight == target:
        raise InputError(f'"{weight}" is the target and cannot weigh the rows too; name another')
    if weight in ((features,) if isinstance(features, str) else features or ()):
        raise InputError(
            f'"{weight}" weighs the rows and cannot be a feature too; take it out of the features'
        )
    _refuse_wrong(table.frame[weight], table.frame[target].is_not_null(), f"{table.source}: ")


def row_weights(frame: pl.DataFrame, contract: Contract, *, whole: bool = True) -> Array | None:
    """(m,) float64: how much each row of `frame` counts; None where all count the same.

    whole: whether these are all rows there are, of which one at least must count.

    Raises InputError for a weight that is missing, negative or infinite, with its row, and
    where all of the whole are 0.

    >>> from steepest.data.survey import read_contract
    >>> from steepest.data.table import read_table
    >>> table = read_table({"x": [1.0, 2.0], "y": [0.5, 3.0], "n": [10, 30]})
    >>> row_weights(table.frame, read_contract(table, "y", weight="n")).tolist()
    [10.0, 30.0]
    """
    if contract.weight is None:
        return None
    if contract.weight not in frame.columns:
        hint = did_you_mean(contract.weight, frame.columns)
        raise InputError(f'there is no column "{contract.weight}" to weigh the rows by; {hint}')
    import polars as pl

    column = frame[contract.weight]
    _refuse_wrong(column, pl.repeat(True, frame.height, eager=True), "", whole=whole)
    return numbers(column).to_numpy()


def _refuse_wrong(column: pl.Series, counted: pl.Series, where: str, *, whole: bool = True) -> None:
    """counted: the rows that have a target; where: the beginning of the sentence."""
    about = f'{where}the weights "{column.name}"'
    if kind_of(column.dtype) not in ("number", "truth"):
        raise InputError(
            f"{about} are of type {column.dtype}; numbers from 0 up are expected, so convert "
            "them or name another column"
        )
    values = numbers(column)
    wrong = (values.is_null() | values.is_infinite() | (values < 0)).fill_null(True) & counted
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        found = "missing" if values[row] is None else readable(values[row])
        raise InputError(
            f"{about} must be numbers from 0 up, and in data row {row + 1:,} it is {found}; put "
            "one there, 0 for a row that is not to count"
        )
    if whole and not (values.filter(counted) > 0).any():
        raise InputError(f"{about} are 0 in every row, so that none counts; name another column")
