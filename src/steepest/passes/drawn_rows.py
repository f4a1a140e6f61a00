"""Some rows drawn at random from all: those of the smallest keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.sources.arrow_rows import joined
from steepest.data.sources.rows import FrameRows, Rows
from steepest.passes.drawing import Keys, below

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Draw", "DrawnRows", "draw"]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnRows:
    """At most so many rows, each as likely as any other, whichever pieces they came from.

    keys:   (k,) rising
    frame:  the rows, in that order
    """

    keys: Keys
    frame: pl.DataFrame

    @classmethod
    def none(cls) -> DrawnRows:
        """No rows of no columns."""
        import polars as pl

        return cls(np.zeros(0, dtype=np.uint64), pl.DataFrame())


def draw(frame: pl.DataFrame, keys: Keys, most: int) -> DrawnRows:
    """The `most` rows with the smallest keys.

    >>> import polars as pl
    >>> frame = pl.DataFrame({"x": ["c", "a", "b"]})
    >>> draw(frame, np.array([9, 1, 4], dtype=np.uint64), 2).frame["x"].to_list()
    ['a', 'b']
    """
    order = np.argsort(keys, kind="stable")[:most]
    return DrawnRows(keys[order], frame[order])


class Draw:
    """Draws from rows as they pass, some thousand at a time: of those that train, and of others.

    Few of them are looked at; these are put together when there are many, which costs as much as
    to put together few.

    most:    how many of each part
    likely:  no row with a key beyond this share of all keys is drawn, of either part
    """

    def __init__(self, most: int, likely: tuple[float, float]) -> None:
        self._most = most
        self._likely = likely
        self._waiting: list[Rows] = []
        self._keys: list[Keys] = []
        self._held: list[NDArray[np.bool_]] = []

    def add(self, rows: Rows, keys: Keys, held: NDArray[np.bool_]) -> None:
        """Further rows, and which of them are held out."""
        near = np.flatnonzero(below(keys, max(self._likely)))
        own, out = keys[near], held[near]
        parts = zip(self._likely, (~out, out), strict=True)
        places = [np.flatnonzero(below(own, share) & part) for share, part in parts]
        chosen = near[np.concatenate([part[self._least(own[part])] for part in places])]
        if len(chosen) or not self._waiting:  # of no rows there are the columns at least
            self._wait(rows.take(chosen), keys[chosen], held[chosen])
        if sum(len(waiting) for waiting in self._keys) > 4 * self._most:
            self.drawn()

    def drawn(self) -> tuple[DrawnRows, DrawnRows]:
        """Of those that train, and of those held out; rows of some must have passed."""
        keys, held = np.concatenate(self._keys), np.concatenate(self._held)
        order = np.argsort(keys, kind="stable")
        chosen = [order[~held[order]][: self._most], order[held[order]][: self._most]]
        both = np.concatenate(chosen)
        frame = joined(self._waiting)[both]
        train, out = frame[: len(chosen[0])], frame[len(chosen[0]) :]
        self._waiting, self._keys, self._held = [], [], []
        self._wait(FrameRows(frame), keys[both], held[both])
        return DrawnRows(keys[chosen[0]], train), DrawnRows(keys[chosen[1]], out)

    def _least(self, keys: Keys) -> NDArray[np.int64]:
        if len(keys) <= self._most:
            return np.arange(len(keys))
        return np.argsort(keys, kind="stable")[: self._most]

    def _wait(self, rows: Rows, keys: Keys, held: NDArray[np.bool_]) -> None:
        self._waiting.append(rows)
        self._keys.append(keys)
        self._held.append(held)
