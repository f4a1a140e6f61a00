"""What each column of a table holds: its kind, its range, its levels, its gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from steepest.data.contract import Column, Kind
from steepest.errors import InputError

__all__ = ["describe", "kind_of", "numbers", "refuse_infinite", "words"]

_MOST_LEVELS = 10


def kind_of(dtype: pl.DataType) -> Kind:
    """What a column of that type is to a model."""
    if dtype.is_numeric():
        return "number"
    if dtype == pl.Boolean:
        return "truth"
    return "text" if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum)) else "other"


def numbers(series: pl.Series) -> pl.Series:
    """As Float64: false and true are 0 and 1; null for what is missing, NaN or no number."""
    if kind_of(series.dtype) not in ("number", "truth"):
        series = words(series)
    return series.cast(pl.Float64, strict=False).fill_nan(None)


def words(series: pl.Series) -> pl.Series:
    """As String: whole numbers without a point, false and true in small letters."""
    return series.cast(pl.String, strict=False)


def describe(frame: pl.DataFrame, names: Sequence[str]) -> list[Column]:
    """Those columns over all rows of the frame, each with the role of a feature."""
    if not names:
        return []
    facts = frame.select(
        expression.alias(f"{position}.{fact}")
        for position, name in enumerate(names)
        for fact, expression in _facts(name, frame[name].dtype).items()
    ).row(0, named=True)
    columns: list[Column] = []
    for position, name in enumerate(names):
        series = frame[name]
        own = {fact: facts.get(f"{position}.{fact}") for fact in _FACTS}
        columns.append(_column(series, own, kind_of(series.dtype)))
    return columns


_FACTS = ("missing", "distinct", "low", "high", "mean", "std")


def _facts(name: str, dtype: pl.DataType) -> dict[str, pl.Expr]:
    column = pl.col(name)
    facts = {"missing": column.null_count()}
    kind = kind_of(dtype)
    if kind != "other":
        facts["distinct"] = column.drop_nulls().n_unique()
    if kind == "number":
        value = column.cast(pl.Float64)
        facts |= {"low": value.min(), "high": value.max(), "mean": value.mean()}
        facts["std"] = value.std(ddof=0)
    return facts


def _column(series: pl.Series, facts: dict[str, Any], kind: Kind) -> Column:
    return Column(
        name=series.name,
        dtype=str(series.dtype),
        kind=kind,
        role="feature",
        reason="",
        missing=facts["missing"],
        distinct=facts["distinct"] if kind != "other" else _distinct(series),
        low=facts["low"],
        high=facts["high"],
        mean=facts["mean"],
        std=facts["std"],
        levels=_levels(series) if kind == "text" else (),
    )


def _levels(series: pl.Series) -> tuple[tuple[str, int], ...]:
    """(level, rows) pairs, most frequent first and then by name, at most ten."""
    counts = words(series.drop_nulls()).alias("level").value_counts(name="rows")
    most = counts.sort(["rows", "level"], descending=[True, False]).head(_MOST_LEVELS)
    return tuple((str(level), int(rows)) for level, rows in most.iter_rows())


def _distinct(series: pl.Series) -> int:
    """Of a column of dates, lists and the like; lists are not all countable."""
    try:
        return series.drop_nulls().n_unique()
    except pl.exceptions.PolarsError:
        return len({repr(value) for value in series.drop_nulls().to_list()})


def refuse_infinite(frame: pl.DataFrame, names: Sequence[str], source: str) -> None:
    """Raise InputError for the first infinite value in those columns."""
    floats = [name for name in names if frame[name].dtype.is_float()]
    if not floats:
        return
    found = frame.select(pl.col(floats).is_infinite().any()).row(0)
    for name, infinite in zip(floats, found, strict=True):
        if infinite:
            row = int(frame[name].is_infinite().arg_max() or 0) + 1
            raise InputError(
                f'{source}: column "{name}" is infinite in data row {row:,}; put a number '
                "there, or leave it empty if the value is missing"
            )
