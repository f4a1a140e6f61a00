"""What was captured at single steps, and the measures that come of it.

To capture is to copy a few thousand numbers; the sums are done later, in blocks, because one call
for sixty-four steps costs little more than one for a single step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array
from steepest.watching.coordinates import Coordinates

__all__ = ["BLOCK", "Captures", "Measured", "Numbers"]

BLOCK = 64

Numbers = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Measures of n steps: name -> (n,), NaN where one could not be known."""

    step: NDArray[np.int64]
    columns: Mapping[str, Array]


class Captures:
    """Up to 64 captures of parameters and gradient, each just before the update of its step.

    Two captures of steps that follow each other show the update between them.
    """

    def __init__(self, coordinates: Coordinates) -> None:
        self.coordinates = coordinates
        rows, width = BLOCK + 1, coordinates.count
        kind = np.float64 if width <= 64 else np.float32
        self._step = np.full(rows, -10, dtype=np.int64)
        self._params = np.zeros((rows, width), kind)
        self._gradient = np.zeros((rows, width), kind)
        self.count = 0

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return self.count == len(self._step)

    def add(self, step: int, params: Numbers, gradient: Numbers) -> None:
        """Copy one capture in: (s,) parameters before the update, and the gradient there."""
        at = self.count
        self._step[at] = step
        self._params[at] = params
        self._gradient[at] = gradient
        self.count = at + 1

    @property
    def last(self) -> tuple[int, Numbers, Numbers]:
        """Step, parameters and gradient of the newest capture; views that later ones overwrite."""
        at = self.count - 1
        return int(self._step[at]), self._params[at], self._gradient[at]

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
        if count == 0:
            return Measured(np.empty(0, dtype=np.int64), {})
        step = self._step[:count].copy()
        with np.errstate(all="ignore"):
            columns = dict(self._columns(count))
        self._keep_last()
        return Measured(step, columns)

    def _columns(self, count: int) -> Iterator[tuple[str, Array]]:
        where = self.coordinates
        scale = where.scale.astype(self._params.dtype)
        params, gradient = self._params[:count], self._gradient[:count]
        gradients = _by_layer(gradient * gradient * scale, where)
        weights = _by_layer(params * params * scale, where)
        norm, weight = np.sqrt(gradients.sum(1)), np.sqrt(weights.sum(1))
        yield "gradient_norm", norm
        yield "weight_norm", weight
        follows = np.flatnonzero(np.diff(self._step[:count]) == 1)
        update = params[follows + 1] - params[follows]
        weighted = update * scale
        updates = _by_layer(update * weighted, where)
        length = np.sqrt(updates.sum(1))
        slope = np.einsum("ij,ij->i", gradient[follows], weighted).astype(np.float64)
        ahead = np.einsum("ij,ij->i", gradient[follows + 1], weighted).astype(np.float64)
        both = np.einsum("ij,ij,j->i", gradient[follows], gradient[follows + 1], scale)
        pairs = {
            "update_norm": length,
            "update_to_weight": length / weight[follows],
            "gradient_cosine": both / (norm[follows] * norm[follows + 1]),
            "update_cosine": -slope / (norm[follows] * length),
            "curvature": (ahead - slope) / length**2,
            "step_curvature": 1.0 - ahead / slope,
        }
        for name, values in pairs.items():
            yield name, _spread(values, follows, count)
        for at, layer in enumerate(where.layers):
            yield f"gradient_norm/{layer}", np.sqrt(gradients[:, at])
            yield f"weight_norm/{layer}", np.sqrt(weights[:, at])
            yield f"update_norm/{layer}", _spread(np.sqrt(updates[:, at]), follows, count)

    def _keep_last(self) -> None:
        last = self.count - 1
        for table in (self._step, self._params, self._gradient):
            table[0] = table[last]
        self.count = 1


def _by_layer(table: Numbers, where: Coordinates) -> Array:
    """(n, L): the sums over the coordinates of each layer."""
    if len(table) == 0:
        return np.zeros((0, len(where.layers)))
    return np.add.reduceat(table, where.starts, axis=1, dtype=np.float64)


def _spread(values: Array, rows: NDArray[np.int64], count: int) -> Array:
    column = np.full(count, np.nan)
    column[rows] = values
    return column
