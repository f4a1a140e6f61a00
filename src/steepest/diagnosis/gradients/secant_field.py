"""The linear field that the gradients along a path describe: its curvatures, symmetry, bottom.

On a bowl the gradient is linear in the parameters, so that the moves of a path and the turns
of its gradients give the Hessian on every direction that the path has taken (the secant
equations, Nocedal and Wright 2006, section 6.1). What the path never visited stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from steepest.diagnosis.gradients.moves import Moves
from steepest.diagnosis.gradients.turns import NOISE, Turns, turns_of
from steepest.trace import Array

__all__ = ["SecantField", "secant_field"]

COLUMNS = 256
LINEAR = 1e-3
INSIDE = 1e-4
SYMMETRIC = 0.05
CERTAIN = 3.0
STEEPER = 3.0
LOPSIDED = 0.7
TESTED = 3


@dataclass(frozen=True, eq=False)
class SecantField:
    """g = A theta + c on the directions that a path has taken.

    axes:    (p, r) orthonormal directions, those best known first
    matrix:  (p, r) what A does to each of them
    noise:   (r,) how far rounding can have shifted each column of `matrix`, about
    flattest: the smallest curvature met along a single move, where it is above its rounding
    miss:    by how much the field of one part of the path misses the turns of the rest, per
             length; infinite where there are too few rows to tell
    linear:  whether it misses by less than a thousandth of the largest turn
    """

    axes: Array
    matrix: Array
    noise: Array
    flattest: float
    miss: float
    linear: bool

    @cached_property
    def inner(self) -> Array:
        """(r, r) A on the path's own directions."""
        return self.axes.T @ self.matrix

    @cached_property
    def asymmetry(self) -> float:
        """‖A - A'‖ / ‖A + A'‖ on the path's directions: 0 for the Hessian of any loss."""
        return _asymmetry(self.inner)

    @cached_property
    def curvatures(self) -> tuple[Array, Array]:
        """Eigenvalues (s,), rising, and eigenvectors (p, s) of the symmetric part, those that
        are above what rounding, or a field that is not symmetric, can have made of them."""
        values, vectors = np.linalg.eigh(0.5 * (self.inner + self.inner.T))
        noise = CERTAIN * np.sqrt((vectors**2).T @ self.noise**2)
        skew = np.linalg.norm(self.inner - self.inner.T, 2) / 2
        sure = np.abs(values) > np.maximum(noise, skew)
        return values[sure], self.axes @ vectors[:, sure]


def secant_field(moves: Moves) -> SecantField | None:
    """The field along a path of n rows and p parameters, from at most 500 pairs of rows at
    each distance of 1, 4, 16, ... rows.

    Linear where each half of the path foretells the other's turns to a thousandth of the
    largest; else cut down to the directions on which it is symmetric, as a Hessian is. None
    where fewer than two moves or turns are above rounding, and where p is above 256.

    >>> path = np.array([[3.0, 7.0]]) * np.array([[0.1, 0.8]]) ** np.arange(9.0)[:, None]
    >>> curvature = np.array([[2.0, 0.5]])
    >>> moves = Moves(path, curvature * path, np.full(9, np.nan), np.ones(8))
    >>> field = secant_field(moves)
    >>> field.linear, field.curvatures[0].round(6)
    (True, array([0.5, 2. ]))
    """
    if moves.params.shape[1] > COLUMNS:
        return None
    turns = turns_of(moves)
    if turns is None:
        return None
    whole = _fit(turns)
    if whole is None:
        return None
    miss = _miss(turns)
    if miss < LINEAR * turns.largest and _plausible(whole, turns):
        return replace(whole, miss=miss, linear=True)
    return replace(_symmetric_part(whole), miss=miss)


def _plausible(field: SecantField, turns: Turns) -> bool:
    """A field that is far steeper than any move, or nowhere near symmetric, is one that was
    fitted to a curvature that changes on the way."""
    steepest = float(np.max(np.abs(np.linalg.eigvals(field.inner))))
    return steepest <= STEEPER * turns.largest and field.asymmetry < LOPSIDED


def _fit(turns: Turns) -> SecantField | None:
    """Weighted by how well each row is known; directions known to a hundredth are kept."""
    weight = 1.0 / (turns.noise + 1e-12 * turns.largest)
    weight = np.maximum(weight / weight.max(), 1e-6)
    weighed = turns.unit * weight[:, None]
    if not np.all(np.isfinite(weighed)):  # numbers at the edge of float64
        return None
    left, sizes, right = np.linalg.svd(weighed, full_matrices=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.sum((left * (weight * turns.noise)[:, None]) ** 2, axis=0)) / sizes
    kept = (spread < NOISE * turns.largest) & (sizes > 1e-10 * sizes[0])
    if not np.any(kept):
        return None
    matrix = (turns.turn * weight[:, None]).T @ (left[:, kept] / sizes[kept])
    return SecantField(
        right[kept].T, matrix, spread[kept], _flattest(turns), float("inf"), linear=False
    )


def _flattest(turns: Turns) -> float:
    along = np.sum(turns.unit * turns.turn, axis=1)
    sure = along > CERTAIN * turns.noise
    return float(np.min(along[sure])) if np.any(sure) else float("nan")


def _miss(turns: Turns) -> float:
    """The most by which each part of the path, early and late, misses the turns of the other.

    A smooth field that is not linear fits any one stretch of a path, but not the next.
    """
    cut = len(turns.unit) // 2
    early, late = turns.part(slice(0, cut)), turns.part(slice(cut, None))
    seen = [miss for miss in (_misses(early, late), _misses(late, early)) if miss is not None]
    return max(seen, default=float("inf"))


def _misses(known: Turns, other: Turns) -> float | None:
    """The largest miss of the field of `known` on the moves of `other` that lie in its
    directions; None where there are fewer than three."""
    if len(known.unit) < 2:
        return None
    field = _fit(known)
    if field is None or len(field.axes.T) >= len(known.unit) > 2:
        return None
    inside = other.unit @ field.axes  # (n, r)
    outside = np.sqrt(np.maximum(0.0, 1.0 - np.sum(inside**2, axis=1)))
    rest = np.linalg.norm(other.turn - inside @ field.matrix.T, axis=1)
    blur = 3.0 * (other.noise + np.abs(inside) @ field.noise)
    tested = (outside < INSIDE) & (blur < NOISE * known.largest)
    if np.count_nonzero(tested) < TESTED:
        return None
    return float(np.max(np.maximum(rest - blur, 0.0)[tested]))


def _symmetric_part(field: SecantField) -> SecantField:
    """The field on as many leading directions as it is symmetric on: beyond them, the change
    of the curvature along the path is mistaken for a curvature."""
    inner = field.inner
    count = max(
        (r for r in range(1, len(inner) + 1) if _asymmetry(inner[:r, :r]) < SYMMETRIC), default=1
    )
    return replace(
        field,
        axes=field.axes[:, :count],
        matrix=field.matrix[:, :count],
        noise=field.noise[:count],
    )


def _asymmetry(matrix: Array) -> float:
    total = float(np.linalg.norm(matrix + matrix.T))
    return float(np.linalg.norm(matrix - matrix.T)) / total if total > 0 else 0.0
