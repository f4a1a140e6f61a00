"""The moves between rows of a path, and what the gradient turned by along each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.gradients.moves import Moves
from steepest.trace import Array

__all__ = ["NOISE", "Turns", "turns_of"]

ROWS = 500
NOISE = 1e-2


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """Unit moves (n, p), what the gradient turned by along each (n, p), rounding of it (n,)."""

    unit: Array
    turn: Array
    noise: Array
    largest: float

    def part(self, rows: slice) -> Turns:
        """Those of some of the rows."""
        return Turns(self.unit[rows], self.turn[rows], self.noise[rows], self.largest)


def turns_of(moves: Moves) -> Turns | None:
    """Those above rounding, or None where fewer than two are.

    Between rows that follow each other, and at distances that grow by fours: over a longer
    way the rounding of a log of few digits weighs less. In the order of the path.
    """
    pairs = np.concatenate([_pairs(len(moves.params), lag) for lag in _lags(len(moves.params))])
    first, then = pairs[np.argsort(pairs[:, 1], kind="stable")].T
    steps = moves.params[then] - moves.params[first]
    lengths = np.linalg.norm(steps, axis=1)
    rounded = moves.params_rounding
    blur = np.linalg.norm(rounded[then] + rounded[first], axis=1)
    seen = lengths > 10.0 * blur
    if np.count_nonzero(seen) < 2:
        return None
    first, then, steps = first[seen], then[seen], steps[seen]
    lengths, blur = lengths[seen], blur[seen]
    turn = (moves.gradient[then] - moves.gradient[first]) / lengths[:, None]
    size = np.linalg.norm(turn, axis=1)
    largest = float(size.max())
    if not np.isfinite(largest) or largest == 0:
        return None
    rounded = moves.gradient_rounding
    noise = np.linalg.norm(rounded[then] + rounded[first], axis=1) / lengths
    noise += size * blur / lengths
    clear = noise < NOISE * largest
    if np.count_nonzero(clear) < 2:
        return None
    return Turns(steps[clear] / lengths[clear, None], turn[clear], noise[clear], largest)


def _lags(rows: int) -> list[int]:
    return [4**power for power in range(12) if 4**power < rows]


def _pairs(rows: int, lag: int) -> NDArray[np.int64]:
    """(n, 2) rows `lag` apart, at most ROWS of them, evenly spread."""
    starts = np.arange(0, rows - lag, max(1, -(-(rows - lag) // ROWS)))
    return np.column_stack([starts, starts + lag])
