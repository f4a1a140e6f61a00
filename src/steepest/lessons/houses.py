"""The houses of the lessons: a line through size and price, and how its descent is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from steepest.lessons.part import Layer, Plot
from steepest.objective.bowl import Bowl
from steepest.objective.least_squares import LeastSquares
from steepest.trace import Array, Trace

__all__ = ["Houses", "begin", "bowl_plot", "houses", "loss_plot"]


@dataclass(frozen=True, slots=True, eq=False)
class Houses:
    """size: (m,) square feet; price: (m,) thousands of dollars."""

    size: Array
    price: Array

    def objective(self, unit: float = 1.0) -> LeastSquares:
        """J(w, b) over all houses, with the size in units of so many square feet."""
        return LeastSquares((self.size / unit)[:, None], self.price, names=("w",))

    def standardised(self) -> LeastSquares:
        """J with the size as distance from the mean size, in standard deviations."""
        size = (self.size - self.size.mean()) / self.size.std()
        return LeastSquares(size[:, None], self.price, names=("w",))

    def begin_standardised(self) -> tuple[float, float]:
        """The bad line to begin with, in the terms of `standardised`."""
        w, b = begin()
        return w * float(self.size.std()), b + w * float(self.size.mean())

    def line_plot(self, caption: str, lines: dict[str, Array], unit: float = 1.0) -> Plot:
        """Lines over the data; lines: label -> (w, b), at most three."""
        x = np.array([self.size.min(), self.size.max()]) / unit
        layers = [_layer(self.size / unit, self.price, "o", "a house")]
        marks = ("dots", "dashes", "line")
        for mark, (label, (w, b)) in zip(marks, lines.items(), strict=True):
            layers.append(_layer(x, w * x + b, mark, label))
        named = "size (square feet)" if unit == 1.0 else "size (thousand square feet)"
        return Plot(caption, tuple(layers), named, "price", height=12)


def houses() -> Houses:
    """All houses of the built-in data set."""
    from steepest.data.datasets import load

    frame = load("houses")
    size, price = (frame[name].to_numpy().astype(np.float64) for name in ("size", "price"))
    return Houses(size, price)


def begin(unit: float = 1.0) -> tuple[float, float]:
    """(w, b) of a bad line to begin with, with the size in units of so many square feet.

    The price falls by 0.1 thousand dollars a square foot, from 900.

    >>> begin(1000.0)
    (-100.0, 900.0)
    """
    return -0.1 * unit, 900.0


def bowl_plot(caption: str, bowl: Bowl, trace: Trace, *, last: int | None = None) -> Plot:
    """The path of (w, b) over contours of J, each four times as high as the one within.

    last: how many steps to show; all of them where it is None.
    """
    path = trace.params if trace.params is not None else np.empty((0, 2))
    path = path[: None if last is None else last + 1]
    path = path[np.all(np.isfinite(path), axis=1)]
    seen = np.vstack([path, bowl.minimum])
    low, high = seen.min(axis=0), seen.max(axis=0)
    low, high = low - 0.12 * (high - low), high + 0.12 * (high - low)
    depth = max(bowl.loss(point) for point in (path[0], path[-1])) - bowl.minimum_loss
    contours = [_contour(bowl, depth * share) for share in (0.0625, 0.25, 1.0)]
    layers = [_layer(each[:, 0], each[:, 1], "dots", "") for each in contours]
    layers += [
        _layer(path[:, 0], path[:, 1], "line", "path"),
        _layer(path[:, 0], path[:, 1], "numbers", "first steps"),
        _layer(bowl.minimum[:1], bowl.minimum[1:], "X", "minimum"),
    ]
    return Plot(
        caption,
        tuple(layers),
        "w",
        "b",
        x_range=(float(low[0]), float(high[0])),
        y_range=(float(low[1]), float(high[1])),
        height=16,
    )


def loss_plot(caption: str, trace: Trace, *, last: int, log_y: bool = False) -> Plot:
    """The curve of J over the first steps, up to `last`."""
    rows = trace.step <= last
    layer = _layer(trace.step[rows], trace.loss[rows], "line", "")
    return Plot(caption, (layer,), "iteration", "J", log_y=log_y, height=7)


def _contour(bowl: Bowl, depth: float) -> Array:
    """(181, 2) where J is so much above its minimum: an ellipse along the bowl's axes."""
    angle = np.linspace(0.0, 2.0 * np.pi, 181)
    round_one = np.sqrt(2.0 * depth) * np.column_stack([np.cos(angle), np.sin(angle)])
    return bowl.minimum + (round_one / bowl.roots) @ bowl.axes.T


def _layer(x: ArrayLike, y: ArrayLike, mark: str, label: str) -> Layer:
    across, up = (tuple(np.asarray(numbers, np.float64).tolist()) for numbers in (x, y))
    return Layer(across, up, mark, label)
