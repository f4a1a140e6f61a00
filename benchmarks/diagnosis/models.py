"""Costs with one bottom: squared loss, log loss, bowls; and how any cost curves at a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from logged import Array

__all__ = ["Bowl", "Cost", "Linear", "Logistic", "condition", "differenced", "spectrum"]


class Cost(Protocol):
    """A function of p parameters with its slope and its curvature, both right."""

    @property
    def size(self) -> int:
        """p."""
        ...

    def value(self, params: Array) -> float:
        """The cost at (p,)."""
        ...

    def gradient(self, params: Array) -> Array:
        """Its slope there, (p,)."""
        ...

    def hessian(self, params: Array) -> Array:
        """Its curvature there, (p, p)."""
        ...


def _weights(size: int, intercept: int | None) -> Array:
    """(size,): 1 for a weight, 0 for the intercept."""
    found = np.ones(size)
    if intercept is not None:
        found[intercept] = 0.0
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """unit * sum of squared residuals + l2 * |w|^2: `unit` is 1/m, 1/(2m) or 1/2.

    X: (m, p), with a column of ones at `intercept` where that is not None.
    """

    X: Array
    y: Array
    unit: float
    intercept: int | None = None
    l2: float = 0.0

    @property
    def size(self) -> int:
        """p."""
        return self.X.shape[1]

    @property
    def penalised(self) -> Array:
        """(p,): 1 for a weight, 0 for the intercept."""
        return _weights(self.size, self.intercept)

    def value(self, params: Array) -> float:
        """The cost."""
        residual = self.X @ params - self.y
        penalty = self.l2 * float((self.penalised * params) @ params) if self.l2 else 0.0
        return self.unit * float(residual @ residual) + penalty

    def gradient(self, params: Array) -> Array:
        """Its slope."""
        slope = (2 * self.unit) * ((self.X @ params - self.y) @ self.X)
        return slope + 2 * self.l2 * self.penalised * params if self.l2 else slope

    def hessian(self, params: Array) -> Array:
        """The same everywhere."""
        return 2 * self.unit * self.X.T @ self.X + np.diag(2 * self.l2 * self.penalised)

    def rows(self, chosen: Array) -> Linear:
        """The same cost of some rows; `unit` so that its mean over batches is this cost."""
        unit = self.unit * len(self.y) / len(chosen)
        return Linear(self.X[chosen], self.y[chosen], unit, self.intercept, self.l2)


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """Mean log loss of two classes + l2 * |w|^2; y is 0 or 1."""

    X: Array
    y: Array
    intercept: int | None = None
    l2: float = 0.0

    @property
    def size(self) -> int:
        """p."""
        return self.X.shape[1]

    @property
    def penalised(self) -> Array:
        """(p,): 1 for a weight, 0 for the intercept."""
        return _weights(self.size, self.intercept)

    def chance(self, params: Array) -> Array:
        """P(y = 1), one a row."""
        return 0.5 * (1 + np.tanh(0.5 * (self.X @ params)))

    def value(self, params: Array) -> float:
        """The cost, without overflow."""
        score = self.X @ params
        loss = float(np.mean(np.logaddexp(0, score) - self.y * score))
        return loss + self.l2 * float((self.penalised * params) @ params)

    def gradient(self, params: Array) -> Array:
        """Its slope."""
        slope = (self.chance(params) - self.y) @ self.X / len(self.y)
        return slope + 2 * self.l2 * self.penalised * params

    def hessian(self, params: Array) -> Array:
        """Its curvature."""
        chance = self.chance(params)
        weighted = self.X * (chance * (1 - chance))[:, None]
        return self.X.T @ weighted / len(self.y) + np.diag(2 * self.l2 * self.penalised)

    def rows(self, chosen: Array) -> Logistic:
        """The same cost of some rows."""
        return Logistic(self.X[chosen], self.y[chosen], self.intercept, self.l2)


@dataclass(frozen=True, slots=True, eq=False)
class Bowl:
    """(w - bottom) A (w - bottom) / 2 + floor."""

    A: Array
    bottom: Array
    floor: float = 0.0

    @property
    def size(self) -> int:
        """p."""
        return len(self.bottom)

    def value(self, params: Array) -> float:
        """The cost."""
        away = params - self.bottom
        return 0.5 * float(away @ self.A @ away) + self.floor

    def gradient(self, params: Array) -> Array:
        """Its slope."""
        return self.A @ (params - self.bottom)

    def hessian(self, params: Array) -> Array:
        """The same everywhere."""
        return self.A


def spectrum(cost: Cost, params: Array) -> Array:
    """The eigenvalues of the curvature there, rising."""
    return np.linalg.eigvalsh(cost.hessian(params))


def condition(cost: Cost, params: Array) -> float:
    """Largest eigenvalue over smallest; inf where flat."""
    values = spectrum(cost, params)
    return float(values[-1] / values[0]) if values[0] > 1e-14 * values[-1] else float("inf")


def differenced(gradient: object, params: Array) -> Array:
    """The Hessian by central differences of a gradient; for notes and rates only."""
    assert callable(gradient)
    h = 1e-5
    eye = np.eye(len(params))
    rows = [(gradient(params + h * e) - gradient(params - h * e)) / (2 * h) for e in eye]
    found = np.array(rows)
    return (found + found.T) / 2
