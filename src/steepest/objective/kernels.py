"""Compiled passes over the rows. Loaded only when a loss that needs them is descended on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from steepest.trace import Array

__all__ = ["logistic_pass"]


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile, and keep the compiled code where the machine lets us."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder that a cache could be written to
        return numba.njit(nogil=True)(function)


@_compiled
def logistic_pass(X: Array, y: Array, params: Array, intercept: bool) -> tuple[float, Array]:
    """Sum of the logistic loss over the rows of X (m, d), C order, and its gradient (p,)."""
    m, d = X.shape
    gradient = np.zeros(params.shape[0])
    total = 0.0
    for i in range(m):
        z = params[d] if intercept else 0.0
        for j in range(d):
            z += X[i, j] * params[j]
        small = math.exp(-abs(z))
        total += max(z, 0.0) - y[i] * z + math.log1p(small)
        slope = (1.0 if z >= 0 else small) / (1.0 + small) - y[i]
        for j in range(d):
            gradient[j] += slope * X[i, j]
        if intercept:
            gradient[d] += slope
    return total, gradient
