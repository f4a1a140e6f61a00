"""Losses: how wrong a score z is for a target y, with slope and curvature in z.

A loss is one value here and one line in `LOSSES`; every test of losses then runs on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from steepest.errors import InputError
from steepest.trace import Array

__all__ = ["LOGISTIC", "LOSSES", "SQUARED", "Loss", "loss_named"]

Pointwise = Callable[[Array, Array], Array]


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of scores z (m,) against targets y (m,).

    value, slope, curvature:  (z, y) -> (m,): the loss, dloss/dz, d²loss/dz²
    largest_curvature:        the supremum of `curvature` over all z
    self_concordance:         R with |d³loss/dz³| <= R * curvature, or None where there is
                              none; 1 for the logistic loss (Bach 2010)
    targets:                  a sentence part: what targets it is for
    fits:                     y (m,) -> (m,) True where the target is one that it is for
    """

    name: str
    value: Pointwise
    slope: Pointwise
    curvature: Pointwise
    largest_curvature: float
    self_concordance: float | None
    targets: str
    fits: Callable[[Array], np.ndarray]

    def check(self, target: Array) -> None:
        """Raise InputError at the first target that this loss is not for."""
        wrong = np.flatnonzero(~self.fits(target))
        if wrong.size:
            row = int(wrong[0])
            raise InputError(
                f"the {self.name} loss is for {self.targets}; row {row} has {float(target[row])!r}"
            )


def _finite(y: Array) -> np.ndarray:
    return np.isfinite(y)


def _zero_or_one(y: Array) -> np.ndarray:
    return (y == 0) | (y == 1)


def _squared(z: Array, y: Array) -> Array:
    return 0.5 * (z - y) ** 2


def _residual(z: Array, y: Array) -> Array:
    return z - y


def _one(z: Array, y: Array) -> Array:
    return np.ones_like(z)


SQUARED = Loss("squared", _squared, _residual, _one, 1.0, 0.0, "finite numbers", _finite)


def _probability(z: Array) -> Array:
    # exp of a negative number only, so that scores of ±800 neither overflow nor warn
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _log_loss(z: Array, y: Array) -> Array:
    return np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-np.abs(z)))


def _log_loss_slope(z: Array, y: Array) -> Array:
    return _probability(z) - y


def _log_loss_curvature(z: Array, y: Array) -> Array:
    small = np.exp(-np.abs(z))
    return small / (1.0 + small) ** 2


LOGISTIC = Loss(
    "logistic",
    _log_loss,
    _log_loss_slope,
    _log_loss_curvature,
    0.25,
    1.0,
    "targets that are 0 or 1",
    _zero_or_one,
)

LOSSES: tuple[Loss, ...] = (SQUARED, LOGISTIC)


def loss_named(name: str) -> Loss:
    """The loss of that name.

    >>> loss_named("logistic").largest_curvature
    0.25
    """
    for loss in LOSSES:
        if loss.name == name:
            return loss
    known = ", ".join(loss.name for loss in LOSSES)
    raise InputError(f"there is no loss {name!r}; known: {known}")
