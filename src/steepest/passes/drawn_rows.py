"""Some rows drawn at random from all: those of the smallest keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.passes.drawing import Keys

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DrawnRows", "draw"]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnRows:
    """At most so many rows, each as likely as any other, whichever pieces they came from.

    keys:   (k,) rising
    frame:  the rows, in that order
    """

    keys: Keys
    frame: pl.DataFrame


def draw(frame: pl.DataFrame, keys: Keys, most: int) -> DrawnRows:
    """The `most` rows with the smallest keys.

    >>> import polars as pl
    >>> frame = pl.DataFrame({"x": ["c", "a", "b"]})
    >>> draw(frame, np.array([9, 1, 4], dtype=np.uint64), 2).frame["x"].to_list()
    ['a', 'b']
    """
    order = np.argsort(keys, kind="stable")[:most]
    return DrawnRows(keys[order], frame[order])
