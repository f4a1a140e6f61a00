"""The mean loss of a linear estimator of scikit-learn on a chunk, by its own loss function.

Formulas as in its user guide, section 1.5.8 ("Mathematical formulation"); of several classes, the
sum over the problems of one class against the rest, as they are fitted. Without the penalty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.trace import Array

__all__ = ["chunk_loss"]

ROWS = 512

Loss = Callable[[Array, Array, float], Array]


def chunk_loss(estimator: Any, X: Any, y: Any, *, zero: bool = False) -> float | None:
    """Mean loss on up to 512 rows of the chunk, evenly spread; None where it cannot be known.

    zero: at coefficients of zero, where such estimators begin
    """
    loss = LOSSES.get(_name(estimator))
    coef = getattr(estimator, "coef_", None)
    if loss is None or coef is None:
        return None
    targets = np.asarray(y).reshape(-1)
    every = max(1, -(-len(targets) // ROWS))
    targets = targets[::every]
    rows = _rows(X, every)
    weights = np.atleast_2d(np.asarray(coef, dtype=np.float64))
    scores = np.zeros((rows.shape[0], len(weights)))
    if not zero:
        scores = np.asarray(rows @ weights.T) + np.asarray(estimator.intercept_)
    signs = _signs(estimator, targets, scores.shape[1])
    epsilon = float(getattr(estimator, "epsilon", 0.1))
    with np.errstate(over="ignore", invalid="ignore"):
        return float(loss(scores, signs, epsilon).sum(1).mean())


def _rows(X: Any, every: int) -> Any:
    """Every so manyth row of an array, a sparse matrix, a data frame or a list."""
    if hasattr(X, "tocsr"):
        return X.tocsr()[::every]
    frame = getattr(X, "iloc", X)
    return np.asarray(frame[::every], dtype=np.float64)


def _name(estimator: Any) -> str:
    """The name of its loss."""
    kinds = {kind.__name__ for kind in type(estimator).__mro__}
    if "Perceptron" in kinds:
        return "perceptron"
    named = getattr(estimator, "loss", "")
    return named if "BaseSGD" in kinds and isinstance(named, str) else ""


def _signs(estimator: Any, targets: Any, problems: int) -> Array:
    """(n, problems) what scores are held against: the target itself, or -1 and 1."""
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return targets.astype(np.float64)[:, None]
    positive = classes[1:] if problems == 1 else classes
    return np.where(targets[:, None] == positive[None, :], 1.0, -1.0)


def _huber(p: Array, y: Array, epsilon: float) -> Array:
    off = np.abs(p - y)
    return np.where(off <= epsilon, 0.5 * off**2, epsilon * off - 0.5 * epsilon**2)


def _modified_huber(p: Array, y: Array, epsilon: float) -> Array:
    return np.where(p * y >= -1, np.maximum(0, 1 - p * y) ** 2, -4 * p * y)


LOSSES: dict[str, Loss] = {
    "hinge": lambda p, y, e: np.maximum(0, 1 - p * y),
    "squared_hinge": lambda p, y, e: np.maximum(0, 1 - p * y) ** 2,
    "perceptron": lambda p, y, e: np.maximum(0, -p * y),
    "log_loss": lambda p, y, e: np.logaddexp(0, -p * y),
    "modified_huber": _modified_huber,
    "squared_error": lambda p, y, e: 0.5 * (p - y) ** 2,
    "huber": _huber,
    "epsilon_insensitive": lambda p, y, e: np.maximum(0, np.abs(p - y) - e),
    "squared_epsilon_insensitive": lambda p, y, e: np.maximum(0, np.abs(p - y) - e) ** 2,
}
