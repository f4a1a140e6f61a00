"""What is descended: real tables that scikit-learn ships, random tables, and bowls."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
from logged import Array
from models import Bowl, Linear, Logistic

__all__ = ["bowl", "classification", "regression", "separable", "table"]

Generator = np.random.Generator
REGRESSIONS = ("diabetes", "linnerud", "iris", "wine", "random", "random", "random")
CLASSIFICATIONS = ("breast_cancer", "iris", "wine", "digits", "random", "random")


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
