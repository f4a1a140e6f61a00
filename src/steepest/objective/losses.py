"""Losses: how wrong a score z is for a target y, with slope and curvature in z.

A loss is one value here and one line in `LOSSES`; every test of losses then runs on it.
Definitions as in scikit-learn's `_loss`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.arguments import real
from steepest.errors import InputError
from steepest.objective.loss import Loss, turned_by
from steepest.objective.softmax import SOFTMAX
from steepest.trace import Array

__all__ = [
    "HUBER",
    "LOGISTIC",
    "LOSSES",
    "POISSON",
    "SOFTMAX",
    "SQUARED",
    "Loss",
    "huber",
    "loss_named",
]


def _identity(z: Array) -> Array:
    return z


def _finite(y: Array) -> NDArray[np.bool_]:
    return np.isfinite(y)


def _zero_or_one(y: Array) -> NDArray[np.bool_]:
    return (y == 0) | (y == 1)


def _count(y: Array) -> NDArray[np.bool_]:
    return (y >= 0) & np.isfinite(y)


def _squared(z: Array, y: Array) -> Array:
    return 0.5 * (z - y) ** 2


def _residual(z: Array, y: Array) -> Array:
    return z - y


def _one(z: Array, y: Array) -> Array:
    return np.ones_like(z)


SQUARED = Loss(
    name="squared",
    value=_squared,
    slope=_residual,
    curvature=_one,
    turn=turned_by(_one),
    prediction=_identity,
    largest_curvature=1.0,
    self_concordance=0.0,
    targets="finite numbers",
    fits=_finite,
    compiled=0,
)


def _probability(z: Array) -> Array:
    # exp of a negative number only, so that scores of ±800 neither overflow nor warn
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _log_loss(z: Array, y: Array) -> Array:
    return np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-np.abs(z)))


def _log_loss_slope(z: Array, y: Array) -> Array:
    # not probability - y, which has no digit left where the model is sure and right
    small = np.exp(-np.abs(z))
    up, down = np.where(z >= 0, 1.0, small), np.where(z >= 0, small, 1.0)
    return ((1.0 - y) * up - y * down) / (1.0 + small)


def _log_loss_curvature(z: Array, y: Array) -> Array:
    small = np.exp(-np.abs(z))
    return small / (1.0 + small) ** 2


LOGISTIC = Loss(
    name="logistic",
    value=_log_loss,
    slope=_log_loss_slope,
    curvature=_log_loss_curvature,
    turn=turned_by(_log_loss_curvature),
    prediction=_probability,
    largest_curvature=0.25,
    self_concordance=1.0,
    targets="targets that are 0 or 1",
    fits=_zero_or_one,
    separable=True,
    compiled=1,
)


def _rate(z: Array) -> Array:
    with np.errstate(over="ignore"):  # infinite is what the descent has to see
        return np.exp(z)


def _poisson(z: Array, y: Array) -> Array:
    return _rate(z) - y * z


def _poisson_slope(z: Array, y: Array) -> Array:
    return _rate(z) - y


def _poisson_curvature(z: Array, y: Array) -> Array:
    return _rate(z)


POISSON = Loss(
    name="poisson",
    value=_poisson,
    slope=_poisson_slope,
    curvature=_poisson_curvature,
    turn=turned_by(_poisson_curvature),
    prediction=_rate,
    largest_curvature=None,
    self_concordance=1.0,
    targets="targets from 0 up",
    fits=_count,
    compiled=2,
)


def huber(delta: float = 1.0) -> Loss:
    """½ r² up to |r| = delta, and from there on a straight line (Huber 1964).

    delta: above 0, in the target's units. Raises InputError where it is not.

    >>> loss = huber(2.0)
    >>> loss.name, loss.value(np.array([1.0, 5.0]), np.zeros(2)).tolist()
    ('huber(2.0)', [0.5, 8.0])
    """
    delta = real("Huber's delta", delta, "a number above 0", lambda number: number > 0)

    def slope(z: Array, y: Array) -> Array:
        return np.clip(z - y, -delta, delta)

    def value(z: Array, y: Array) -> Array:
        held = slope(z, y)
        return held * (z - y - 0.5 * held)

    def curvature(z: Array, y: Array) -> Array:
        return (np.abs(z - y) <= delta).astype(np.float64)

    return Loss(
        name="huber" if delta == 1 else f"huber({float(delta)!r})",
        value=value,
        slope=slope,
        curvature=curvature,
        turn=turned_by(curvature),
        prediction=_identity,
        largest_curvature=1.0,
        self_concordance=None,
        targets="finite numbers",
        fits=_finite,
        compiled=3,
        bend=float(delta),
    )


HUBER = huber()

LOSSES: tuple[Loss, ...] = (SQUARED, LOGISTIC, SOFTMAX, POISSON, HUBER)


def loss_named(name: str) -> Loss:
    """The loss of that name; "huber(2.5)" is Huber's with another delta.

    >>> loss_named("logistic").largest_curvature
    0.25
    """
    for loss in LOSSES:
        if loss.name == name:
            return loss
    if name.startswith("huber(") and name.endswith(")"):
        try:
            delta = float(name[6:-1])
        except ValueError as error:
            raise InputError(f"{name!r} is no loss; expected huber(delta), a number") from error
        return huber(delta)
    known = ", ".join(loss.name for loss in LOSSES)
    raise InputError(f"there is no loss {name!r}; known: {known}")
