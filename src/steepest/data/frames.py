"""A polars frame from whatever holds a table: narwhals for data frames, Arrow's stream, NumPy.

Nothing is imported here that the caller's own table has not loaded already, but for narwhals,
which only looks at what is loaded.
"""

from __future__ import annotations

import cmath
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from steepest.data.arrow import arrow_module, frame_from_arrow, units_from_arrow
from steepest.data.names import check_names
from steepest.data.sparse import is_sparse
from steepest.errors import InputError
from steepest.readable import listed

if TYPE_CHECKING:
    import polars as pl

__all__ = ["index_of", "kind_in_words", "reader_of"]

_ONE_COLUMN = {
    "polars": ("Series",),
    "pandas": ("Series", "Index"),
    "modin": ("Series",),
    "pyarrow": ("ChunkedArray", "Array"),
}
Read = Callable[[], "tuple[pl.DataFrame, dict[str, str]]"]
"""Reads the frame, and the units that it states."""


def reader_of(data: Any) -> tuple[str, Read]:
    """What it is, in words, and how it becomes a polars frame; InputError for what is no table."""
    import polars as pl

    if isinstance(data, pl.DataFrame):
        return "a polars DataFrame", lambda: (data, {})
    if isinstance(data, pl.LazyFrame):
        return "a polars LazyFrame", lambda: (data.collect(), {})
    if isinstance(data, Mapping):
        columns = cast("Mapping[Any, Any]", data)
        return "a mapping of columns", lambda: (_from_mapping(columns), {})
    if isinstance(data, np.ndarray):
        return "a NumPy array", lambda: (_from_array(cast("Any", data)), {})
    if _is_a(data, "pyarrow", "Table") or _is_a(data, "pyarrow", "RecordBatch"):
        return "an Arrow Table", lambda: _from_arrow(data)
    frame = _narwhals_frame(data)
    if frame is not None:
        return kind_in_words(data), lambda: (_from_narwhals(data, frame), {})
    _refuse_one_column(data)
    if not isinstance(data, type) and hasattr(data, "__arrow_c_stream__"):
        return kind_in_words(data), lambda: _from_arrow(_arrow_table(data))
    raise InputError(
        "expected a table (a path, a data frame of polars, pandas, Arrow, DuckDB or any other "
        "that narwhals or Arrow can read, a two-dimensional NumPy array, a mapping of columns, or "
        f"the name of a built-in data set); {type(data).__name__} came"
    )


def index_of(data: object) -> tuple[str, ...]:
    """The names of the labels of the rows of a pandas frame, which are no columns."""
    if not _is_a(data, "pandas", "DataFrame") and not _is_a(data, "modin", "DataFrame"):
        return ()
    names: list[Any] = list(cast("Any", data).index.names)
    return tuple(str(name) for name in names if name is not None)


def _refuse_one_column(data: object) -> None:
    """Raise InputError for what holds numbers and has no named columns, with what to do."""
    for package, kinds in _ONE_COLUMN.items():
        for kind in kinds:
            if _is_a(data, package, kind):
                raise InputError(
                    f"expected a table; what came is one column ({kind}): put it beside others, "
                    'under names, as {"size": ..., "price": ...}'
                )
    if is_sparse(data):
        raise InputError(
            f"a sparse {type(data).__name__} has no names of columns; give its toarray(), or fit "
            "it as it is with the estimators of steepest.sklearn"
        )


def _is_a(data: object, package: str, name: str) -> bool:
    """Whether it is an instance of that class, without importing the package."""
    return any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == package
        for kind in type(data).__mro__
    )


def kind_in_words(data: object) -> str:
    """The kind of table in words: "a pandas DataFrame", "a DuckDB relation"."""
    if _is_a(data, "pandas", "DataFrame"):
        return "a pandas DataFrame"
    package = type(data).__module__.partition(".")[0].lstrip("_")
    if package == "duckdb":
        return "a DuckDB relation"
    return f"a {package} {type(data).__name__}"


def _narwhals_frame(data: object) -> Any:
    """The table as narwhals sees it; None where it does not know it."""
    narwhals: Any = importlib.import_module("narwhals")
    frame = narwhals.from_native(_with_text_names(data), pass_through=True)
    return frame if isinstance(frame, (narwhals.DataFrame, narwhals.LazyFrame)) else None


