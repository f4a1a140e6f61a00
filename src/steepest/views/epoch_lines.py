"""The lines of a descent in one variable: where it starts, then one line an epoch."""

from __future__ import annotations

import math
from collections.abc import Iterator

from steepest.errors import InputError
from steepest.trace import Trace

__all__ = ["epoch_line", "epoch_lines", "starting_line"]


def epoch_lines(trace: Trace) -> Iterator[str]:
    """The starting line, then a line for every recorded epoch.

    Raises InputError for a trace without parameters, or with more than one.
    """
    if trace.params is None or len(trace.names) != 1:
        raise InputError("epoch lines need a descent in one variable with its parameters recorded")
    weights = trace.params[:, 0].tolist()
    losses = trace.loss.tolist()
    yield starting_line(weights[0], losses[0])
    for step, weight, loss in zip(trace.step[1:], weights[1:], losses[1:], strict=True):
        yield epoch_line(int(step), weight, loss)


def starting_line(weight: float, loss: float) -> str:
    """Where it begins, with all digits.

    >>> starting_line(10.0, 100.0)
    'Starting weight: 10.0, Starting Loss: 100.0'
    """
    return f"Starting weight: {weight!r}, Starting Loss: {loss!r}"


def epoch_line(epoch: int, weight: float, loss: float) -> str:
    """One epoch, to four decimals.

    >>> epoch_line(1, 8.0, 64.0)
    'Epoch 1: Weight = 8.0000, Loss = 64.0000'
    >>> epoch_line(90, -133741.2, 17886709177.0)
    'Epoch 90: Weight = -133741.2000, Loss = 1.7887e+10'
    """
    return f"Epoch {epoch}: Weight = {_four_decimals(weight)}, Loss = {_four_decimals(loss)}"


def _four_decimals(number: float) -> str:
    # From 1e9 on an exponent, so that a diverging run stays readable.
    if math.isfinite(number) and abs(number) < 1e9:
        return f"{number:.4f}"
    return f"{number:.4e}" if math.isfinite(number) else repr(number)
