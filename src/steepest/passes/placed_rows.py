"""Some rows drawn at random from all, that know where they stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.passes.drawing import Keys, below

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PlacedRows", "draw_placed", "drawn_together"]


@dataclass(frozen=True, slots=True, eq=False)
class PlacedRows:
    """Those of the smallest keys, in the order of the source.

    rows:    how many there were to draw from
    keys:    (k,)
    places:  (k,) how many of those rows came before each
    """

    rows: int
    keys: Keys
    places: NDArray[np.int64]
    frame: pl.DataFrame


def draw_placed(frame: pl.DataFrame, keys: Keys, most: int, likely: float = 1.0) -> PlacedRows:
    """The `most` rows with the smallest keys; none with a key beyond the share `likely` of keys.

    >>> import polars as pl
    >>> keys = np.array([9, 1, 4], dtype=np.uint64)
    >>> draw_placed(pl.DataFrame({"x": ["c", "a", "b"]}), keys, 2).places.tolist()
    [1, 2]
    """
    near = np.flatnonzero(below(keys, likely))
    chosen = np.sort(near[np.argsort(keys[near], kind="stable")[:most]])
    return PlacedRows(frame.height, keys[chosen], chosen.astype(np.int64), frame[chosen])


def drawn_together(parts: Sequence[PlacedRows], most: int) -> PlacedRows:
    """Of parts that follow each other."""
    import polars as pl

    starts = np.cumsum([0, *(part.rows for part in parts)])
    keys = np.concatenate([part.keys for part in parts])
    places = [part.places + start for part, start in zip(parts, starts, strict=False)]
    chosen = np.sort(np.argsort(keys, kind="stable")[:most])
    frame = pl.concat([part.frame for part in parts], rechunk=True)
    return PlacedRows(int(starts[-1]), keys[chosen], np.concatenate(places)[chosen], frame[chosen])
