"""What was captured at single steps, and the measures that come of it.

To capture is to copy a few thousand numbers; the sums are done later, in blocks, because one call
for sixty-four steps costs little more than one for a single step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array
from steepest.watching.coordinates import Coordinates

__all__ = ["BLOCK", "SMALL", "Captures", "Measured", "Numbers"]

BLOCK = 64
SMALL = 64
"""Models of at most so many parameters are recorded whole, at every step."""

OF_ALL = (
    "gradient_norm",
    "weight_norm",
    "update_norm",
    "update_to_weight",
    "gradient_cosine",
    "update_cosine",
    "curvature",
    "step_curvature",
)
OF_LAYERS = ("gradient_norm", "weight_norm", "update_norm")

Numbers = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """m measures of n steps: table (n, m), NaN where one could not be known."""

    step: NDArray[np.int64]
    names: tuple[str, ...]
    table: Array


class Captures:
    """Captures of parameters and gradient, each just before the update of its step.

    Two captures of steps that follow each other show the update between them. There is room for
    64 of them, of small models for 256.
    """

    def __init__(self, coordinates: Coordinates) -> None:
        self.coordinates = coordinates
        width = coordinates.count
        small = width <= SMALL
        rows = (4 * BLOCK if small else BLOCK) + 1
        kind: Any = np.float64 if small else np.float32
        self._step = np.full(rows, -10, dtype=np.int64)
        self._both: Numbers = np.zeros((rows, 2, width), kind)
        of_layers = (f"{name}/{layer}" for name in OF_LAYERS for layer in coordinates.layers)
        self.names = (*OF_ALL, *of_layers)
        self._weights = _layer_weights(coordinates).astype(kind)
        self.count = 0

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return self.count == len(self._step)

    @property
    def room(self) -> Numbers:
        """Where the next capture goes (2, s): the parameters before the update, the gradient."""
        return self._both[self.count]

    def taken(self, step: int) -> None:
        """The room was filled, at a step."""
        self._step[self.count] = step
        self.count += 1

    @property
    def last(self) -> tuple[int, Numbers, Numbers]:
        """Step, parameters and gradient of the newest capture; views that later ones overwrite."""
        at = self.count - 1
        return int(self._step[at]), self._both[at, 0], self._both[at, 1]

    @property
    def held(self) -> tuple[NDArray[np.int64], Numbers, Numbers]:
        """Steps (n,), parameters and gradients (n, s) of all captures; later ones overwrite it."""
        count = self.count
        return self._step[:count], self._both[:count, 0], self._both[:count, 1]

    def measured(self) -> Measured:
        """The measures of all captures; the newest stays, to begin the next pair.

        gradient_norm, weight_norm: ‖g‖, ‖θ‖, estimated from the sample in large models
        update_norm:      ‖u‖, u the change of θ by the step
        update_to_weight: ‖u‖ / ‖θ‖
        gradient_cosine:  of the gradients of this step and the next
        update_cosine:    of u and -g; 1 for plain descent
        curvature:        (g' - g)·u / ‖u‖², the secant along the step (Nocedal and Wright 2006,
                          section 6.1); of mini-batches it has their noise
        step_curvature:   -(g' - g)·u / (g·u), step times curvature: 1 lands where the slope along
                          the step is zero, above 2 it is steeper behind than before
        gradient_norm/L, update_norm/L, weight_norm/L:  of the layer L
        """
        count = self.count
        step = self._step[:count].copy()
        with np.errstate(all="ignore"):
            table = self._table(count)
        if count:
            self._keep_last()
        return Measured(step, self.names, table)

    def _table(self, count: int) -> Array:
        params, gradient = self._both[:count, 0], self._both[:count, 1]
        follows = np.flatnonzero(np.diff(self._step[:count]) == 1)
        update = params[follows + 1] - params[follows]
        now, after = gradient[follows], gradient[follows + 1]
        gradients = self._sums(gradient, gradient)
        weights = self._sums(params, params)
        updates = self._sums(update, update)
        slope, ahead, both = (
            self._sums(*pair).sum(1) for pair in ((now, update), (after, update), (now, after))
        )
        table = np.full((count, len(self.names)), np.nan)
        norm, weight = np.sqrt(gradients.sum(1)), np.sqrt(weights.sum(1))
        table[:, 0], table[:, 1] = norm, weight
        length = np.sqrt(updates.sum(1))
        each = len(self.coordinates.layers)
        table[follows, 2 : len(OF_ALL)] = np.column_stack(
            (
                length,
                length / weight[follows],
                both / (norm[follows] * norm[follows + 1]),
                -slope / (norm[follows] * length),
                (ahead - slope) / length**2,
                1.0 - ahead / slope,
            )
        )
        first = len(OF_ALL)
        table[:, first : first + each] = np.sqrt(gradients)
        table[:, first + each : first + 2 * each] = np.sqrt(weights)
        table[follows, first + 2 * each :] = np.sqrt(updates)
        return table

    def _sums(self, left: Numbers, right: Numbers) -> Array:
        """(n, L): left times right, summed over each layer.

        Where that overflows, or a number is not finite, in float64 and each layer by itself.
        """
        sums = (left * right) @ self._weights
        if np.isfinite(sums).all():
            return sums.astype(np.float64)
        products = left.astype(np.float64) * right.astype(np.float64) * self.coordinates.scale
        return np.add.reduceat(products, self.coordinates.starts, axis=1)

    def _keep_last(self) -> None:
        last = self.count - 1
        self._step[0], self._both[0] = self._step[last], self._both[last]
        self.count = 1


def _layer_weights(where: Coordinates) -> Array:
    """(s, L): the scale of each coordinate in the column of its layer, zero in the others."""
    table = np.zeros((where.count, len(where.layers)))
    layer = np.searchsorted(where.starts, np.arange(where.count), side="right") - 1
    table[np.arange(where.count), layer] = where.scale
    return table
