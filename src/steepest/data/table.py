"""Any table in: a CSV or Parquet file, a data frame of any kind, or a built-in data set.

Whatever comes, a `Table` leaves: a polars frame with one meaning of missing (null, never
NaN), unique names and at least one row. Nothing is imported that the caller's own table
has not loaded already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from steepest.data.names import NoTableError, check_names, did_you_mean
from steepest.errors import InputError
from steepest.readable import listed
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

    from steepest.data.contract import Contract

__all__ = ["Table", "read_table", "target_values", "usable_rows"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows and columns as they came.

    frame:   unique, non-empty names; missing values are null (a float NaN became one)
    source:  the path, or a few words for a table that was in memory already
    units:   column -> unit, where the table itself says so (Arrow and Parquet can)
    index:   names of the labels of the rows of a pandas frame, which are no columns
    """

    frame: pl.DataFrame
    source: str
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    index: tuple[str, ...] = ()


def read_table(data: object) -> Table:
    """Read any table.

    data: a path to a CSV or Parquet file (told apart by their content), the name of a
    built-in data set where no such file exists, a data frame, eager or lazy, of any kind that
    narwhals or Arrow's stream reads (polars, pandas, Arrow, DuckDB, Modin, ...), a NumPy array
    of two dimensions (columns x0, x1, ...) or of named fields, a mapping of names to columns,
    or a Table.

    Raises InputError for what is missing, empty, damaged or none of these.

    >>> read_table({"size": [1.0, float("nan")]}).frame["size"].to_list()
    [1.0, None]
    >>> read_table("houses").frame.columns
    ['size', 'price']
    """
    if isinstance(data, Table):
        return data
    if isinstance(data, (str, Path)):
        from steepest.data.file import read_file

        built_in = _built_in(data)
        if built_in is not None:
            return _table(built_in, {}, str(data))
        return _table(*read_file(Path(data)), str(data))
    from steepest.data.frames import index_of, reader_of

    kind, read = reader_of(data)
    try:
        return replace(_table(*read(), kind), index=index_of(data))
    except InputError:
        raise
    except Exception as error:  # polars, pandas and Arrow each raise errors of their own
        reason = str(error).strip().partition("\n")[0]
        raise InputError(f"{kind} could not be read as a table: {reason}") from error


def usable_rows(
    table: Table, contract: Contract, missing: Literal["impute", "drop", "refuse"] = "impute"
) -> pl.DataFrame:
    """The rows that have a target, with what to do about features that are missing.

    missing: "impute" keeps those rows (the representation fills them), "drop" drops them,
    "refuse" raises InputError with the first column and row.
    """
    import polars as pl

    if missing not in ("impute", "drop", "refuse"):
        raise InputError(f"missing is {missing!r}; expected one of impute, drop, refuse")
    names = [column.name for column in contract.features]
    _refuse_absent(table, [contract.target, *names])
    if missing == "refuse":
        _refuse_missing(table, contract.target, names)
    needed = [contract.target, *(names if missing == "drop" else [])]
    full = [name for name in needed if table.frame[name].null_count()]
    if not full:
        return table.frame
    frame = table.frame.filter(pl.all_horizontal(pl.col(full).is_not_null()))
    if frame.height == 0:
        raise InputError(
            f"{table.source}: every row misses a value in {' or '.join(full)}, so that no row "
            "is left; leave out the emptiest column, or impute the features' missing values"
        )
    return frame


def target_values(frame: pl.DataFrame, contract: Contract) -> Array:
    """(m,) float64: the target, or the place of its class among the contract's, from 0.0.

    Raises InputError for a missing, infinite or unknown value, with its row.
    """
    from steepest.data.columns import numbers
    from steepest.data.target import class_numbers

    name = contract.target
    if name not in frame.columns:
        raise InputError(f'there is no column "{name}"; {did_you_mean(name, frame.columns)}')
    target = frame[name]
    if target.null_count():
        raise InputError(f'the target "{name}" has no value in data row {_first_null(target)}')
    expected = f"one of {' and '.join(contract.classes)}" if contract.classes else "a number"
    if len(contract.classes) > 2:
        expected = f"one of {listed(contract.classes)}"
    values = class_numbers(target, contract.classes) if contract.classes else numbers(target)
    values = values.set(~values.is_finite(), None)
    if values.null_count():
        row = _first_null(values)
        raise InputError(
            f'the target "{name}" is {target[row - 1]!r} in data row {row}; expected {expected}'
        )
    return values.to_numpy()


def _built_in(data: str | Path) -> pl.DataFrame | None:
    from steepest.data import datasets

    name = str(data)
    if name in datasets.names() and not Path(data).exists():
        return datasets.load(name)
    return None


def _table(frame: pl.DataFrame, units: Mapping[str, str], source: str) -> Table:
    """Check the names and the size, and make NaN null."""
    import polars as pl
    import polars.selectors as cs

    check_names(frame.columns, source)
    if frame.width == 0:
        raise InputError(f"{source} has no columns; a target and at least one feature are needed")
    if frame.height == 0:
        said = f"{source} has column names but no rows; at least one row is needed"
        raise NoTableError(said, "empty")
    return Table(frame.with_columns(cs.float().fill_nan(pl.lit(None))), source, units)


def _refuse_absent(table: Table, names: Sequence[str]) -> None:
    for name in names:
        if name not in table.frame.columns:
            hint = did_you_mean(name, table.frame.columns, table.index)
            raise InputError(f'{table.source} has no column "{name}"; {hint}')


def _refuse_missing(table: Table, target: str, names: Sequence[str]) -> None:
    has_target = table.frame[target].is_not_null()
    for name in names:
        gaps = table.frame[name].is_null() & has_target
        if gaps.any():
            raise InputError(
                f'{table.source}: column "{name}" has no value in data row '
                f"{int(gaps.arg_max() or 0) + 1} ({gaps.sum():,} such rows); fill it in, or let "
                "missing values be imputed or their rows be dropped"
            )


def _first_null(series: pl.Series) -> int:
    """The number of the first row without a value, counted from 1."""
    return int(series.is_null().arg_max() or 0) + 1
