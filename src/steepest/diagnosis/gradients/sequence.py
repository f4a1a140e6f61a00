"""What a loss would do if its parameters were updated one after the other.

A gradient that is worked out after some parameters have moved is not that of the row:
g = ∇J(θ) + L·Δθ, with L the rows of the Hessian of the later parameters and its columns of
the earlier ones. On a path of plain descent this makes the trapezoid miss the change of the
loss by -½ Δ'·L·(Δ + Δ⁺), with Δ⁺ the next move: a pattern without any free number where the
Hessian is known from the secants, and one with an unknown number for each pair where not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.secant_field import SecantField
from steepest.diagnosis.gradients.slopes import Slopes
from steepest.trace import Array

__all__ = ["foretold_sequences", "free_sequences"]

ROUNDS = 12


def foretold_sequences(
    slopes: Slopes, moves: Moves, field: SecantField | None
) -> Iterator[tuple[tuple[int, ...], Array]]:
    """(later coordinates, differences (n, 1)) of each order, with the Hessian of the secants;
    none where the gradients are not linear along the path."""
    if field is None or not field.linear or not moves.plain:
        return
    both = _both_moves(slopes, moves)
    for later, mask in _orders(moves.params.shape[1]):
        late = _hessian(field, moves.rate, mask) * mask
        yield later, -0.5 * np.sum(slopes.steps * (both @ late.T), axis=1, keepdims=True)


def free_sequences(slopes: Slopes, moves: Moves) -> Iterator[tuple[tuple[int, ...], Array]]:
    """(later coordinates, differences (n, q)) of each order, a column for each pair of a later
    and an earlier coordinate."""
    if not moves.plain:
        return
    both = _both_moves(slopes, moves)
    for later, mask in _orders(moves.params.shape[1]):
        late, early = np.nonzero(mask)
        yield later, -0.5 * slopes.steps[:, late] * both[:, early]


def _both_moves(slopes: Slopes, moves: Moves) -> Array:
    following = np.minimum(slopes.first + 1, len(moves.steps) - 1)
    return slopes.steps + moves.steps[following]


def _orders(count: int) -> Iterator[tuple[tuple[int, ...], Array]]:
    """(coordinates that are updated later, mask (p, p): row late, column before it): one after
    the other, forwards and backwards; the last, or the first, after or before all others."""
    everything = tuple(range(count))
    if count < 2:
        return
    lower = np.tril(np.ones((count, count)), -1)
    yield everything[1:], lower
    yield everything[:-1], lower.T
    if count == 2:
        return
    for alone in (count - 1, 0):
        row = np.zeros((count, count))
        row[alone] = 1.0
        row[alone, alone] = 0.0
        yield (alone,), row
        yield tuple(j for j in everything if j != alone), row.T


def _hessian(field: SecantField, rate: float, mask: Array) -> Array:
    """(p, p) the Hessian under that order, from the field that the gradients show.

    The field is A = (I + αL)⁻¹H with L = mask∘H: repeated from H = A until it settles. What
    was not visited is completed by symmetry, and zero between directions never visited.
    """
    axes, matrix = field.axes, field.matrix
    shown = matrix @ axes.T  # (p, p)
    unseen = shown - axes @ (axes.T @ shown)
    start = shown + unseen.T
    hessian = start
    for _ in range(ROUNDS):
        corrected = start + rate * (mask * hessian) @ start
        hessian = 0.5 * (corrected + corrected.T)
        if not np.all(np.isfinite(hessian)):
            return start
    return hessian
