"""A look at some rows from all over a source, to decide what enters the model and how."""

from __future__ import annotations

import numpy as np

from steepest.data.sources.source import Source
from steepest.data.table import Table
from steepest.trace import Array

__all__ = ["ROWS", "look", "middle"]

PLACES = 16
ROWS = 65_536


def look(source: Source, rows: int = ROWS) -> Table:
    """The first rows of up to sixteen pieces from the first to the last, `rows` in all.

    The same every time. Raises InputError where no row can be read.
    """
    import polars as pl

    pieces = source.pieces
    most = min(PLACES, len(pieces))
    chosen = sorted({round(i * (len(pieces) - 1) / max(1, most - 1)) for i in range(most)})
    each = -(-rows // len(chosen))
    frames = [next(source.read(pieces[i], list(source.schema), each)) for i in chosen]
    return Table(pl.concat(frames), source.text, source.units)


def middle(X: Array, y: Array) -> Array:
    """(d + 1,) the means of raw features and target: near enough to shift by."""
    return np.append(X.mean(axis=0), y.mean())
