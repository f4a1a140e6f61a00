"""How far rounding may have moved the numbers that a bowl is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steepest.trace import Array

__all__ = ["UNIT", "Rounding"]

UNIT = float(np.finfo(np.float64).eps) / 2.0
"""The unit roundoff u of float64."""


@dataclass(frozen=True, slots=True, eq=False)
class Rounding:
    """The rounding of a bowl that was read from rows A = [X 1 y], with columns shifted by c.

    level:    ε: every shifted column, or product of two, is off by at most this share of the
              norms of its columns
    norms:    (p + 1,) d, root mean squares of the shifted columns of X, of 1, and of y; of the
              columns as they are, where there is no intercept to take up a shift
    shift:    (p,) what was taken from each column, 0 for the intercept; zeros without one
    intercept: whether the last parameter is an intercept
    squared:  True where products of columns were summed (statistics), False where the columns
              themselves were reduced (QR)

    The sizes of ε are those of rounding errors that do not conspire (Higham and Mary 2019, "A
    new approach to probabilistic rounding error analysis"): √n u for a sum of n terms, which
    holds with overwhelming probability, and not the n u of the worst case.
    """

    level: float
    norms: Array
    shift: Array
    intercept: bool
    squared: bool

    def of_axes(self, axes: Array) -> Array:
        """(p,) for each axis, the norms of the columns that it is made of, added up."""
        return np.abs(self._shifted(axes)).T @ self.norms[:-1]

    def of_params(self, params: Array) -> float:
        """The same for the residual at params (p,): of all its columns and the target."""
        return float(np.abs(self._shifted(params)) @ self.norms[:-1] + self.norms[-1])

    def _shifted(self, params: Array) -> Array:
        if not self.intercept:
            return params
        moved = params.copy()
        moved[-1] = params[-1] + self.shift @ params  # w·(x - c) + (b + w·c)
        return moved

    def of_hessian(self, axes: Array, roots: Array) -> Array:
        """(p, p) bounds on the error of the Hessian, seen along the axes."""
        reach = self.of_axes(axes)
        if self.squared:
            return self.level * np.outer(reach, reach)
        return self.level * (np.outer(roots, reach) + np.outer(reach, roots))

    def of_gradient(self, axes: Array, roots: Array, params: Array, loss: float) -> Array:
        """(p,) bounds on the error of the gradient at params (p,), seen along the axes."""
        reach, residual = self.of_axes(axes), self.of_params(params)
        if self.squared:
            return self.level * reach * residual
        return self.level * (reach * np.sqrt(2.0 * max(loss, 0.0)) + roots * residual)
