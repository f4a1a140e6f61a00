"""What a loss is: how wrong a score is for a target, with all that descents ask of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["Loss", "turned_by"]

Pointwise = Callable[[Array, Array], Array]


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of scores z against targets y (m,).

    z is (m,) where `scores` is "one", and (m, K) where it is "classes"; the targets are then
    the codes 0 .. K-1.

    value:                (z, y) -> (m,) the loss
    slope:                (z, y) -> dloss/dz, shaped as z
    curvature:            (z, y) -> d²loss/dz², (m,) or (m, K, K)
    turn:                 (z, dz, y) -> the derivative of the slope along dz, shaped as z
    prediction:           z -> what the score means, shaped as z: a number, a probability, a rate
    largest_curvature:    the supremum of the (largest eigenvalue of the) curvature over all z,
                          or None where there is none
    self_concordance:     R with |d³loss/dz³| <= R * curvature, or None where there is none; 1
                          for the logistic loss (Bach 2010)
    targets:              a sentence part: what targets it is for
    fits:                 y (m,) -> (m,) True where the target is one that it is for
    separable:            the targets are classes; where a linear model tells them apart
                          perfectly, the minimum is at infinity
    compiled:             the number by which the compiled passes know it (`block_losses`),
                          or None: it is then computed by NumPy
    bend:                 the constant that the compiled loss takes: Huber's delta
    """

    name: str
    value: Pointwise
    slope: Pointwise
    curvature: Pointwise
    turn: Callable[[Array, Array, Array], Array]
    prediction: Callable[[Array], Array]
    largest_curvature: float | None
    self_concordance: float | None
    targets: str
    fits: Callable[[Array], NDArray[np.bool_]]
    scores: Literal["one", "classes"] = "one"
    separable: bool = False
    compiled: int | None = None
    bend: float = 0.0

    def check(self, target: Array) -> None:
        """Raise InputError at the first target that this loss is not for."""
        wrong = np.flatnonzero(~self.fits(target))
        if wrong.size:
            row = int(wrong[0])
            raise InputError(
                f"the {self.name} loss is for {self.targets}; row {row} has {float(target[row])!r}"
            )


def turned_by(curvature: Pointwise) -> Callable[[Array, Array, Array], Array]:
    """`Loss.turn` where there is one score a row."""
    return lambda z, dz, y: curvature(z, y) * dz
