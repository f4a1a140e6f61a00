"""Descents on a curve that several lessons share, and how they are drawn."""

from __future__ import annotations

import numpy as np

from steepest.descent.descend import descend
from steepest.lessons.part import Layer
from steepest.objective.curve import Curve
from steepest.trace import Array, Trace

__all__ = ["command_of", "curve_layer", "descent", "path_layers", "weights"]


def descent(start: float, learning_rate: float, *, text: str = "w**2", steps: int = 50) -> Trace:
    """A descent on the curve of the text, all of its steps."""
    return descend(Curve.of(text), [start], learning_rate=learning_rate, steps=steps, tolerance=0.0)


def command_of(start: float, learning_rate: float, *, text: str = "w**2", steps: int = 50) -> str:
    """The command line that runs the same descent."""
    asked = f'steepest curve "{text}"'
    for option, value, default in (
        ("start", start, 10),
        ("learning-rate", learning_rate, 0.1),
        ("steps", steps, 50),
    ):
        if value != default:
            asked += f" --{option} {value:g}"
    return asked


def weights(trace: Trace) -> Array:
    """(k,) the one parameter at every recorded step."""
    if trace.params is None:
        return np.empty(0)
    return trace.params[:, 0]


def curve_layer(text: str, low: float, high: float, mark: str = "line") -> Layer:
    """The curve of the text between two positions."""
    x = np.linspace(low, high, 241)
    y = Curve.of(text).expression.at(x).value
    return Layer(tuple(x.tolist()), tuple(y.tolist()), mark, f"J(w) = {text}")


def path_layers(trace: Trace, label: str = "first steps") -> tuple[Layer, Layer]:
    """The path over the curve: dotted, with the first ten positions counted from 0."""
    x, y = tuple(weights(trace).tolist()), tuple(trace.loss.tolist())
    return Layer(x, y, "dots"), Layer(x, y, "numbers", label)
