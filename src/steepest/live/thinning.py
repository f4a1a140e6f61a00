"""Which rows and which parameters of a long, wide record are shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["MOST_PARAMS", "MOST_ROWS", "kept_params", "kept_rows"]

MOST_ROWS = 2_000
MOST_PARAMS = 50
FIRST = 1_000


def kept_rows(count: int) -> NDArray[np.int64]:
    """At most 2,000 of so many rows: the first 1,000, then evenly to the last.

    >>> rows = kept_rows(20_001)
    >>> len(rows), rows[:3].tolist(), rows[999:1002].tolist(), rows[-1]
    (2000, [0, 1, 2], [999, 1018, 1037], np.int64(20000))
    """
    if count <= MOST_ROWS:
        return np.arange(count, dtype=np.int64)
    evenly = (
        FIRST - 1 + np.arange(1, MOST_ROWS - FIRST + 1) * (count - FIRST) // (MOST_ROWS - FIRST)
    )
    return np.concatenate([np.arange(FIRST), evenly]).astype(np.int64)


def kept_params(params: Array | None, count: int) -> NDArray[np.int64]:
    """At most 50 of so many parameters: those that moved most over the path (k, p)."""
    if count <= MOST_PARAMS or params is None:
        return np.arange(min(count, MOST_PARAMS), dtype=np.int64)
    finite = params[np.isfinite(params).all(axis=1)]
    moved = np.ptp(finite, axis=0) if len(finite) else np.zeros(count)
    return np.sort(np.argsort(-moved, kind="stable")[:MOST_PARAMS]).astype(np.int64)
