"""Costs with a saddle: bent bowls, and products of weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from logged import Array
from models import differenced

__all__ = ["Product", "Saddle"]

Generator = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Saddle:
    """sum of c_i z_i^2 / 2, some c_i < 0 and there + z_i^4 / 4, in turned coordinates z."""

    curvatures: Array
    turned: Array
    centre: Array
    floor: float

    @classmethod
    def drawn(cls, generator: Generator) -> Saddle:
        """2 to 12 parameters, one or two of them downhill both ways."""
        size = int(np.exp(generator.uniform(np.log(2), np.log(13))))
        curvatures = np.exp(generator.uniform(-2, 2, size))
        down = 1 if size < 4 else int(generator.integers(1, 3))
        curvatures[:down] = -np.exp(generator.uniform(-3, 0, down))
        turned = np.eye(size)
        if generator.random() < 0.5:
            turned = np.linalg.qr(generator.standard_normal((size, size)))[0]
        return cls(curvatures, turned, generator.normal(0, 1, size), generator.uniform(0.5, 3))

    @property
    def about(self) -> str:
        """A few words."""
        return f"saddle of {self.size} parameters, {int((self.curvatures < 0).sum())} downhill"

    @property
    def size(self) -> int:
        """p."""
        return len(self.curvatures)

    @property
    def down(self) -> Array:
        """1 where it curves down."""
        return (self.curvatures < 0).astype(float)

    @property
    def saddle(self) -> Array:
        """Where its slope is zero and it is no minimum."""
        return self.centre

    @property
    def saddle_value(self) -> float:
        """The cost there."""
        return self.floor

    @property
    def lowest(self) -> float:
        """The cost at the bottoms."""
        return self.floor - float((self.curvatures**2 * self.down).sum() / 4)

    def near_the_way_in(self, generator: Generator) -> Array:
        """Uphill coordinates anywhere, the downhill ones tiny."""
        tiny = 10 ** generator.uniform(-7, -1.5)
        z = generator.normal(0, 2, self.size)
        z = np.where(self.down == 1, tiny * generator.choice([-1, 1], self.size), z)
        return self.centre + self.turned @ z

    def value(self, params: Array) -> float:
        """The cost."""
        z = self.turned.T @ (params - self.centre)
        return float((self.curvatures * z**2 / 2 + self.down * z**4 / 4).sum()) + self.floor

    def gradient(self, params: Array) -> Array:
        """Its slope."""
        z = self.turned.T @ (params - self.centre)
        return self.turned @ (self.curvatures * z + self.down * z**3)

    def hessian(self, params: Array) -> Array:
        """Its curvature."""
        z = self.turned.T @ (params - self.centre)
        return self.turned @ np.diag(self.curvatures + 3 * self.down * z**2) @ self.turned.T


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """Mean of (y - a (b x))^2 / 2: two linear layers, a (1, h) and b (h, d); zero is a saddle."""

    X: Array
    y: Array
    hidden: int

    @classmethod
    def drawn(cls, generator: Generator) -> Product:
        """1 to 4 inputs, 1 to 5 hidden units."""
        X = generator.standard_normal((int(generator.integers(30, 200)), generator.integers(1, 5)))
        y = X @ generator.normal(0, 1, X.shape[1]) + 0.1 * generator.standard_normal(len(X))
        return cls(X, y, int(generator.integers(1, 6)))

    @property
    def about(self) -> str:
        """A few words."""
        return f"product of weights, {self.size} parameters"

    @property
    def size(self) -> int:
        """p = h + h d."""
        return self.hidden * (1 + self.X.shape[1])

    @property
    def saddle(self) -> Array:
        """All weights zero."""
        return np.zeros(self.size)

    @property
    def saddle_value(self) -> float:
        """The cost there."""
        return float(self.y @ self.y) / (2 * len(self.y))

    @property
    def lowest(self) -> float:
        """That of least squares."""
        weights = np.linalg.lstsq(self.X, self.y, rcond=None)[0]
        return float(((self.y - self.X @ weights) ** 2).mean() / 2)

    def near_the_way_in(self, generator: Generator) -> Array:
        """Opposed layers of some size (they shrink together), and a little of the way out."""
        a = generator.normal(0, 1, self.hidden)
        slope = self.y @ self.X / len(self.y)
        b = -np.outer(a, slope) / np.linalg.norm(slope)
        params = np.concatenate([a, b.ravel()]) * generator.uniform(0.3, 1.0)
        return params + 10 ** generator.uniform(-6, -2) * generator.standard_normal(self.size)

    def value(self, params: Array) -> float:
        """The cost."""
        a, b = params[: self.hidden], params[self.hidden :].reshape(self.hidden, -1)
        return float(((self.X @ (a @ b) - self.y) ** 2).mean() / 2)

    def gradient(self, params: Array) -> Array:
        """Its slope."""
        a, b = params[: self.hidden], params[self.hidden :].reshape(self.hidden, -1)
        slope = (self.X @ (a @ b) - self.y) @ self.X / len(self.y)
        return np.concatenate([b @ slope, np.outer(a, slope).ravel()])

    def hessian(self, params: Array) -> Array:
        """Its curvature."""
        return differenced(self.gradient, params)
