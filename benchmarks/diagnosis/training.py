"""A training loop for small networks, with the places where loops go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from logged import Array, Log
from network_data import Data
from networks import Network

__all__ = ["Plan", "inputs_as_they_are", "train"]

Params = list[Array]
Inputs = Callable[[int, Array], Array]


def inputs_as_they_are(epoch: int, X: Array) -> Array:
    """No change on the way."""
    return X


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How a network is trained, what is written down, and what goes wrong.

    rate:    a number, or of (step, steps)
    batch:   rows, or None for all
    logged:  "epoch" (the loss of all rows), "running" (the mean of the epoch's batches),
             "step" (the batch's own)
    columns: which of val_loss, learning_rate, grad_norm are written
    summed:  gradients never zeroed; frozen: from which step on nothing moves
    inputs:  what is done to the training inputs in an epoch; reshuffled: labels anew each epoch
    """

    rate: float | Callable[[int, int], float]
    epochs: int
    batch: int | None = None
    optimizer: str = "sgd"
    logged: str = "epoch"
    columns: tuple[str, ...] = ("val_loss",)
    summed: bool = False
    frozen: int | None = None
    inputs: Inputs = inputs_as_they_are
    reshuffled: bool = False
    loss_as_written: Callable[[float, Params, int], float] | None = None
    l2: float = 0.0


def train(network: Network, params: Params, data: Data, plan: Plan,
          generator: np.random.Generator) -> tuple[Log, Params]:  # fmt: skip
    """The log, and the parameters at the end. It goes on for three rows after a bad number."""
    params = [part.copy() for part in params]
    mover = Mover(plan.optimizer, params)
    m = len(data.X)
    batch = min(plan.batch or m, m)
    per = -(-m // batch)
    total, rows, done, bad = plan.epochs * per, list[dict[str, float]](), 0, 0
    summed: Params | None = None
    target = data.target
    with np.errstate(all="ignore"):
        for epoch in range(plan.epochs):
            order = generator.permutation(m) if batch < m else np.arange(m)
            X = plan.inputs(epoch, data.X)
            if plan.reshuffled:
                target = generator.permutation(target)
            first = {"loss": network.loss(params, X, target)} if plan.logged == "epoch" else {}
            losses: list[float] = []
            for i in range(per):
                chosen = order[i * batch : (i + 1) * batch]
                loss, gradient = network.loss_and_gradient(params, X[chosen], target[chosen])
                if plan.l2:
                    gradient = [g + plan.l2 * w for g, w in zip(gradient, params, strict=True)]
                if plan.summed:
                    summed = gradient if summed is None else plus(summed, gradient)
                    gradient = summed
                if plan.loss_as_written is not None:
                    loss = plan.loss_as_written(loss, params, done)
                rate = plan.rate(done, total) if callable(plan.rate) else plan.rate
                row = {"learning_rate": rate, "grad_norm": norm(gradient)}
                losses.append(loss)
                if plan.logged == "step":
                    value = val(network, params, data, plan, epoch) if i == 0 else np.nan
                    rows.append(row | {"loss": loss, "val_loss": value})
                elif i == 0:
                    first |= row
                if plan.frozen is None or done < plan.frozen:
                    params = mover.moved(params, gradient, rate)
                done += 1
            if plan.logged != "step":
                written = first if plan.logged == "epoch" else first | {"loss": np.mean(losses)}
                written["val_loss"] = val(network, params, data, plan, epoch)
                rows.append(written)
            bad += not np.isfinite(losses[-1])
            if bad > 2:
                break
    return as_log(rows, plan), params


def as_log(rows: list[dict[str, Any]], plan: Plan) -> Log:
    """The columns that are written."""
    columns = {name: np.array([row[name] for row in rows]) for name in plan.columns}
    return Log(np.arange(len(rows)), np.array([row["loss"] for row in rows]), columns=columns)


def val(network: Network, params: Params, data: Data, plan: Plan, epoch: int) -> float:
    """The loss of the validation rows, where it is written."""
    if "val_loss" not in plan.columns:
        return float("nan")
    return network.loss(params, data.X_val, data.target_val)


def norm(gradient: Params) -> float:
    """Of all parameters together."""
    return float(np.sqrt(sum(float((g * g).sum()) for g in gradient)))


def plus(first: Params, second: Params) -> Params:
    """Sum, part by part."""
    return [a + b for a, b in zip(first, second, strict=True)]


class Mover:
    """SGD, momentum 0.9, or Adam: holds what the optimizer remembers."""

    def __init__(self, name: str, params: Params) -> None:
        self.name = name
        self.first = [np.zeros_like(part) for part in params]
        self.second = [np.zeros_like(part) for part in params]
        self.count = 0

    def moved(self, params: Params, gradient: Params, rate: float) -> Params:
        """One step further."""
        self.count += 1
        if self.name == "sgd":
            return [w - rate * g for w, g in zip(params, gradient, strict=True)]
        if self.name == "momentum":
            self.first = [0.9 * v + g for v, g in zip(self.first, gradient, strict=True)]
            return [w - rate * v for w, v in zip(params, self.first, strict=True)]
        for v, s, g in zip(self.first, self.second, gradient, strict=True):
            v *= 0.9
            v += 0.1 * g
            s *= 0.999
            s += 0.001 * g * g
        a, b = 1 - 0.9**self.count, 1 - 0.999**self.count
        return [
            w - rate * (v / a) / (np.sqrt(s / b) + 1e-8)
            for w, v, s in zip(params, self.first, self.second, strict=True)
        ]
