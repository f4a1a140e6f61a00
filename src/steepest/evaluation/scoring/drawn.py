"""Which of the evaluated rows are drawn independently of each other: what an interval counts.

Rows of one group share what the group has of its own, rows of neighbouring moments what the time
has. An interval then counts the groups, or stretches of time, and not the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["EACH_ROW", "Drawn", "Units", "unit_sums", "widened_by_folds"]

Units = NDArray[np.int64]

_STRETCHES = (10, 20)  # Schmeiser (1982): fewer are unsure, more are too short to be independent
_ROWS_OF_A_STRETCH = 20


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """How m rows came to be drawn.

    kind:    "rows" each by itself; "groups" whole; "times" one after the other
    places:  (m,) the number of each row's group or moment; None where each is drawn by itself
    widen:   how much wider an interval is to be than that of one model: rows that are judged by
             models of several folds have less to say, see `widened_by_folds`
    """

    kind: Literal["rows", "groups", "times"] = "rows"
    places: Units | None = None
    widen: float = 1.0

    def of(self, rows: NDArray[Any]) -> Drawn:
        """That of some rows, by number or by True and False."""
        return self if self.places is None else replace(self, places=self.places[rows])

    def units(self) -> Units | None:
        """(m,) the number of each row's unit, 0 rising without gaps; None for each row by itself.

        Of rows in time the units are ten to twenty stretches, about equal, that do not share a
        moment ("batch means").

        >>> Drawn("groups", np.array([7, 3, 7])).units().tolist()
        [1, 0, 1]
        """
        if self.places is None:
            return None
        places = self.places
        if self.kind == "times":
            low, high = _STRETCHES
            many = min(high, max(low, len(places) // _ROWS_OF_A_STRETCH))
            places = np.searchsorted(np.sort(places), places) * many // max(1, len(places))
        return np.unique(places, return_inverse=True)[1].astype(np.int64)

    def many(self, rows: int) -> int:
        """How many units so many rows are."""
        units = self.units()
        return rows if units is None else int(units.max(initial=-1)) + 1

    def fixed(self) -> Drawn:
        """The same with stretches of time as groups, so that parts of the rows keep them."""
        units = self.units()
        return self if units is None else Drawn("groups", units, self.widen)

    def later(self) -> NDArray[np.bool_]:
        """(m,) of rows in time, True for those of the later half; moments stay whole."""
        if self.places is None:
            return np.zeros(0, dtype=np.bool_)
        before = np.searchsorted(np.sort(self.places), self.places)
        return 2 * before >= len(self.places)


EACH_ROW = Drawn()
"""Every row drawn by itself, and judged by one model."""


def unit_sums(values: Array, units: Units | None) -> tuple[Array, Array]:
    """(G, q) the sums of the columns of `values` (m, q) over each unit, and its rows (G,)."""
    if units is None:
        return values, np.ones(len(values), dtype=np.float64)
    sizes: Array = np.bincount(units).astype(np.float64)
    sums = [np.bincount(units, weights=column, minlength=len(sizes)) for column in values.T]
    return np.column_stack(sums).astype(np.float64), sizes


def widened_by_folds(trained: Sequence[int], judged: int) -> float:
    """How much wider an interval over folds is than that of so many rows and one model.

    Models of several folds share most of the rows that they train on, so that their errors are
    not independent: the variance grows by the factor 1 + rows that judge / rows that train
    (Nadeau and Bengio 2003). 1 for a single part.

    trained:  the rows that train in each part

    >>> widened_by_folds([80] * 5, 100)
    1.5
    """
    if len(trained) < 2:
        return 1.0
    return float(np.sqrt(1.0 + judged * np.mean(1.0 / np.array(trained))))
