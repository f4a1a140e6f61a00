"""Records that turn NaN or infinite although the rate is sensible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from full_faults import steps_between
from labelled import Labelled
from logged import Array, Log
from models import Linear, Logistic, spectrum
from problems import classification, regression, separable
from settings import setting
from walking import walk, written

__all__ = ["non_finite"]

Generator = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Naive:
    """The log loss as it is first written: exp(-z), then log(p) and log(1 - p), in some dtype."""

    X: Array
    y: Array
    dtype: type = np.float64

    @property
    def size(self) -> int:
        """p."""
        return self.X.shape[1]

    def chance(self, params: Array) -> Array:
        """1 / (1 + exp(-z)), which saturates to exactly 0 and 1."""
        score = (self.X @ params).astype(self.dtype)
        return 1 / (1 + np.exp(-score))

    def value(self, params: Array) -> float:
        """0 * log(0) is NaN, log(0) infinite."""
        chance = self.chance(params)
        kept = self.y * np.log(chance) + (1 - self.y) * np.log(1 - chance)
        return float(-kept.mean())

    def gradient(self, params: Array) -> Array:
        """Right, and finite; a loop that follows the NaN of its loss would be its own fault."""
        return (self.chance(params) - self.y) @ self.X / len(self.y)

    def hessian(self, params: Array) -> Array:
        """Its curvature."""
        return Logistic(self.X, self.y).hessian(params)


def non_finite(generator: Generator) -> Labelled | None:
    """One of the ways below."""
    ways = (log_of_zero, log_of_zero, bad_row, bad_row, exp_overflows, exp_overflows,
            divided_by_zero, no_epsilon)  # fmt: skip
    return ways[int(generator.integers(len(ways)))](generator)


def labelled(generator: Generator, log: Log, note: str) -> Labelled | None:
    """If it goes wrong, after a loss that did not rise before it did."""
    bad = np.flatnonzero(~np.isfinite(log.loss) | ~np.all(np.isfinite(log.gradient), axis=1))
    if not len(bad) or (bad[0] < 4 and generator.random() < 0.8):
        return None  # mostly, something has to be seen before it breaks
    before = log.loss[: bad[0]]
    if len(before) and before[-1] > 1.05 * before[0]:
        return None
    note = f"{note}; the first bad row is {bad[0]} of {len(log)}"
    return Labelled("non_finite", written(generator, log, (17, 8, 8)), note)


def log_of_zero(generator: Generator) -> Labelled | None:
    """Classes told apart: a chance becomes exactly 1, and 0 * log(0) is NaN."""
    cost = classification(generator, apart=True)
    X = cost.X.copy()
    if not separable(cost):
        return None
    far = generator.choice(len(X), int(generator.integers(1, 4)), replace=False)
    X[far] = X[far] * 10 ** generator.uniform(0.7, 2.5)
    naive = Naive(X, cost.y, np.float32 if generator.random() < 0.5 else np.float64)
    rate = generator.uniform(0.1, 1.0) / float(spectrum(naive, np.zeros(naive.size))[-1])
    steps = steps_between(generator, 60, 1500)
    log = walk(naive, np.zeros(naive.size), steps, rate, after_bad=int(generator.integers(1, 30)))
    return labelled(generator, log, f"log of 0 in {naive.dtype.__name__}")


def bad_row(generator: Generator) -> Labelled | None:
    """A row with NaN (or infinity) comes in at some step; from then on all is NaN."""
    given = setting(generator, kinds=("linear", "linear", "logistic"), kappa=(1, 1000))
    cost = given.cost
    assert isinstance(cost, (Linear, Logistic))
    since = int(generator.integers(0, 120))
    X = cost.X.copy()
    X[generator.integers(len(X)), generator.integers(X.shape[1])] = generator.choice(
        [np.nan, np.inf], p=[0.8, 0.2]
    )
    worse = (
        Linear(X, cost.y, cost.unit, cost.intercept)
        if isinstance(cost, Linear)
        else Logistic(X, cost.y, cost.intercept)
    )
    rate = generator.uniform(0.1, 1.2) / given.top
    log = walk(cost, given.start, since + 200, rate, after_bad=int(generator.integers(1, 20)),
               slope=lambda k, w: (worse if k >= since else cost).gradient(w),
               loss=lambda k, w: (worse if k >= since else cost).value(w))  # fmt: skip
    return labelled(generator, log, f"a row that is not finite comes in at step {since}")


def exp_overflows(generator: Generator) -> Labelled | None:
    """exp(z) / (1 + exp(z)) in float32: beyond z = 88 it is infinity over infinity."""
    cost = classification(generator, raw=True)
    top = float(spectrum(cost, np.zeros(cost.size))[-1])
    start = generator.normal(0, generator.choice([0.01, 1.0]), cost.size)

    def chance(params: Array) -> Array:
        odds = np.exp((cost.X @ params).astype(np.float32))
        return odds / (1 + odds)

    def loss(_: int, params: Array) -> float:
        score = (cost.X @ params).astype(np.float32)
        return float(np.mean(np.log(1 + np.exp(score)) - cost.y * score))

    def slope(_: int, params: Array) -> Array:
        return (chance(params) - cost.y) @ cost.X / len(cost.y)

    steps, rate = steps_between(generator, 10, 300), generator.uniform(0.2, 1.0) / top
    log = walk(cost, start, steps, rate, slope=slope, loss=loss)
    return labelled(generator, log, "exp overflows in float32")


def divided_by_zero(generator: Generator) -> Labelled | None:
    """Batches are standardised by themselves; in one of them a column is constant: 0 / 0."""
    cost = regression(generator, raw=True)
    batch = int(generator.choice([4, 8, 16]))
    if cost.intercept != cost.size - 1 or cost.size < 2 or len(cost.y) < 3 * batch:
        return None
    X = cost.X[:, :-1].copy()
    X[:, 0] = generator.random(len(X)) < generator.uniform(0.1, 0.3)  # a column of few ones
    y = (cost.y - cost.y.mean()) / cost.y.std()
    steps = steps_between(generator, 40, 400)
    drawn = [generator.choice(len(y), batch, replace=False) for _ in range(steps + 1)]

    def at(k: int) -> Linear:
        rows = X[drawn[k]]
        scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        return Linear(np.hstack([scaled, np.ones((batch, 1))]), y[drawn[k]], 0.5 / batch)

    rate = generator.uniform(0.1, 0.5) / cost.size
    log = walk(cost, np.zeros(cost.size), steps, rate,
               slope=lambda k, w: at(k).gradient(w), loss=lambda k, w: at(k).value(w))  # fmt: skip
    return labelled(generator, log, f"a batch of {batch} divided by a deviation of 0")


def no_epsilon(generator: Generator) -> Labelled | None:
    """AdaGrad without its epsilon: a column of zeros has the slope 0, and 0 / sqrt(0)."""
    given = setting(generator, kinds=("linear", "logistic"), kappa=(1, 100), starts="zeros")
    cost = given.cost
    assert isinstance(cost, (Linear, Logistic))
    X = np.hstack([cost.X, np.zeros((len(cost.y), 1))])
    wider = Linear(X, cost.y, cost.unit) if isinstance(cost, Linear) else Logistic(X, cost.y)
    squares = np.zeros(wider.size)

    def move(_: int, params: Array, used: Array, alpha: float) -> Array:
        nonlocal squares
        squares = squares + used**2
        return params - alpha * used / np.sqrt(squares)

    log = walk(wider, np.zeros(wider.size), 60, generator.uniform(0.01, 0.3), move=move)
    return labelled(generator, log, "0 / sqrt(0) in an adaptive step")
