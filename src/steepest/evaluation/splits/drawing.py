"""How the rows of a table are drawn, by what they were split by: each alone, in groups, in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from steepest.errors import InputError
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.splits.split import Split
from steepest.evaluation.splits.split_labels import labels_of

if TYPE_CHECKING:
    import polars as pl

__all__ = ["drawn_of"]


def drawn_of(split: Split, frame: pl.DataFrame) -> Drawn:
    """What the rows of `frame` are drawn by: the groups or moments of the split's column.

    Each by itself for another split, and where the column is not there or misses values: nothing
    is then known of what the rows share.

    >>> import polars as pl
    >>> frame = pl.DataFrame({"site": ["b", "a", "b"]})
    >>> drawn_of(Split("group", 0.2, 0, 3, (), column="site"), frame).places.tolist()
    [1, 0, 1]
    """
    if split.method not in ("group", "time") or split.column not in frame.columns:
        return EACH_ROW
    kind = "groups" if split.method == "group" else "times"
    if frame[split.column].n_unique() < 2:
        return Drawn(kind, np.zeros(frame.height, dtype=np.int64))
    try:
        labels = labels_of(split.method, split.column, frame, np.zeros(frame.height))
    except InputError:
        return EACH_ROW
    return Drawn(kind, labels.places)
