"""The bottom of the bowl, computed directly and in the input's own units, to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from steepest.data.representation import Representation
from steepest.objective.minimum import least_squares_minimum
from steepest.run import Minimum, Request
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["minimum_of"]


def minimum_of(
    representation: Representation, frame: pl.DataFrame, truth: Array, request: Request
) -> Minimum | None:
    """Least squares of these rows without descent; None for another loss."""
    if request.loss != "squared":
        return None
    columns, powers = representation.columns_and_powers(frame)
    found = least_squares_minimum(columns, truth, intercept=request.intercept, powers=powers)
    values = [float(value) for value in found.params]
    intercept = values.pop() if request.intercept else None
    return Minimum(
        coefficients=dict(zip(representation.names, values, strict=True)),
        intercept=intercept,
        digits=float(np.floor(found.digits * 10) / 10),
        method=found.method,
    )
