"""Rows as Arrow has decoded them: numbers without a copy, texts as the places of their levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrow import arrow_module
from steepest.data.reading import MISSING_LEVEL
from steepest.data.sources.batches import frame_of_batch
from steepest.data.sources.rows import FrameRows, Rows

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ArrowRows", "joined"]

_KINDS = {
    "double": "Float64",
    "float": "Float32",
    **{f"int{bits}": f"Int{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"UInt{bits}" for bits in (8, 16, 32, 64)},
    "bool": "Boolean",
}
_MOST_LEVELS = 4_096  # of a dictionary that is gone through anew for each batch


@dataclass(frozen=True, eq=False)
class ArrowRows:
    """Rows of a RecordBatch.

    types: of the columns as the source says, in its order

    >>> import polars as pl, pyarrow as pa
    >>> batch = pa.RecordBatch.from_pydict({"n": [3, None, 5]})
    >>> rows = ArrowRows(batch, {"n": pl.Int64()})
    >>> rows.numbers("n").tolist(), rows.missing("n"), rows.frame["n"].to_list()
    ([3.0, nan, 5.0], 1, [3, None, 5])
    """

    batch: Any
    types: Mapping[str, pl.DataType]

    @property
    def height(self) -> int:
        """m."""
        return self.batch.num_rows

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Made when it is first asked for."""
        return frame_of_batch(self.batch, self.types)

    def some(self, names: Sequence[str]) -> pl.DataFrame:
        """Made of their memory alone."""
        types = {name: self.types[name] for name in names}
        return frame_of_batch(self.batch.select(list(names)), types)

    def numbers(self, name: str) -> NDArray[Any] | None:
        """Where they lie if nothing is missing."""
        column = self.batch.column(name)
        kind, wanted = _KINDS.get(str(column.type)), str(self.types[name])
        if kind is None or wanted not in (kind, "Float64"):
            return FrameRows(self.some([name])).numbers(name)
        values = _values(column, kind)
        if not column.null_count:
            return values
        return np.where(_bits(column, column.buffers()[0]), values, np.nan)

    def missing(self, name: str) -> int:
        """Nulls and NaN."""
        gaps = self._gaps(name)
        return 0 if gaps is None else int(np.count_nonzero(gaps))

    def places(self, name: str, levels: Sequence[str]) -> NDArray[np.int64]:
        """By the places in Arrow's own dictionary, where it has one."""
        column = self.batch.column(name)
        texts = getattr(column, "dictionary", None)
        if texts is None or not _are_plain(texts):
            return FrameRows(self.some([name])).places(name, levels)
        place = {level: place for place, level in enumerate(levels)}
        known = [place.get(text, -1) for text in texts.to_pylist()]
        own = column.indices
        if not own.null_count:
            return np.array([*known, -1])[_values(own, str(own.type))]
        there = _bits(own, own.buffers()[0])
        where = np.where(there, _values(own, str(own.type)), len(known))
        return np.array([*known, place.get(MISSING_LEVEL, -1)])[where]

    def there(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Neither null nor NaN."""
        found = np.ones(self.height, np.bool_)
        for name in names:
            gaps = self._gaps(name)
            if gaps is not None:
                found &= ~gaps
        return found

    def filter(self, kept: NDArray[np.bool_]) -> ArrowRows:
        """A batch again."""
        return self.take(np.flatnonzero(kept))

    def take(self, places: NDArray[np.int64]) -> ArrowRows:
        """A batch again."""
        arrow = arrow_module()
        where = arrow.py_buffer(np.ascontiguousarray(places, dtype=np.int64))
        # not by pyarrow.array, which would load pandas to see whether it was given one of its own
        chosen = arrow.Array.from_buffers(arrow.int64(), len(places), [None, where])
        return ArrowRows(self.batch.take(chosen), self.types)

    def _gaps(self, name: str) -> NDArray[np.bool_] | None:
        """(m,) True where the column is null or NaN; None where it is nowhere."""
        column = self.batch.column(name)
        kind = _KINDS.get(str(column.type))
        values = self.numbers(name) if kind in ("Float64", "Float32") else None
        if values is not None:
            with np.errstate(over="ignore", invalid="ignore"):
                clean = not np.isnan(np.dot(values, values))
            return None if clean else np.isnan(values)
        texts = getattr(column, "dictionary", None)
        if kind is None and (texts is None or texts.null_count):
            return self.some([name])[name].is_null().to_numpy()
        if not column.null_count:
            return None
        return _bits(column, column.buffers()[0]) == 0


def joined(parts: Sequence[Rows]) -> pl.DataFrame:
    """The rows of all parts, one after the other; at least one part, and all of one source."""
    batches = [part for part in parts if isinstance(part, ArrowRows)]
    if len(batches) < len(parts):
        import polars as pl

        return pl.concat([part.frame for part in parts], rechunk=True)
    table = arrow_module().Table.from_batches([_undictionaried(part.batch) for part in batches])
    whole = table.combine_chunks().to_batches()
    return ArrowRows(whole[0] if whole else batches[0].batch, batches[0].types).frame


def _are_plain(texts: Any) -> bool:
    """Whether what the places of a dictionary mean is known by a look at few texts."""
    return str(texts.type) == "string" and not texts.null_count and len(texts) <= _MOST_LEVELS


def _undictionaried(batch: Any) -> Any:
    """With the texts themselves, for another batch may have them in other places."""
    arrow = arrow_module()
    columns = [
        column.dictionary_decode() if arrow.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return arrow.RecordBatch.from_arrays(columns, batch.schema.names)


def _values(column: Any, kind: str) -> NDArray[Any]:
    """What lies in the memory of a column of numbers, or of truths as 0 and 1; anything where it
    is null."""
    held = column.buffers()[1]
    if kind == "Boolean":
        return _bits(column, held)
    dtype = np.dtype(kind.lower())
    return np.frombuffer(held, dtype, len(column), column.offset * dtype.itemsize)


def _bits(column: Any, held: Any) -> NDArray[np.uint8]:
    """(m,) the bits that a buffer of the column holds for its rows, as 0 and 1."""
    begin = column.offset
    return np.unpackbits(
        np.frombuffer(held, np.uint8), count=begin + len(column), bitorder="little"
    )[begin:]
