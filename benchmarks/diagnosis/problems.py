"""What is descended: real tables that scikit-learn ships, random tables, and bowls."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from labelled import Array

__all__ = [
    "Bowl",
    "Cost",
    "Linear",
    "Logistic",
    "bowl",
    "classification",
    "condition",
    "regression",
    "separable",
    "spectrum",
    "table",
]

Generator = np.random.Generator
REGRESSIONS = ("diabetes", "linnerud", "iris", "wine", "random", "random", "random")
CLASSIFICATIONS = ("breast_cancer", "iris", "wine", "digits", "random", "random")


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
        found = np.ones(self.size)
        if self.intercept is not None:
            found[self.intercept] = 0.0
        return found

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
        found = np.ones(self.size)
        if self.intercept is not None:
            found[self.intercept] = 0.0
        return found

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


@cache
def table(name: str) -> tuple[Array, Array, Array]:
    """Columns as they are, a numeric target, and a class: 0, 1, ...  (of the shipped tables)."""
    from sklearn import datasets

    if name == "diabetes":
        X, y = datasets.load_diabetes(return_X_y=True, scaled=False)
        return X, y, (y > np.median(y)).astype(int)
    if name == "linnerud":
        X, y = datasets.load_linnerud(return_X_y=True)
        return X, y[:, 0], (y[:, 0] > np.median(y[:, 0])).astype(int)
    X, k = getattr(datasets, f"load_{name}")(return_X_y=True)
    if name == "digits":
        return X, k.astype(float), k
    return X[:, :-1] if name in ("iris", "wine") else X, X[:, -1], k


def bowl(generator: Generator, size: int, kappa: float, floor: float = 0.0) -> Bowl:
    """A turned bowl with eigenvalues from top / kappa to top, the top anything from 0.1 to 100."""
    top = 10 ** generator.uniform(-1, 2)
    inner = np.exp(generator.uniform(-np.log(kappa), 0, size)) * top
    if size > 1:
        inner[0], inner[1] = top / kappa, top
    else:
        inner[0] = top
    turned = np.linalg.qr(generator.standard_normal((size, size)))[0]
    A = turned @ np.diag(inner) @ turned.T
    return Bowl((A + A.T) / 2, generator.normal(0, 3, size), floor)


def standardised(X: Array) -> Array:
    """Columns of mean 0 and deviation 1; constant ones are dropped."""
    kept = X[:, X.std(axis=0) > 0]
    return (kept - kept.mean(axis=0)) / kept.std(axis=0)


def with_intercept(generator: Generator, X: Array) -> tuple[Array, int | None]:
    """A column of ones last (mostly), first, or none."""
    where = generator.choice(["last", "first", "none"], p=[0.75, 0.15, 0.1])
    ones = np.ones((len(X), 1))
    if where == "none":
        return X, None
    return (np.hstack([X, ones]), X.shape[1]) if where == "last" else (np.hstack([ones, X]), 0)


def some_columns(generator: Generator, X: Array, most: int = 49) -> Array:
    """From one column to all."""
    count = int(generator.integers(1, min(most, X.shape[1]) + 1))
    return X[:, np.sort(generator.choice(X.shape[1], count, replace=False))]


def random_columns(generator: Generator, rows: int, raw: bool) -> Array:
    """Correlated normal columns, 1 to 49; raw ones of very different means and scales."""
    count = int(np.exp(generator.uniform(0, np.log(50))))
    mixed = np.eye(count) + generator.uniform(0, 0.4) * generator.standard_normal((count, count))
    X = generator.standard_normal((rows, count)) @ mixed
    if raw:
        X = X * 10 ** generator.uniform(-1, 2.5, count) + 10 ** generator.uniform(-1, 2.5, count)
    return X


def regression(generator: Generator, *, raw: bool = False, l2: bool = False) -> Linear:
    """Squared loss on a real or a random table."""
    name = str(generator.choice(REGRESSIONS))
    if name == "random":
        X = random_columns(generator, int(generator.integers(30, 600)), raw)
        y = X @ generator.standard_normal(X.shape[1]) + generator.uniform(-5, 5)
        y = y + generator.uniform(0.01, 1.0) * y.std() * generator.standard_normal(len(X))
    else:
        X, y, _ = table(name)
        X = some_columns(generator, X)
    if not raw:
        X = standardised(X)
    X, intercept = with_intercept(generator, X)
    m = len(y)
    unit = float(generator.choice([1 / m, 0.5 / m, 0.5], p=[0.5, 0.4, 0.1]))
    weight = 10 ** generator.uniform(-2, 0) * 2 * unit * m if l2 else 0.0
    return Linear(X, y, unit, intercept, weight)


def classification(
    generator: Generator, *, raw: bool = False, l2: bool = False, apart: bool = False
) -> Logistic:
    """Log loss of two classes; `apart`: a table whose classes tend to be told apart."""
    name = str(generator.choice(CLASSIFICATIONS))
    if name == "random":
        X = random_columns(generator, int(generator.integers(60, 400)), raw)
        score = standardised(X) @ generator.standard_normal(X.shape[1]) * generator.uniform(0.3, 2)
        score = score + generator.uniform(-1, 1)
        odds = 1 / (1 + np.exp(-score))
        y = (score > np.median(score)) if apart else generator.random(len(X)) < odds
    else:
        X, _, classes = table(name)
        first, second = generator.choice(classes.max() + 1, 2, replace=False)
        chosen = (classes == first) | (classes == second)
        X, y = X[chosen], classes[chosen] == first
        X = X[:, X.std(axis=0) > 0]
        X = some_columns(generator, X, 49 if apart else 10)
    if not raw:
        X = standardised(X)
    X, intercept = with_intercept(generator, X)
    weight = 10 ** generator.uniform(-3, -1) if l2 else 0.0
    return Logistic(X, y.astype(float), intercept, weight)


def separable(cost: Logistic) -> bool:
    """Whether some direction has no row on its wrong side: a linear programme decides.

    It asks for a w with s (x w) >= 0 in every row and a positive total, |w_j| <= 1; then the
    minimum is at infinity (Albert and Anderson 1984: complete or quasi-complete separation).
    """
    from scipy.optimize import linprog

    signed = cost.X * (2 * cost.y - 1)[:, None]
    signed = signed / np.abs(signed).max(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = linprog(
            -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1)
        )
    return found.status == 0 and -found.fun > 1e-6
