"""Mini-batch descent on the logistic loss as people write it in NumPy, PyTorch and JAX.

All take their rows in the given order, so that they take the same steps as steepest. They
record nothing. Sparse rows come as the columns and the values of their nonzeros, as many in
each row, and have no intercept; dense rows have one, as the last parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from measure import THREADS, installed
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["Rows", "Steps", "peers"]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Dense values (m, d), or values and columns (m, n) of the nonzeros; targets y (m,)."""

    values: Array
    columns: NDArray[np.int64] | None
    y: Array
    parameters: int
    rate: float


Steps = Callable[[NDArray[np.int64], int], Array]  # order, batch -> the last parameters


def peers(rows: Rows) -> dict[str, Steps]:
    """Name -> a function that goes once through the rows in the given order."""
    found: dict[str, Steps] = {"NumPy": numpy_steps(rows)}
    if installed("torch"):
        found["PyTorch, without autograd"] = torch_steps(rows)
        if rows.columns is None:
            found["PyTorch, backward() and SGD"] = torch_autograd_steps(rows)
    if installed("jax"):
        found["JAX, scan in one jit"] = jax_steps(rows)
    return found


def numpy_steps(rows: Rows) -> Steps:
    """Fancy indexing and small products."""
    values, columns, y = rows.values, rows.columns, rows.y

    def walk(order: NDArray[np.int64], batch: int) -> Array:
        params = np.zeros(rows.parameters)
        for k in range(0, len(order), batch):
            at = order[k : k + batch]
            if columns is None:
                slope = _sigmoid(values[at] @ params[:-1] + params[-1]) - y[at]
                params[:-1] -= rows.rate / batch * (slope @ values[at])
                params[-1] -= rows.rate / batch * slope.sum()
            else:
                taken, where = values[at], columns[at]
                slope = _sigmoid((params[where] * taken).sum(axis=1)) - y[at]
                np.subtract.at(params, where, rows.rate / batch * slope[:, None] * taken)
        return params

    return walk


def _sigmoid(score: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-score))


def torch_steps(rows: Rows) -> Steps:
    """The same formulas on tensors, under no_grad."""
    import torch

    torch.set_num_threads(THREADS)
    values, y = torch.from_numpy(rows.values), torch.from_numpy(rows.y)
    columns = None if rows.columns is None else torch.from_numpy(rows.columns)

    @torch.no_grad()
    def walk(order: NDArray[np.int64], batch: int) -> Array:
        params = torch.zeros(rows.parameters, dtype=torch.float64)
        for at in torch.from_numpy(order).split(batch):
            taken = values[at]
            if columns is None:
                slope = torch.sigmoid(taken @ params[:-1] + params[-1]) - y[at]
                params[:-1] -= rows.rate / batch * (slope @ taken)
                params[-1] -= rows.rate / batch * slope.sum()
            else:
                where = columns[at]
                slope = torch.sigmoid((params[where] * taken).sum(1)) - y[at]
                moved = -rows.rate / batch * slope[:, None] * taken
                params.index_add_(0, where.reshape(-1), moved.reshape(-1))
        return params.numpy()

    return walk


def torch_autograd_steps(rows: Rows) -> Steps:
    """A Linear layer, BCEWithLogitsLoss, backward() and torch.optim.SGD."""
    import torch

    torch.set_num_threads(THREADS)
    X, y = torch.from_numpy(rows.values), torch.from_numpy(rows.y)
    criterion = torch.nn.BCEWithLogitsLoss()

    def walk(order: NDArray[np.int64], batch: int) -> Array:
        model = torch.nn.Linear(X.shape[1], 1, dtype=torch.float64)
        for held in model.parameters():
            torch.nn.init.zeros_(held)
        optimizer = torch.optim.SGD(model.parameters(), lr=rows.rate)
        for at in torch.from_numpy(order).split(batch):
            optimizer.zero_grad()
            criterion(model(X[at]).squeeze(1), y[at]).backward()
            optimizer.step()
        return np.append(model.weight.detach().numpy()[0], model.bias.item())

    return walk


def jax_steps(rows: Rows) -> Steps:
    """All steps in one compiled lax.scan."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    values, y = jnp.asarray(rows.values), jnp.asarray(rows.y)
    columns = None if rows.columns is None else jnp.asarray(rows.columns)

    def dense(params: Any, at: Any, values: Any, columns: Any, y: Any) -> Any:
        slope = jax.nn.sigmoid(values[at] @ params[:-1] + params[-1]) - y[at]
        return params - rows.rate / len(at) * jnp.append(slope @ values[at], slope.sum())

    def sparse(params: Any, at: Any, values: Any, columns: Any, y: Any) -> Any:
        where = columns[at]
        slope = jax.nn.sigmoid((params[where] * values[at]).sum(1)) - y[at]
        return params.at[where].add(-rows.rate / len(at) * slope[:, None] * values[at])

    step = dense if columns is None else sparse

    @jax.jit
    def scan(params: Any, order: Any, values: Any, columns: Any, y: Any) -> Any:
        go = lambda params, at: (step(params, at, values, columns, y), None)  # noqa: E731
        return jax.lax.scan(go, params, order)[0]

    def walk(order: NDArray[np.int64], batch: int) -> Array:
        params = jnp.zeros(rows.parameters)
        return np.asarray(scan(params, order.reshape(-1, batch), values, columns, y))

    return walk
