"""Batch descent on a linear model as people write it in NumPy, PyTorch and JAX.

All take the same steps from zeros and record parameters, loss and gradient at each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from measure import THREADS, installed

from steepest.trace import Array

__all__ = ["Problem", "Record", "Steps", "peers"]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Rows X (m, d), targets y (m,), "squared" or "logistic" loss, and the learning rate."""

    X: Array
    y: Array
    loss: str
    rate: float

    @property
    def name(self) -> str:
        """Its size, as shown."""
        rows, columns = self.X.shape
        return f"{rows:,} x {columns}"


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One row a step: params (k, d + 1) with the intercept last, loss (k,), gradient (k, d + 1)."""

    params: Array
    loss: Array
    gradient: Array

    @classmethod
    def empty(cls, steps: int, parameters: int) -> Record:
        """Room for so many steps."""
        wide = (steps, parameters)
        return cls(np.empty(wide), np.empty(steps), np.empty(wide))


Steps = Callable[[int], Record]


def peers(problem: Problem) -> dict[str, Steps]:
    """Name -> a function that takes so many steps; those of which the library is there."""
    found = {"NumPy": numpy_steps(problem)}
    if installed("torch"):
        found["PyTorch, without autograd"] = torch_steps(problem)
        found["PyTorch, backward() and SGD"] = torch_autograd_steps(problem)
    if installed("jax"):
        found["JAX, jit"] = jax_steps(problem)
    return found


def numpy_steps(problem: Problem) -> Steps:
    """X @ w and X.T @ r."""
    X, y, rate = problem.X, problem.y, problem.rate
    rows, slope_of = len(y), {"squared": _squared, "logistic": _logistic}[problem.loss]

    def walk(steps: int) -> Record:
        params = np.zeros(X.shape[1] + 1)
        record = Record.empty(steps, len(params))
        for k in range(steps):
            loss, slope = slope_of(X @ params[:-1] + params[-1], y)
            gradient = np.append(X.T @ slope, slope.sum()) / rows
            record.params[k], record.loss[k], record.gradient[k] = params, loss, gradient
            params = params - rate * gradient
        return record

    return walk


def _squared(score: Array, y: Array) -> tuple[float, Array]:
    residual = score - y
    return 0.5 * float(residual @ residual) / len(y), residual


def _logistic(score: Array, y: Array) -> tuple[float, Array]:
    small = np.exp(-np.abs(score))
    loss = np.mean(np.maximum(score, 0) + np.log1p(small)) - float(score @ y) / len(y)
    return float(loss), np.where(score > 0, 1.0, small) / (1 + small) - y


def torch_steps(problem: Problem) -> Steps:
    """The same formulas on tensors, under no_grad."""
    import torch

    torch.set_num_threads(THREADS)
    X, y, rate = torch.from_numpy(problem.X), torch.from_numpy(problem.y), problem.rate
    cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits

    def loss_and_slope(score: Any) -> tuple[Any, Any]:
        if problem.loss == "squared":
            residual = score - y
            return 0.5 * (residual @ residual) / len(y), residual
        return cross_entropy(score, y), torch.sigmoid(score) - y

    @torch.no_grad()
    def walk(steps: int) -> Record:
        params = torch.zeros(X.shape[1] + 1, dtype=torch.float64)
        record = Record.empty(steps, len(params))
        for k in range(steps):
            loss, slope = loss_and_slope(torch.addmv(params[-1], X, params[:-1]))
            gradient = torch.cat([X.T @ slope, slope.sum()[None]]) / len(y)
            record.params[k], record.loss[k] = params.numpy(), float(loss)
            record.gradient[k] = gradient.numpy()
            params = params - rate * gradient
        return record

    return walk


def torch_autograd_steps(problem: Problem) -> Steps:
    """The usual loop: a Linear layer, a loss, backward() and torch.optim.SGD."""
    import torch

    torch.set_num_threads(THREADS)
    X, y = torch.from_numpy(problem.X), torch.from_numpy(problem.y)
    squared = problem.loss == "squared"
    criterion = torch.nn.MSELoss() if squared else torch.nn.BCEWithLogitsLoss()

    def walk(steps: int) -> Record:
        model = torch.nn.Linear(X.shape[1], 1, dtype=torch.float64)
        for held in model.parameters():
            torch.nn.init.zeros_(held)
        optimizer = torch.optim.SGD(model.parameters(), lr=problem.rate)
        record = Record.empty(steps, X.shape[1] + 1)
        for k in range(steps):
            optimizer.zero_grad()
            loss = criterion(model(X).squeeze(1), y) * (0.5 if squared else 1.0)
            loss.backward()
            _keep(record, k, model, float(loss.detach()))
            optimizer.step()
        return record

    return walk


def _keep(record: Record, k: int, model: Any, loss: float) -> None:
    record.loss[k] = loss
    record.params[k, :-1], record.params[k, -1] = (
        model.weight.detach().numpy()[0],
        model.bias.item(),
    )
    record.gradient[k, :-1] = model.weight.grad.numpy()[0]
    record.gradient[k, -1] = model.bias.grad.item()


def jax_steps(problem: Problem) -> Steps:
    """value_and_grad and the update, compiled as one step."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y = jnp.asarray(problem.X), jnp.asarray(problem.y)
    rate, squared = problem.rate, problem.loss == "squared"

    def cost(params: Any, X: Any, y: Any) -> Any:
        score = X @ params[:-1] + params[-1]
        if squared:
            return 0.5 * jnp.mean((score - y) ** 2)
        return jnp.mean(jnp.logaddexp(0.0, score) - score * y)

    @jax.jit
    def step(params: Any, X: Any, y: Any) -> Any:
        loss, gradient = jax.value_and_grad(cost)(params, X, y)
        return params - rate * gradient, loss, gradient

    def walk(steps: int) -> Record:
        params = jnp.zeros(X.shape[1] + 1)
        record = Record.empty(steps, len(params))
        for k in range(steps):
            record.params[k] = params
            params, loss, gradient = step(params, X, y)
            record.loss[k], record.gradient[k] = loss, gradient
        return record

    return walk
