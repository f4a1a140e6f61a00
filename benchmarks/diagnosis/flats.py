"""Costs that are flat far out: saturated units, far outliers, a curve of a lesson."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from logged import Array
from models import differenced

__all__ = ["Hollow", "SigmoidUnit", "Welsch"]

Generator = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class SigmoidUnit:
    """Mean of (y - s(x w))^2 / 2 for a class y: flat where the unit is saturated.

    chain: False drops the factor s'(z) from the gradient that `loop_gradient` gives.
    """

    X: Array
    y: Array
    bottom: Array

    @classmethod
    def drawn(cls, generator: Generator) -> SigmoidUnit:
        """1 to 6 inputs and an intercept; noisy classes, so that there is a bottom."""
        count = int(generator.integers(1, 7))
        X = generator.standard_normal((int(generator.integers(60, 300)), count))
        X = np.hstack([X, np.ones((len(X), 1))])
        weights = generator.normal(0, 1.5, count + 1)
        y = (generator.random(len(X)) < 1 / (1 + np.exp(-X @ weights))).astype(float)
        return cls(X, y, weights)

    @property
    def about(self) -> str:
        """A few words."""
        return f"squared loss of a sigmoid unit, {self.size} parameters"

    @property
    def size(self) -> int:
        """p."""
        return self.X.shape[1]

    def far_out(self, generator: Generator) -> Array:
        """Saturated, on the wrong side: weights against the class, or a huge intercept."""
        if generator.random() < 0.5:
            return -generator.uniform(5, 15) * self.bottom
        params = generator.normal(0, 0.5, self.size)
        params[-1] = -np.sign(self.y.mean() - 0.5) * generator.uniform(7, 14)
        return params

    def value(self, params: Array) -> float:
        """The cost."""
        chance = 0.5 * (1 + np.tanh(0.5 * (self.X @ params)))
        return float(((chance - self.y) ** 2).mean() / 2)

    def gradient(self, params: Array) -> Array:
        """Its slope."""
        chance = 0.5 * (1 + np.tanh(0.5 * (self.X @ params)))
        return ((chance - self.y) * chance * (1 - chance)) @ self.X / len(self.y)

    def without_chain(self, params: Array) -> Array:
        """What a hand gets that forgets the slope of the unit."""
        chance = 0.5 * (1 + np.tanh(0.5 * (self.X @ params)))
        return (chance - self.y) @ self.X / len(self.y)

    def hessian(self, params: Array) -> Array:
        """Its curvature."""
        return differenced(self.gradient, params)


@dataclass(frozen=True, slots=True, eq=False)
class Welsch:
    """Mean of 1 - exp(-r^2 / 2), r = x w - y: rows far away pull no more."""

    X: Array
    y: Array
    bottom: Array

    @classmethod
    def drawn(cls, generator: Generator) -> Welsch:
        """1 to 5 columns, the last one ones."""
        count = int(generator.integers(0, 5))
        X = generator.standard_normal((int(generator.integers(40, 200)), count))
        X = np.hstack([X, np.ones((len(X), 1))])
        weights = generator.normal(0, 2, count + 1)
        return cls(X, X @ weights + 0.2 * generator.standard_normal(len(X)), weights)

    @property
    def about(self) -> str:
        """A few words."""
        return f"Welsch's loss, {self.size} parameters"

    @property
    def size(self) -> int:
        """p."""
        return self.X.shape[1]

    def far_out(self, generator: Generator) -> Array:
        """The intercept so far off that every row is an outlier."""
        params = self.bottom.copy()
        params[-1] += generator.choice([-1, 1]) * generator.uniform(3.5, 6.5)
        return params

    def value(self, params: Array) -> float:
        """The cost."""
        r = self.X @ params - self.y
        return float((1 - np.exp(-(r**2) / 2)).mean())

    def gradient(self, params: Array) -> Array:
        """Its slope."""
        r = self.X @ params - self.y
        return (r * np.exp(-(r**2) / 2)) @ self.X / len(self.y)

    def hessian(self, params: Array) -> Array:
        """Its curvature."""
        return differenced(self.gradient, params)


@dataclass(frozen=True, slots=True, eq=False)
class Hollow:
    """u^2 / (1 + u^2) + a v^2 / 2 with more v's: a lesson's curve, flat far out along u."""

    steep: Array

    @classmethod
    def drawn(cls, generator: Generator) -> Hollow:
        """u, and up to three v's."""
        return cls(np.exp(generator.uniform(-1, 1, int(generator.integers(0, 4)))))

    @property
    def about(self) -> str:
        """A few words."""
        return f"u^2 / (1 + u^2), {self.size} parameters"

    @property
    def size(self) -> int:
        """p."""
        return 1 + len(self.steep)

    @property
    def bottom(self) -> Array:
        """Zeros."""
        return np.zeros(self.size)

    def far_out(self, generator: Generator) -> Array:
        """u = 10 to 100."""
        u = generator.choice([-1, 1]) * 10 ** generator.uniform(1, 2)
        return np.concatenate([[u], 0.01 * generator.standard_normal(len(self.steep))])

    def value(self, params: Array) -> float:
        """The cost."""
        u, v = params[0], params[1:]
        return float(u * u / (1 + u * u) + (self.steep * v * v).sum() / 2)

    def gradient(self, params: Array) -> Array:
        """Its slope."""
        u, v = params[0], params[1:]
        return np.concatenate([[2 * u / (1 + u * u) ** 2], self.steep * v])

    def hessian(self, params: Array) -> Array:
        """Its curvature."""
        return differenced(self.gradient, params)
