"""Which rows are held out and which are drawn, told from a row's place alone.

A row's number is a hash of the seed, of its piece and of its place in it: whoever reads the row
gets the same, in whatever order the pieces are read, and nothing need be kept of a billion rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.data.mixing import ODD, mix

__all__ = ["Keys", "below", "row_keys"]

Keys = NDArray[np.uint64]


def row_keys(seed: int, piece: int, first: int, rows: int) -> Keys:
    """(rows,) a number each, as good as drawn at random from all of 64 bits.

    Source: SplitMix64 (see `mix`), at the place of the row in the stream of its piece.

    >>> row_keys(0, 1, 5, 2).tolist() == row_keys(0, 1, 0, 7)[5:].tolist()
    True
    """
    stream = mix(np.array([(seed << 32) + piece + 1], dtype=np.uint64) * ODD)
    keys = np.arange(first + 1, first + rows + 1, dtype=np.uint64)
    keys *= ODD
    keys += stream
    return mix(keys)


def below(keys: Keys, share: float) -> NDArray[np.bool_]:
    """(rows,) True for that share of all keys.

    >>> float(below(row_keys(3, 0, 0, 100_000), 0.2).mean().round(2))
    0.2
    """
    if share >= 1.0:
        return np.ones(len(keys), dtype=np.bool_)
    return keys < np.uint64(int(share * 2.0**64))
