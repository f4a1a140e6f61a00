"""The rows dealt into parts that a person can name: quarters of numbers, levels of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.readable import readable
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FEWEST_ROWS", "Parts", "parts_of_column", "parts_of_number", "parts_of_table"]

FEWEST_ROWS = 20
"""A part with fewer rows than this is too small to say anything of."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The rows dealt into disjoint parts: `part` (m,) holds the place of each in `labels`."""

    labels: tuple[str, ...]
    part: NDArray[Any]

    def rows(self) -> NDArray[np.intp]:
        """How many rows each part has, in the order of the labels."""
        return np.bincount(self.part, minlength=len(self.labels))

    def members(self, place: int) -> NDArray[np.bool_]:
        """(m,) True for the rows of one part."""
        return self.part == place


def parts_of_table(frame: pl.DataFrame) -> list[Parts]:
    """The parts of each column: quarters of a number, levels of a text or truth column.

    >>> import polars as pl
    >>> coast, size = parts_of_table(pl.DataFrame({"coast": ["a", "b"] * 4, "size": range(8)}))
    >>> coast.labels[:2], size.labels[0], size.rows().tolist()
    (('coast is a', 'coast is b'), 'size up to 1', [2, 2, 2, 2, 0])
    """
    return [parts_of_column(column) for column in frame.iter_columns()]


def parts_of_column(column: pl.Series) -> Parts:
    """The parts of one column; missing values are a part of their own."""
    import polars as pl

    if column.dtype.is_numeric():
        return parts_of_number(column.name, column.cast(pl.Float64).to_numpy())
    text = column.cast(pl.String)
    levels = text.drop_nulls().unique().sort()
    place = text.cast(pl.Enum(levels)).to_physical().fill_null(len(levels))
    labels = [f"{column.name} is {level}" for level in levels]
    return _dealt((*labels, f"{column.name} is missing"), place.to_numpy())


def parts_of_number(name: str, values: Array) -> Parts:
    """Quarters by value, equal values together; one more part for missing values."""
    known = values[np.isfinite(values)]
    if not len(known):
        return _dealt((f"{name} is missing",), np.zeros(len(values)))
    quartiles = np.quantile(known, [0.25, 0.5, 0.75], method="inverted_cdf")
    edges = np.unique(quartiles[quartiles < known.max()])
    place = np.where(np.isfinite(values), np.searchsorted(edges, values), len(edges) + 1)
    labels = [_label(name, edges, values[place == i], i) for i in range(len(edges) + 1)]
    return _dealt((*labels, f"{name} is missing"), place)


def _label(name: str, edges: Array, values: Array, quarter: int) -> str:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return f"{name} is {readable(low)}"
    if quarter == 0:
        return f"{name} up to {readable(high)}"
    if quarter == len(edges):
        return f"{name} above {readable(float(edges[-1]))}"
    return f"{name} from {readable(low)} to {readable(high)}"


def _dealt(labels: tuple[str, ...], place: NDArray[Any]) -> Parts:
    # one byte a row: a wide table has many columns, each dealt into few parts
    return Parts(labels, place.astype(np.min_scalar_type(len(labels))))
