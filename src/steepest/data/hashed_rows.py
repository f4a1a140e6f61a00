"""Which values come twice among rows that are not in memory, told from hashes of them.

Of few rows the hashes of all are kept; of many those that begin with zeros, so that either all
rows that are equal are among them or none is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.fingerprint import Hashes

__all__ = ["MOST_HASHES", "HashedRows", "hashed_rows", "joined"]

MOST_HASHES = 262_144


@dataclass(frozen=True, slots=True, eq=False)
class HashedRows:
    """Of some rows, those whose hash begins with so many zeros.

    rows:    how many rows there are in all, with those that are not kept
    zeros:   so many bits; of all hashes a share of 1 / 2^zeros begins so
    hashes:  (k,) different ones, rising; counts: (k,) rows of each; first: (k,) the first of
             these, from 0
    second:  the first row that is equal to an earlier one, and that one; None where none is
    """

    rows: int
    zeros: int
    hashes: Hashes
    counts: NDArray[np.int64]
    first: NDArray[np.int64]
    second: tuple[int, int] | None

    @property
    def share(self) -> float:
        """Of all that rows can hold."""
        return 0.5**self.zeros

    @property
    def repeated(self) -> int:
        """How many of the rows kept are equal to an earlier one."""
        return int(self.counts.sum()) - len(self.counts)


def hashed_rows(hashes: Hashes) -> HashedRows:
    """Of rows in turn.

    >>> found = hashed_rows(np.array([7, 8, 7], dtype=np.uint64))
    >>> found.repeated, found.second, found.share
    (1, (2, 0), 1.0)
    """
    different, first, back, counts = np.unique(
        hashes, return_index=True, return_inverse=True, return_counts=True
    )
    again = np.flatnonzero(np.arange(len(hashes)) != first[back])
    second = (int(again[0]), int(first[back[again[0]]])) if len(again) else None
    return _few(
        HashedRows(
            len(hashes), 0, different, counts.astype(np.int64), first.astype(np.int64), second
        )
    )


def joined(left: HashedRows, right: HashedRows) -> HashedRows:
    """With the rows after these."""
    zeros = max(left.zeros, right.zeros)
    left, right = _thinned(left, zeros), _thinned(right, zeros)
    later = right.first + left.rows
    _, at_left, at_right = np.intersect1d(
        left.hashes, right.hashes, assume_unique=True, return_indices=True
    )
    met = [(int(later[j]), int(left.first[i])) for i, j in zip(at_left, at_right, strict=True)]
    if right.second is not None:
        row, earlier = right.second
        met.append((row + left.rows, earlier + left.rows))
    new = np.ones(len(right.hashes), dtype=np.bool_)
    new[at_right] = False
    counts = left.counts.copy()
    counts[at_left] += right.counts[at_right]
    hashes = np.concatenate([left.hashes, right.hashes[new]])
    order = np.argsort(hashes, kind="stable")
    return _few(
        HashedRows(
            left.rows + right.rows,
            zeros,
            hashes[order],
            np.concatenate([counts, right.counts[new]])[order],
            np.concatenate([left.first, later[new]])[order],
            left.second or min(met, default=None),
        )
    )


def _few(found: HashedRows) -> HashedRows:
    while len(found.hashes) > MOST_HASHES:
        found = _thinned(found, found.zeros + 1)
    return found


def _thinned(found: HashedRows, zeros: int) -> HashedRows:
    if zeros == found.zeros:
        return found
    kept = found.hashes < np.uint64(1 << (64 - zeros))
    return HashedRows(
        found.rows, zeros, found.hashes[kept], found.counts[kept], found.first[kept], found.second
    )
