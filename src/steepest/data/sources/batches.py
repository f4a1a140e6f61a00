"""A batch of Arrow as a frame, with as little work as its columns allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.data.arrow import arrow_module, frame_from_arrow

if TYPE_CHECKING:
    import polars as pl

__all__ = ["frame_of_batch"]


def frame_of_batch(batch: Any, types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A RecordBatch typed as `types` says, in their order; what is not a number becomes null.

    Texts may come as the places of their levels.

    >>> import polars as pl, pyarrow as pa
    >>> batch = pa.RecordBatch.from_pydict({"x": [1.0, float("nan")]})
    >>> frame_of_batch(batch, {"x": pl.Float64()})["x"].to_list()
    [1.0, None]
    """
    import polars as pl

    arrow = arrow_module()
    given = {name: batch.column(name) for name in types}
    kinds = arrow.types
    coded = {name: each for name, each in given.items() if kinds.is_dictionary(each.type)}
    plain = given | {name: each.indices for name, each in coded.items()}
    rows = arrow.RecordBatch.from_arrays(list(plain.values()), list(plain))
    columns = {series.name: series for series in frame_from_arrow(rows).get_columns()}
    for name, each in given.items():
        if kinds.is_floating(each.type) and _may_hold_nan(each):
            columns[name] = columns[name].fill_nan(None)
    columns |= {name: _texts(each.dictionary, columns[name]) for name, each in coded.items()}
    wrong = [name for name, kind in types.items() if columns[name].dtype != kind]
    columns |= {name: columns[name].cast(types[name]) for name in wrong}
    return pl.DataFrame([columns[name] for name in types])


def _texts(dictionary: Any, places: pl.Series) -> pl.Series:
    import polars as pl

    if places.null_count() == places.len():  # also of no levels
        return pl.Series(places.name, [None] * places.len(), dtype=pl.String)
    levels = _series(places.name, dictionary)
    return levels.cast(pl.String)[places]  # .gather would wake a pool of threads


def _series(name: str, values: Any) -> pl.Series:
    # not by pyarrow.table, which would load pandas to see whether it was given one of its frames
    return frame_from_arrow(arrow_module().RecordBatch.from_arrays([values], [name]))[name]


def _may_hold_nan(column: Any) -> bool:
    """Whether a look at all bytes of floats finds any; what lies under a null counts too."""
    width = column.type.bit_width
    if width == 16:
        return True
    kind = np.dtype(np.float32 if width == 32 else np.float64)
    values = np.frombuffer(column.buffers()[1], kind, len(column), column.offset * kind.itemsize)
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(len(values)) and bool(np.isnan(values @ values))
