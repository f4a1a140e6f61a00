"""The softmax loss of K scores a row: logsumexp(z) - z_y, with y a code from 0 to K-1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.objective.loss import Loss
from steepest.trace import Array

__all__ = ["SOFTMAX"]


def _code(y: Array) -> NDArray[np.bool_]:
    return (y >= 0) & (y == np.floor(y)) & np.isfinite(y)


def _softmax_parts(z: Array) -> tuple[Array, NDArray[np.int64], Array]:
    """exp(z - top) without the top's own 1, (m, K); where the top is, (m, 1); and top (m,)."""
    best = z.argmax(axis=1)[:, None]
    top = np.take_along_axis(z, best, axis=1)
    small = np.exp(z - top)
    np.put_along_axis(small, best, 0.0, axis=1)
    return small, best, top[:, 0]


def _softmax(z: Array, y: Array) -> Array:
    small, _, top = _softmax_parts(z)
    return np.log1p(small.sum(axis=1)) + (top - np.take_along_axis(z, _own(y), axis=1)[:, 0])


def _own(y: Array) -> NDArray[np.int64]:
    return y.astype(np.int64)[:, None]


def _softmax_slope(z: Array, y: Array) -> Array:
    small, best, _ = _softmax_parts(z)
    own, rest = _own(y), small.sum(axis=1, keepdims=True)
    # what the others have instead of p - 1, which has no digit left where p is almost 1
    others = rest - np.take_along_axis(small, own, axis=1) + (own != best)
    np.put_along_axis(small, best, 1.0, axis=1)
    np.put_along_axis(small, own, -others, axis=1)
    return small / (1.0 + rest)


def _probabilities(z: Array) -> Array:
    small, best, _ = _softmax_parts(z)
    rest = small.sum(axis=1, keepdims=True)
    np.put_along_axis(small, best, 1.0, axis=1)
    return small / (1.0 + rest)


def _softmax_curvature(z: Array, y: Array) -> Array:
    p = _probabilities(z)
    return p[:, :, None] * (np.eye(p.shape[1]) - p[:, None, :])


def _softmax_turn(z: Array, dz: Array, y: Array) -> Array:
    p = _probabilities(z)
    return p * (dz - np.sum(p * dz, axis=1, keepdims=True))


SOFTMAX = Loss(
    name="softmax",
    value=_softmax,
    slope=_softmax_slope,
    curvature=_softmax_curvature,
    turn=_softmax_turn,
    prediction=_probabilities,
    largest_curvature=0.5,  # of diag(p) - p pᵀ (Böhning 1992)
    self_concordance=None,
    targets="targets that are codes of classes (0, 1, 2, ...)",
    fits=_code,
    scores="classes",
    separable=True,
    compiled=4,
)
