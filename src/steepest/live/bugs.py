"""Four faults of hand-written gradients, put into a cost for the diagnosis to find.

The record holds the gradient as such a loop uses it, and the true loss.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.errors import InputError
from steepest.live.setting import Bug
from steepest.objective.objective import Batches, Objective, Powers
from steepest.trace import Array

__all__ = ["Bugged"]

ValueAndGradient = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True, slots=True, eq=False)
class Bugged:
    """A cost whose gradient is wrong in one way.

    sign:    -g, so that every step goes uphill
    factor:  m·g: the 1/m of the mean is forgotten
    bias:    the last coordinate is 0: b has no gradient
    order:   g_j at the parameters already moved by those before: one after the other instead
             of at once. rate: of these moves

    >>> from steepest.objective.least_squares import LeastSquares
    >>> line = LeastSquares([[1.0], [3.0]], [1.0, 2.0])
    >>> Bugged(line, "factor", 8, 0.1).value_and_gradient(np.zeros(2))[1].round(9).tolist()
    [-28.0, -12.0]
    """

    true: Objective
    bug: Bug
    rows: int
    rate: float

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the true cost."""
        return self.true.names

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """The true J, and the wrong gradient (p,)."""
        return self.wrong(self.true.value_and_gradient, params, self.rows)

    def powers(self) -> Powers:
        """Only batches of rows: nothing else is known of a wrong gradient."""
        batches = self.true.powers().batches
        if batches is None:
            return Powers()
        return Powers(batches=lambda: _BuggedBatches(self, batches()))

    def wrong(self, right: ValueAndGradient, params: Array, rows: int) -> tuple[float, Array]:
        """The value, and the gradient with the bug, of a mean over so many rows."""
        value, gradient = right(params)
        if self.bug == "sign":
            return value, -gradient
        if self.bug == "factor":
            return value, rows * gradient
        if self.bug == "bias":
            return value, np.append(gradient[:-1], 0.0)
        if self.bug == "order":
            return value, self._in_turn(right, params)
        raise InputError(f"there is no bug {self.bug!r} to put in")

    def _in_turn(self, right: ValueAndGradient, params: Array) -> Array:
        moved, used = params.copy(), np.empty_like(params)
        for j in range(len(params)):
            used[j] = right(moved)[1][j]
            moved[j] -= self.rate * used[j]
        return used


@dataclass(frozen=True, slots=True, eq=False)
class _BuggedBatches:
    bugged: Bugged
    true: Batches

    @property
    def rows(self) -> int:
        return self.true.rows

    def value_and_gradient_on(self, params: Array, rows: NDArray[np.int64]) -> tuple[float, Array]:
        def right(at: Array) -> tuple[float, Array]:
            return self.true.value_and_gradient_on(at, rows)

        return self.bugged.wrong(right, params, len(rows))

    def expected_smoothness(self, batch: int) -> float:
        return self.true.expected_smoothness(batch)
