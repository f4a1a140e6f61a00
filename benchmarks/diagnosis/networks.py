"""Small networks in NumPy, forward and backward side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from logged import Array

__all__ = ["Network", "Output", "softmax"]

Output = Literal["softmax", "double_softmax", "linear", "sigmoid"]
EXACT_SOFTMAX = 1e-300  # keeps log of a chance that underflowed finite


def _relu(z: Array) -> tuple[Array, Array]:
    return np.maximum(z, 0), (z > 0).astype(float)


def _tanh(z: Array) -> tuple[Array, Array]:
    value = np.tanh(z)
    return value, 1 - value**2


def _sigmoid(z: Array) -> tuple[Array, Array]:
    value = 0.5 * (1 + np.tanh(0.5 * z))
    return value, value * (1 - value)


ACTIVATIONS: dict[str, Any] = {"relu": _relu, "tanh": _tanh, "sigmoid": _sigmoid}


def softmax(z: Array) -> Array:
    """Chances of each class, (m, k)."""
    raised = np.exp(z - z.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Layers of weights (a, b) and biases (b,), one activation between, one output.

    output: "softmax" with cross-entropy, "double_softmax" (once more inside the loss),
    "linear" with mean squared error, "sigmoid" (one unit) with squared error.
    target: classes (m,) of integers, or (m, 1) numbers.
    """

    sizes: tuple[int, ...]
    activation: str
    output: Output

    def start(
        self, generator: np.random.Generator, gain: float = 1.0, bias: float = 0.0
    ) -> list[Array]:
        """He's (relu) or Glorot's initial weights times a gain; hidden biases."""
        found: list[Array] = []
        for i, (a, b) in enumerate(zip(self.sizes, self.sizes[1:], strict=False)):
            variance = 2 / a if self.activation == "relu" else 2 / (a + b)
            found.append(gain * np.sqrt(variance) * generator.standard_normal((a, b)))
            last = i == len(self.sizes) - 2
            found.append(np.full(b, 0.0 if last else bias))
        return found

    def scores(self, params: list[Array], X: Array) -> Array:
        """What the last layer gives, (m, outputs), before any softmax or sigmoid."""
        return self._forward(params, X)[0][-1]

    def loss(self, params: list[Array], X: Array, target: Array) -> float:
        """The mean loss of these rows."""
        return self._top(self._forward(params, X)[0][-1], target)[0]

    def loss_and_gradient(
        self, params: list[Array], X: Array, target: Array
    ) -> tuple[float, list[Array]]:
        """The mean loss and the slopes, in the order of the parameters."""
        inputs, slopes = self._forward(params, X)
        loss, back = self._top(inputs[-1], target)
        gradient: list[Array] = []
        for i in range(len(self.sizes) - 2, -1, -1):
            gradient += [back.sum(axis=0), inputs[i].T @ back]
            if i:
                back = (back @ params[2 * i].T) * slopes[i - 1]
        return loss, gradient[::-1]

    def _forward(self, params: list[Array], X: Array) -> tuple[list[Array], list[Array]]:
        """What enters each layer (the last: the scores), and the slopes of the activations."""
        bend = ACTIVATIONS[self.activation]
        inputs, slopes = [X], []
        for i in range(len(self.sizes) - 1):
            z = inputs[-1] @ params[2 * i] + params[2 * i + 1]
            if i < len(self.sizes) - 2:
                value, slope = bend(z)
                inputs.append(value)
                slopes.append(slope)
            else:
                inputs.append(z)
        return inputs, slopes

    def _top(self, z: Array, target: Array) -> tuple[float, Array]:
        """The loss, and its slope by the scores."""
        m = len(z)
        if self.output == "linear":
            off = z - target
            return float((off**2).mean()), 2 * off / off.size
        if self.output == "sigmoid":
            value, slope = _sigmoid(z)
            off = value - target
            return float((off**2).mean()), 2 * off * slope / off.size
        rows = np.arange(m)
        chance = softmax(z)
        if self.output == "softmax":
            loss = -float(np.log(np.maximum(chance[rows, target], EXACT_SOFTMAX)).mean())
            chance[rows, target] -= 1
            return loss, chance / m
        twice = softmax(chance)
        loss = -float(np.log(twice[rows, target]).mean())
        twice[rows, target] -= 1
        inner = (twice * chance).sum(axis=1, keepdims=True)
        return loss, chance * (twice - inner) / m
