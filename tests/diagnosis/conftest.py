"""Logs made by hand: what the rules of the loss alone are asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from steepest.trace import Stop, Trace


def _log(loss: object, rate: float = np.nan, **measures: object) -> Trace:
    values = np.asarray(loss, dtype=np.float64)
    columns = {name: np.asarray(value, dtype=np.float64) for name, value in measures.items()}
    stop = Stop("budget", "the log ends")
    rates = np.full(len(values), rate)
    plain = Trace(np.arange(len(values)), values, rates, "unknown", (), stop, loss_of="unknown")
    return replace(plain, measures=columns)


@pytest.fixture
def log() -> Callable[..., Trace]:
    """A log that holds losses and scalar measures, and does not say what they are of."""
    return _log


Slope = Callable[[np.ndarray], tuple[float, np.ndarray]]


def _walk(
    cost: Slope,
    start: object,
    rate: float,
    steps: int,
    bug: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    digits: int | None = None,
    every: int = 1,
    kind: type = np.float64,
) -> Trace:
    place, rows = np.asarray(start, dtype=np.float64).astype(kind), []
    for _ in range(steps):
        loss, slope = cost(place)
        used = np.asarray(slope if bug is None else bug(place, slope)).astype(kind)
        rows.append(np.r_[float(kind(loss)), place, used].astype(np.float64))
        place = (place - kind(rate) * used).astype(kind)
    kept = np.array(rows)[::every]
    if digits is not None:
        kept = np.array([[float(f"{value:.{digits}g}") for value in row] for row in kept.tolist()])
    count = len(place)
    trace = _log(kept[:, 0])
    return replace(
        trace,
        step=np.arange(len(kept)) * every,
        names=tuple(f"w_{i}" for i in range(count)),
        params=kept[:, 1 : count + 1],
        gradient=kept[:, count + 1 :],
    )


def _bowl(seed: int, count: int, condition: float, floor: float = 1.0) -> Slope:
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(count, count)))[0]
    hessian = (axes * np.geomspace(1.0, 1.0 / condition, count)) @ axes.T
    bottom = rng.normal(size=count)

    def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
        away = place.astype(np.float64) - bottom
        return floor + 0.5 * float(away @ hessian @ away), hessian @ away

    return cost


def _logistic(seed: int, rows: int, columns: int) -> Slope:
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(size=(rows, columns)), np.ones(rows)])
    y = (X @ rng.normal(size=columns + 1) + rng.logistic(size=rows) > 0) * 2.0 - 1.0

    def cost(place: np.ndarray) -> tuple[float, np.ndarray]:
        margin = y * (X @ place.astype(np.float64))
        share = 1.0 / (1.0 + np.exp(margin))
        return float(np.mean(np.logaddexp(0.0, -margin))), -(X.T @ (y * share)) / rows

    return cost


def _in_turn(
    cost: Slope, rate: float, order: list[list[int]]
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    def bug(place: np.ndarray, slope: np.ndarray) -> np.ndarray:
        moved, used = place.astype(np.float64), np.zeros_like(slope)
        for group in order:
            used[group] = cost(moved)[1][group]
            moved[group] -= rate * used[group]
        return used

    return bug


@pytest.fixture
def walk() -> Callable[..., Trace]:
    """Plain descent on a cost, logged as another program would: its rows and nothing else.

    bug(params, slope) is the gradient that the loop uses; `digits` significant ones in the
    log; only `every` so many rows; `kind` is the precision that it computes in.
    """
    return _walk


@pytest.fixture
def bowl() -> Callable[..., Slope]:
    """A random quadratic of a curvature of at most 1 and a condition number."""
    return _bowl


@pytest.fixture
def logistic() -> Callable[..., Slope]:
    """Logistic regression on random rows, with an intercept last."""
    return _logistic


@pytest.fixture
def in_turn() -> Callable[..., Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """The gradient of a loop that updates groups of parameters one after the other."""
    return _in_turn