def _with_text_names(data: Any) -> Any:
    """A pandas frame may have numbers, and one name twice: told before narwhals stumbles."""
    if not _is_a(data, "pandas", "DataFrame") and not _is_a(data, "modin", "DataFrame"):
        return data
    names = [str(name) for name in data.columns]
    check_names(names, kind_in_words(data))
    return data.set_axis(names, axis=1)


def _from_narwhals(data: Any, frame: Any) -> pl.DataFrame:
    called = kind_in_words(data)
    # DuckDB renames the second of two that differ at most in their case
    relation = called == "a DuckDB relation"
    names: list[str] = list(data.columns if relation else frame.collect_schema().names())
    check_names([name.lower() for name in names] if relation else names, called)
    eager = frame.collect("polars") if hasattr(frame, "collect") else frame
    try:
        return cast("pl.DataFrame", eager.to_polars())
    except Exception:  # of Arrow, which takes a frame as a whole or not at all
        if not _is_a(data, "pandas", "DataFrame"):
            raise
    return _from_pandas(eager.to_native(), called)


def _from_pandas(data: Any, called: str) -> pl.DataFrame:
    """Column by column: sparse ones made dense, and what no other type holds as objects."""
    import polars as pl

    columns: list[pl.Series] = []
    for name in data.columns:
        values = data[name]
        if hasattr(values, "sparse") and str(values.dtype).startswith("Sparse"):
            values = values.sparse.to_dense()
        try:
            columns.append(cast("pl.Series", pl.from_pandas(values)).alias(name))
        except Exception:  # of Arrow and of polars
            columns.append(_objects(name, values.tolist(), called))
    return pl.DataFrame(columns)


def _objects(name: str, values: Sequence[Any], called: str) -> pl.Series:
    """Values of one kind that is no number, truth or text; InputError for those of several."""
    import polars as pl

    told = [None if _is_missing(value) else value for value in values]
    kinds = sorted({type(value).__name__ for value in told if value is not None})
    if len(kinds) > 1 and not set(kinds) <= {"complex", "float", "int"}:
        raise InputError(
            f'{called}: column "{name}" holds values of several kinds ({listed(kinds)}); make them '
            "all numbers or all texts"
        )
    return pl.Series(name, told, dtype=pl.Object)


def _is_missing(value: Any) -> bool:
    nan = isinstance(value, (float, complex)) and cmath.isnan(value)
    return nan or _is_a(value, "pandas", "NAType") or _is_a(value, "pandas", "NaTType")


def _arrow_table(data: Any) -> Any:
    """What offers Arrow's stream of record batches, as an Arrow Table."""
    return arrow_module().table(data)


def _from_arrow(data: Any) -> tuple[pl.DataFrame, dict[str, str]]:
    check_names([str(name) for name in data.schema.names], "an Arrow Table")
    return frame_from_arrow(data), units_from_arrow(data.schema)


def _from_mapping(data: Mapping[Any, Any]) -> pl.DataFrame:
    import polars as pl

    called = "a mapping of columns"
    check_names([str(name) for name in data], called)
    columns = {str(name): column for name, column in data.items()}
    try:
        return pl.DataFrame(columns)
    except Exception:  # which of them cannot be read is found column by column
        return pl.DataFrame({name: _listed(name, own, called) for name, own in columns.items()})


def _listed(name: str, values: Any, called: str) -> Any:
    import polars as pl

    if not isinstance(values, (list, tuple)):
        return values
    held = list(cast("Sequence[Any]", values))
    try:
        return pl.Series(name, held)
    except Exception:  # of polars
        return _objects(name, held, called)


def _from_array(data: np.ndarray[Any, Any]) -> pl.DataFrame:
    """Columns x0, x1, ... of a matrix; those of their names of a structured array."""
    import polars as pl

    names = data.dtype.names
    if names:
        rows = data.reshape(-1)
        return pl.DataFrame({name: _column(rows[name]) for name in names})
    if data.ndim != 2:
        raise InputError(
            f"the NumPy array has the shape {data.shape}; a table has two dimensions, rows and "
            "columns, so reshape it"
        )
    return pl.DataFrame({f"x{j}": _column(data[:, j]) for j in range(data.shape[1])})


def _column(values: np.ndarray[Any, Any]) -> Any:
    """What polars takes: masked values are missing, objects and halves become what they hold."""
    if isinstance(values, np.ma.MaskedArray) or values.dtype.kind in "OSU":
        return values.tolist()
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        return values.astype(np.float64)
    return np.ascontiguousarray(values)
