"""The layers of a Keras model by name, and which of them are kept from training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.watching.pytorch.random_start import looks_random

__all__ = ["frozen_layers", "name_of", "untrained"]

SIDE = 64


def name_of(model: Any, path: str) -> str:
    """The name of a variable by its path: "sequential/dense/kernel" is "dense.kernel"."""
    return path.removeprefix(f"{model.name}/").replace("/", ".")


def frozen_layers(model: Any) -> dict[str, list[Any]]:
    """Layers with tables of weights of which none is trained, and these tables.

    What has one dimension is left out: biases go with their table, and the running means of a
    normalisation are never trained.
    """
    trained = {id(variable) for variable in model.trainable_variables}
    moving = {_layer(model, variable) for variable in model.trainable_variables}
    found: dict[str, list[Any]] = {}
    for variable in model.weights:
        layer = _layer(model, variable)
        if id(variable) not in trained and len(variable.shape) > 1 and layer not in moving:
            found.setdefault(layer, []).append(variable)
    return found


def untrained(frozen: dict[str, list[Any]], arrays: Any) -> Sequence[str]:
    """Which of them hold what an initializer draws.

    arrays: variable -> its numbers, as a NumPy array
    """
    return [
        layer
        for layer, variables in frozen.items()
        if any(_random(arrays(variable)) for variable in variables)
    ]


def _random(kernel: Any) -> bool:
    """Of a kernel (..., inputs, outputs), told from at most 64 x 64 of its entries."""
    if kernel.dtype.kind != "f":
        return False
    area = math.prod(kernel.shape[:-2])
    table = kernel.reshape(-1, kernel.shape[-1])
    rows, columns = max(1, table.shape[0] // SIDE), max(1, table.shape[1] // SIDE)
    block = table[::rows, ::columns][:SIDE, :SIDE].astype(np.float64)
    return looks_random(block, kernel.shape[-2] * area, kernel.shape[-1] * area)


def _layer(model: Any, variable: Any) -> str:
    name = name_of(model, variable.path)
    return name.rpartition(".")[0] or name
