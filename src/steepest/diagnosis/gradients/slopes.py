"""The changes of the loss, against what the recorded gradients say that they should be.

Along the straight line between two rows the loss changes by the integral of its slope. The
trapezoid ½(g + g')·Δθ is that integral exactly on a bowl, for steps of any size and rows of
any distance, and elsewhere off by the change of the curvature, which the neighbouring moves
show. What is left over beyond that and beyond rounding is a fault of the gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.record.resolution import resolution
from steepest.trace import Array

__all__ = ["Slopes", "slopes_of"]

ROWS = 1000
CERTAIN = 3.0
FLOOR = 1e-4
TINY = 1e-7
FEW = 0.05
BOUNCED = 0.25
USUAL = 0.5


@dataclass(frozen=True, eq=False)
class Slopes:
    """Pairs of neighbouring rows, in which something changes beyond rounding.

    changes:   (n,) of the loss
    steps:     (n, p) of the parameters
    first:     (n,) which row each pair begins at
    gradient:  (n, p) the mean of the recorded gradients at both ends
    place:     (n, p) the parameters half-way
    allowed:   (n,) how far rounding and the quadrature can part both
    """

    changes: Array
    steps: Array
    first: NDArray[np.int64]
    gradient: Array
    place: Array
    allowed: Array

    @cached_property
    def parts(self) -> Array:
        """(n, p) what each coordinate should contribute to the change of the loss."""
        return self.gradient * self.steps

    @cached_property
    def weight(self) -> Array:
        """(n,) one over the difference to be expected."""
        return 1.0 / self.allowed

    @cached_property
    def missed(self) -> Array:
        """(n,) change of the loss minus the trapezoid."""
        return self.changes - np.sum(self.parts, axis=1)

    @cached_property
    def rest(self) -> Array:
        """(n,) the same in units of what is to be expected."""
        return self.missed * self.weight

    @cached_property
    def agree(self) -> bool:
        """Whether loss and gradient go together."""
        return self.fits(self.rest)

    @staticmethod
    def fits(rest: Array) -> bool:
        """Whether all but one pair in twenty lie within three times what is to be expected;
        of few pairs, all but three, or but a third."""
        beyond = int(np.count_nonzero(np.abs(rest) > CERTAIN))
        return beyond <= max(FEW * len(rest), min(3, len(rest) // 3))


def slopes_of(moves: Moves, loss: Array, miss: float | None = None) -> Slopes | None:
    """Up to a thousand pairs of neighbouring rows, spread over the record, with loss (n,).

    Where the gradients are linear along the path but for a `miss` of the curvature, so is the
    trapezoid; else its error is estimated, and a ten-thousandth of what happens is allowed
    for. None where fewer than three pairs change beyond rounding.

    Davis and Rabinowitz 1984, "Methods of numerical integration", section 2.1.

    >>> w = 10.1 * 0.8 ** np.arange(8.0)[:, None]  # descent on w² at a rate of 0.1
    >>> moves = Moves(w, 2 * w, np.full(8, 0.1), np.ones(7))
    >>> slopes = slopes_of(moves, w[:, 0] ** 2)
    >>> slopes.agree, bool(np.all(np.abs(slopes.missed) < 1e-12))
    (True, True)
    >>> halved = Moves(w, w, np.full(8, 0.2), np.ones(7))  # a gradient without its 2
    >>> slopes_of(halved, w[:, 0] ** 2).agree
    False
    """
    count = len(moves.steps)
    first = np.arange(0, count, max(1, -(-count // ROWS)))
    steps = moves.steps[first]
    ends = moves.gradient[first], moves.gradient[first + 1]
    gradient = 0.5 * (ends[0] + ends[1])
    with np.errstate(over="ignore", invalid="ignore"):
        changes = loss[first + 1] - loss[first]
        rounding = _rounding(moves, loss, first, gradient)
        size = np.abs(changes) + np.sum(np.abs(gradient * steps), axis=1)
        if miss is None:
            inexact = 2.0 * _quadrature(moves, first) + FLOOR * size
        else:
            inexact = miss * moves.lengths[first] ** 2 / 12.0
        allowed = rounding + inexact + TINY * size
    felt = np.isfinite(size) & np.isfinite(allowed) & (size > CERTAIN * rounding) & (size > 0)
    if np.count_nonzero(felt) < 3:
        return None
    place = 0.5 * (moves.params[first] + moves.params[first + 1])
    return Slopes(
        changes[felt], steps[felt], first[felt], gradient[felt], place[felt], allowed[felt]
    )


def _rounding(moves: Moves, loss: Array, first: NDArray[np.int64], gradient: Array) -> Array:
    """Of both losses, and of the moves and gradients in the trapezoid."""
    of_params = moves.params_rounding
    of_loss = resolution(loss, beside=moves.params)
    of_gradient = moves.gradient_rounding
    total = of_loss[first + 1] + of_loss[first]
    shifted = np.abs(gradient) * (of_params[first + 1] + of_params[first])
    turned = np.abs(moves.steps[first]) * 0.5 * (of_gradient[first + 1] + of_gradient[first])
    return total + np.sqrt(np.sum(shifted**2 + turned**2, axis=1))


def _quadrature(moves: Moves, first: NDArray[np.int64]) -> Array:
    """A twelfth of the change of the curvature along each move, times its length squared
    (Davis and Rabinowitz 1984, section 2.1).

    The change is taken from the moves beside it, and at least as fast, over its length, as
    at nine of ten places of the path: it may lie within the move. Moves that bounce back over
    the same ground tell nothing of how the curvature changes on it: there, a quarter of what
    the slope changes by from end to end.
    """
    curvature, lengths = moves.curvature, moves.lengths
    jumps = np.nan_to_num(np.abs(np.diff(curvature)))
    after, before = np.append(jumps, 0.0), np.append(0.0, jumps)
    change = np.maximum(after, before)
    with np.errstate(divide="ignore", invalid="ignore"):
        pace = change / lengths
    pace = pace[np.isfinite(pace)]
    usual = float(np.quantile(pace, USUAL)) if len(pace) else 0.0
    change = np.maximum(change, usual * lengths)[first] * lengths[first] ** 2 / 12.0
    turned = np.abs(np.nan_to_num(curvature[first])) * lengths[first] ** 2
    return np.where(_bounces(moves)[first], np.maximum(change, BOUNCED * turned), change)


def _bounces(moves: Moves) -> NDArray[np.bool_]:
    """(n - 1,) whether a move mostly undoes the one before it."""
    steps, lengths = moves.steps, moves.lengths
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        turning = np.sum(steps[1:] * steps[:-1], axis=1) / (lengths[1:] * lengths[:-1])
    return np.append(False, turning < -0.5)
