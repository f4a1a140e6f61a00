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
    frame = frame_from_arrow(batch.select(plain)) if plain else pl.DataFrame()
    frame = frame.with_columns(_texts(name, batch.column(name)) for name in coded)
    wrong = {name: kind for name, kind in types.items() if frame.schema[name] != kind}
    if wrong:
        frame = frame.cast(wrong)  # pyright: ignore[reportArgumentType]
    gaps = [name for name in plain if _may_hold_nan(batch.column(name))]
    frame = frame.with_columns(pl.col(gaps).fill_nan(None)) if gaps else frame
    return frame.select(list(types)) if coded else frame


def _texts(name: str, column: Any) -> pl.Series:
    import polars as pl

    levels = frame_from_arrow(_table({name: column.dictionary}))[name]
    places = frame_from_arrow(_table({name: column.indices}))[name]
    if levels.len() == 0:
        return pl.Series(name, [None] * places.len(), dtype=pl.String)
    return levels.cast(pl.String).gather(places)


def _table(columns: Mapping[str, Any]) -> Any:
    return arrow_module().table(columns)


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
