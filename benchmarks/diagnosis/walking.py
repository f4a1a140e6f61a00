"""A hand-written loop of gradient descent, with the places where hands go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from logged import Array, Log, in_digits
from models import Cost, Logistic

__all__ = ["minimum", "start_for", "walk", "written"]

Rate = float | Callable[[int], float]
Slope = Callable[[int, Array], Array]
Move = Callable[[int, Array, Array, float], Array]


def walk(
    cost: Cost,
    start: Array,
    steps: int,
    rate: Rate,
    *,
    slope: Slope | None = None,
    move: Move | None = None,
    loss: Callable[[int, Array], float] | None = None,
    after_bad: int = 5,
) -> Log:
    """So many updates, each row written down before its update (and the last position).

    slope: what the loop takes for the gradient at a step; move: the next parameters;
    loss: what it writes down as its loss; after_bad: rows after the first that is not finite.
    """
    params = np.array(start, dtype=float)
    rows: list[tuple[float, float, Array, Array]] = []
    bad = 0
    with np.errstate(all="ignore"):
        for k in range(steps + 1):
            alpha = rate(k) if callable(rate) else rate
            found = cost.value(params) if loss is None else loss(k, params)
            used = cost.gradient(params) if slope is None else slope(k, params)
            rows.append((found, alpha, params.copy(), np.array(used, dtype=float)))
            bad += not (np.isfinite(found) and np.all(np.isfinite(used)))
            if bad > after_bad:
                break
            params = params - alpha * used if move is None else move(k, params, used, alpha)
    losses, rates, path, slopes = zip(*rows, strict=True)
    return Log(
        step=np.arange(len(rows)),
        loss=np.array(losses),
        params=np.array(path),
        gradient=np.array(slopes),
        columns={"learning_rate": np.array(rates)},
    )


def minimum(cost: Cost, start: Array) -> Array:
    """The bottom, by Newton steps that are halved until they go down."""
    params, value = np.array(start, dtype=float), cost.value(start)
    for _ in range(60):
        step = np.linalg.lstsq(cost.hessian(params), cost.gradient(params), rcond=1e-13)[0]
        share = 1.0
        while share > 1e-9 and not cost.value(params - share * step) <= value:
            share /= 2
        params = params - share * step
        value, before = cost.value(params), value
        if before - value <= 1e-15 * abs(before):
            break
    return params


def start_for(generator: np.random.Generator, cost: Cost, bottom: Array) -> Array:
    """Zeros (mostly), small random numbers, or anywhere about the bottom."""
    chosen = generator.choice(["zeros", "small", "anywhere"], p=[0.5, 0.25, 0.25])
    if chosen == "zeros" and np.linalg.norm(bottom) > 0:
        return np.zeros(cost.size)
    if chosen == "small":
        return generator.normal(0, 0.1, cost.size)
    if isinstance(cost, Logistic):
        return generator.normal(0, 1, cost.size)
    spread = max(float(np.abs(bottom).mean()), 1.0)
    return bottom + spread * generator.standard_normal(cost.size)


def written(generator: np.random.Generator, log: Log, digits: Any = (17, 8, 7)) -> Log:
    """As people write logs: mostly in full, sometimes in fewer digits, some without the rate."""
    chosen = int(generator.choice(digits, p=[0.7, *[0.3 / (len(digits) - 1)] * (len(digits) - 1)]))
    if chosen < 17:
        log = in_digits(log, chosen)
    return log.without("learning_rate") if generator.random() < 0.15 else log
