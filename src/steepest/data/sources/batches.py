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
    coded = [f.name for f in batch.schema if arrow.types.is_dictionary(f.type)]
    plain = [name for name in types if name not in coded]
    there = frame_from_arrow(batch.select(plain)).get_columns() if plain else []
    columns = {series.name: series for series in there}
    for name in plain:
        if _may_hold_nan(batch.column(name)):
            columns[name] = columns[name].fill_nan(None)
    columns |= {name: _texts(name, batch.column(name)) for name in coded}
    wrong = [name for name, kind in types.items() if columns[name].dtype != kind]
    columns |= {name: columns[name].cast(types[name]) for name in wrong}
    return pl.DataFrame([columns[name] for name in types])


def _texts(name: str, column: Any) -> pl.Series:
    import polars as pl

    levels, places = _series(name, column.dictionary), _series(name, column.indices)
    if levels.len() == 0:
        return pl.Series(name, [None] * places.len(), dtype=pl.String)
    return levels.cast(pl.String).gather(places)


def _series(name: str, values: Any) -> pl.Series:
    # not by pyarrow.table, which would load pandas to see whether it was given one of its frames
    return frame_from_arrow(arrow_module().RecordBatch.from_arrays([values], [name]))[name]


def _may_hold_nan(column: Any) -> bool:
    """Whether a look at all bytes of a column finds any; what lies under a null counts too."""
    kinds = arrow_module().types
    if not kinds.is_floating(column.type):
        return False
    if kinds.is_float16(column.type):
        return True
    kind = np.dtype(np.float32 if kinds.is_float32(column.type) else np.float64)
    values = np.frombuffer(column.buffers()[1], kind, len(column), column.offset * kind.itemsize)
    return bool(len(values)) and bool(np.isnan(values.min()))
