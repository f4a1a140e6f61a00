"""The evaluated rows in tenths: what is chosen on nine of them is judged on the other one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.trace import Array

__all__ = ["tenths_of"]

_PARTS = 10
_MANY = 20_000  # with so many rows two halves choose as surely, and ten choices would take time


def tenths_of(
    rows: int, seed: int, classes: Array | None = None, drawn: Drawn = EACH_ROW
) -> list[NDArray[np.bool_]]:
    """(rows,) True for the rows of each part, the same for the same seed.

    Ten parts at random; of fewer than ten rows each is a part, of more than 20,000 each half is.

    classes:  (rows,) the class of each row, where each part is to hold its share of each
    drawn:    groups are dealt whole; of rows in time the parts are the earlier and the later
              half, so that no row is judged by its neighbours

    >>> import numpy as np
    >>> [int(part.sum()) for part in tenths_of(25, 0)]
    [3, 3, 3, 3, 3, 2, 2, 2, 2, 2]
    >>> {int(part[:10].sum()) for part in tenths_of(30, 0, np.repeat([1.0, 0.0], [10, 20]))}
    {1}
    """
    if drawn.kind == "times":
        later = drawn.later()
        return [later] if later.all() or not later.any() else [~later, later]
    units = drawn.units()
    if units is not None:
        return [part[units] for part in tenths_of(drawn.many(rows), seed)]
    order = np.random.default_rng(seed).permutation(rows)
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    parts = 2 if rows > _MANY else min(_PARTS, rows)
    place = np.empty(rows, dtype=np.int64)
    place[order] = np.arange(rows) % max(1, parts)
    return [place == part for part in range(parts)]
