"""Which rows are held out and which are drawn, told from a row's place alone.

A row's number is a hash of the seed, of its piece and of its place in it: whoever reads the row
gets the same, in whatever order the pieces are read, and nothing need be kept of a billion rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Keys", "below", "row_keys"]

Keys = NDArray[np.uint64]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def row_keys(seed: int, piece: int, first: int, rows: int) -> Keys:
    """(rows,) a number each, as good as drawn at random from all of 64 bits.

    Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
    pseudorandom number generators"), applied to the place of the row in the stream of its piece.

    >>> row_keys(0, 1, 5, 2).tolist() == row_keys(0, 1, 0, 7)[5:].tolist()
    True
    """
    stream = _mixed(np.array([(seed << 32) + piece + 1], dtype=np.uint64) * _ODD)
    keys = np.arange(first + 1, first + rows + 1, dtype=np.uint64)
    keys *= _ODD
    keys += stream
    return _mixed(keys)


def below(keys: Keys, share: float) -> NDArray[np.bool_]:
    """(rows,) True for that share of all keys.

    >>> float(below(row_keys(3, 0, 0, 100_000), 0.2).mean().round(2))
    0.2
    """
    if share >= 1.0:
        return np.ones(len(keys), dtype=np.bool_)
    return keys < np.uint64(int(share * 2.0**64))


def _mixed(values: Keys) -> Keys:
    """In place."""
    values ^= values >> np.uint64(30)
    values *= _FIRST
    values ^= values >> np.uint64(27)
    values *= _SECOND
    values ^= values >> np.uint64(31)
    return values
