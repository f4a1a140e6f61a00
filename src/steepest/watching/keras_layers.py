"""The layers of a Keras model by name, and which of them are kept from training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.watching.pytorch.random_start import ENOUGH, looks_random

__all__ = ["frozen_layers", "name_of", "untrained"]

SIDE = 64


def name_of(model: Any, path: str) -> str:
    """The name of a variable by its path: "sequential/dense/kernel" is "dense.kernel"."""
    return path.removeprefix(f"{model.name}/").replace("/", ".")


def frozen_layers(model: Any) -> dict[str, list[Any]]:
    """Layers with tables of weights of which none is trained; these tables, and their biases.

    What else has one dimension is left out: the running means of a normalisation are never
    trained.
    """
    trained = {id(variable) for variable in model.trainable_variables}
    moving = {_layer(model, variable) for variable in model.trainable_variables}
    found: dict[str, list[Any]] = {}
    for variable in model.weights:
        layer = _layer(model, variable)
        told = len(variable.shape) > 1 or (layer in found and "bias" in variable.path)
        if id(variable) not in trained and told and layer not in moving:
            found.setdefault(layer, []).append(variable)
    return found


def untrained(model: Any, frozen: dict[str, list[Any]], arrays: Any) -> Sequence[str]:
    """Which of them hold what an initializer draws; but for those before all that is trained, which
    are features.

    arrays: variable -> its numbers, as a NumPy array
    """
    order = [_layer(model, variable) for variable in model.weights]
    trained = {id(variable) for variable in model.trainable_variables}
    first = next((at for at, v in enumerate(model.weights) if id(v) in trained), 0)
    features = set(order[:first])
    return [
        layer
        for layer, variables in frozen.items()
        if layer not in features and _random([arrays(variable) for variable in variables])
    ]


def _random(weights: Sequence[Any]) -> bool:
    """Of kernels (..., inputs, outputs), told from at most 64 x 64 of their entries, and their
    biases."""
    biases = [weight for weight in weights if weight.ndim == 1]
    return any(_drawn(kernel, biases) for kernel in weights if kernel.ndim > 1)


def _drawn(kernel: Any, biases: Sequence[Any]) -> bool:
    if kernel.dtype.kind != "f" or kernel.size < ENOUGH:
        return False
    area = math.prod(kernel.shape[:-2])
    table = kernel.reshape(-1, kernel.shape[-1])
    rows, columns = max(1, table.shape[0] // SIDE), max(1, table.shape[1] // SIDE)
    block = table[::rows, ::columns][:SIDE, :SIDE].astype(np.float64)
    fans = kernel.shape[-2] * area, kernel.shape[-1] * area
    return looks_random(block, *fans, biases, float(np.abs(kernel).max()))


def _layer(model: Any, variable: Any) -> str:
    name = name_of(model, variable.path)
    return name.rpartition(".")[0] or name
