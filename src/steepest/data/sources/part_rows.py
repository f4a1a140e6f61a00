"""Rows of a file of which the names of its folders say more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.sources.rows import FrameRows, Rows

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PartRows"]


@dataclass(frozen=True, slots=True, eq=False)
class PartRows:
    """Rows of a file, and beside them what the names of its folders say of all of them.

    added:    one row
    columns:  of either, in this order
    """

    rows: Rows
    added: pl.DataFrame
    columns: tuple[str, ...]

    @property
    def height(self) -> int:
        """m."""
        return self.rows.height

    @property
    def frame(self) -> pl.DataFrame:
        """With columns of one value."""
        return self._with_added(self.rows.frame, self.columns)

    def some(self, names: Sequence[str]) -> pl.DataFrame:
        """With those of the folders' columns that are asked for."""
        own = [name for name in names if self._one(name) is None]
        return self._with_added(self.rows.some(own) if own else self.rows.frame, names)

    def numbers(self, name: str) -> NDArray[Any] | None:
        """Of a folder one number, again and again."""
        one = self._one(name)
        if one is None:
            return self.rows.numbers(name)
        value = one.numbers(name)
        return None if value is None else np.repeat(value, self.height)

    def missing(self, name: str) -> int:
        """None or all of a folder's."""
        one = self._one(name)
        return self.rows.missing(name) if one is None else one.missing(name) * self.height

    def places(self, name: str, levels: Sequence[str]) -> NDArray[np.int64]:
        """Of a folder one place, again and again."""
        one = self._one(name)
        if one is None:
            return self.rows.places(name, levels)
        return np.repeat(one.places(name, levels), self.height)

    def there(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Where neither the file's nor the folder's are missing."""
        own = [name for name in names if self._one(name) is None]
        empty = any(self.missing(name) for name in names if name not in own)
        if empty or not own:
            return np.full(self.height, not empty)
        return self.rows.there(own)

    def filter(self, kept: NDArray[np.bool_]) -> PartRows:
        """Of the same folder."""
        return replace(self, rows=self.rows.filter(kept))

    def take(self, places: NDArray[np.int64]) -> PartRows:
        """Of the same folder."""
        return replace(self, rows=self.rows.take(places))

    def _with_added(self, frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
        import polars as pl

        named = [name for name in names if name in self.added.columns]
        more = [pl.lit(self.added[name]).first().alias(name) for name in named]
        return frame.with_columns(more).select(names)

    def _one(self, name: str) -> FrameRows | None:
        """The one row, if the column is a folder's."""
        return FrameRows(self.added) if name in self.added.columns else None
