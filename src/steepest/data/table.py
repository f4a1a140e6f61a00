"""Any table in: CSV, Parquet, polars, pandas, Arrow, or the name of a built-in data set.

Whatever comes, a `Table` leaves: a polars frame with one meaning of missing (null, never
NaN), unique names and at least one row. Nothing is imported that the caller's own table
has not loaded already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from steepest.data.arrow import frame_from_arrow
from steepest.data.names import check_names, did_you_mean
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
    """

    frame: pl.DataFrame
    source: str


def read_table(data: object) -> Table:
    """Read any table.

    data: a path to a CSV or Parquet file (told apart by their content), the name of a
    built-in data set where no such file exists, a polars DataFrame or LazyFrame, a pandas
    DataFrame, an Arrow Table, a mapping of names to columns, or a Table.

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

        return _table(*_built_in(data) or (read_file(Path(data)), str(data)))
    kind, read = _reader(data)
    try:
        return _table(read(), kind)
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


def _built_in(data: str | Path) -> tuple[pl.DataFrame, str] | None:
    from steepest.data import datasets

    name = str(data)
    if name in datasets.names() and not Path(data).exists():
        return datasets.load(name), name
    return None


def _reader(data: Any) -> tuple[str, Callable[[], pl.DataFrame]]:
    """What it is, in words, and how it becomes a polars frame."""
    import polars as pl

    if isinstance(data, pl.DataFrame):
        return "a polars DataFrame", lambda: data
    if isinstance(data, pl.LazyFrame):
        return "a polars LazyFrame", data.collect
    if isinstance(data, Mapping):
        return "a mapping of columns", lambda: _from_mapping(cast("Mapping[Any, Any]", data))
    if _is_a(data, "pandas", "DataFrame"):
        return "a pandas DataFrame", lambda: _from_pandas(data)
    if _is_a(data, "pyarrow", "Table") or _is_a(data, "pyarrow", "RecordBatch"):
        return "an Arrow Table", lambda: _from_arrow(data)
    raise InputError(
        f"expected a table (a path, a polars or pandas DataFrame, an Arrow Table, a mapping of "
        f"columns, or the name of a built-in data set); {type(data).__name__} came"
    )


def _is_a(data: object, package: str, name: str) -> bool:
    """Whether it is an instance of that class, without importing the package."""
    return any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == package
        for kind in type(data).__mro__
    )


def _from_pandas(data: Any) -> pl.DataFrame:
    import polars as pl

    names = [str(name) for name in data.columns]
    check_names(names, "a pandas DataFrame")
    return cast("pl.DataFrame", pl.from_pandas(data.set_axis(names, axis=1)))


def _from_arrow(data: Any) -> pl.DataFrame:
    check_names([str(name) for name in data.schema.names], "an Arrow Table")
    return frame_from_arrow(data)


def _from_mapping(data: Mapping[Any, Any]) -> pl.DataFrame:
    import polars as pl

    check_names([str(name) for name in data], "a mapping of columns")
    return pl.DataFrame({str(name): column for name, column in data.items()})


def _table(frame: pl.DataFrame, source: str) -> Table:
    """Check the names and the size, and make NaN null."""
    import polars as pl
    import polars.selectors as cs

    check_names(frame.columns, source)
    if frame.width == 0:
        raise InputError(f"{source} has no columns; a target and at least one feature are needed")
    if frame.height == 0:
        raise InputError(f"{source} has column names but no rows; at least one row is needed")
    return Table(frame.with_columns(cs.float().fill_nan(pl.lit(None))), source)


def _refuse_absent(table: Table, names: Sequence[str]) -> None:
    for name in names:
        if name not in table.frame.columns:
            hint = did_you_mean(name, table.frame.columns)
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
