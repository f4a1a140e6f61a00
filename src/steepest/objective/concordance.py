"""How far the minimum can be, from the gradient and the Hessian at one place."""

from __future__ import annotations

import numpy as np

from steepest.trace import Array

__all__ = ["concordant_distance"]


def concordant_distance(
    hessian: Array, gradient: Array, concordance: float, noise: float
) -> float | None:
    """An upper bound on the distance to the minimum, or None where none can be had.

    hessian (p, p), gradient (p,); concordance: R >= 0 such that along any unit direction the
    slope's slope falls at most like exp(-R t); noise: eigenvalues below this part of the
    largest one are none.

    With the Newton decrement ν² = gᵀH⁻¹g and μ the smallest eigenvalue of H, the slope has
    turned positive by t = -log(1 - Rν/√μ)/R whenever Rν < √μ: the minimum exists and is no
    farther (Bach 2010, "Self-concordant analysis for logistic regression", section 3).

    >>> concordant_distance(np.array([[4.0]]), np.array([2.0]), 0.0, 1e-12)
    0.5
    """
    if not (np.all(np.isfinite(hessian)) and np.all(np.isfinite(gradient))):
        return None
    curvatures, axes = np.linalg.eigh(hessian)
    if curvatures[0] <= noise * curvatures[-1]:
        return None
    decrement = float(np.sqrt(np.sum((axes.T @ gradient) ** 2 / curvatures)))
    reach = decrement / float(np.sqrt(curvatures[0]))
    if concordance * reach >= 1:
        return None
    return reach if concordance == 0 else float(-np.log1p(-concordance * reach)) / concordance
