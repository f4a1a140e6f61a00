"""A quadratic cost known exactly: a bowl, with its axes and curvatures.

Written as J(θ) = floor + ½ ‖s·(Vᵀθ) - c‖², with orthonormal axes V and curvatures
λ = s². In this form nothing divides by a small λ, so flat and nearly flat bowls are as
exact as round ones (DESIGN section 6: the form that does not go through the minimum).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.objective.rounding import UNIT, Rounding
from steepest.trace import Array

__all__ = ["Bowl"]


@dataclass(frozen=True, slots=True, eq=False)
class Bowl:
    """J(θ) = floor + ½ ‖roots · (axesᵀ θ) - offset‖².

    axes:    (p, p) float64, orthonormal columns V, steepest first
    roots:   (p,) s, the square roots of the curvatures λ, falling, none negative
    offset:  (p,) c
    floor:   the part of J that no parameters can reduce
    rows:    how many rows the cost is a mean over (1 for a plain function)
    rank:    how many axes are curved, where that was decided on columns of equal length (so
             that units do not matter); None: those with a root above rows * eps * the largest
    rounding: how far rounding may have moved all these, where they were read from rows

    >>> bowl = Bowl(np.eye(2), np.array([2.0, 1.0]), np.array([2.0, 3.0]), 0.5, 1)
    >>> bowl.curvatures.tolist(), bowl.minimum.tolist(), bowl.loss(np.zeros(2))
    ([4.0, 1.0], [1.0, 3.0], 7.0)
    """

    axes: Array
    roots: Array
    offset: Array
    floor: float
    rows: int
    rank: int | None = None
    rounding: Rounding | None = None

    @property
    def curvatures(self) -> Array:
        """(p,) the eigenvalues λ of the Hessian, falling."""
        return self.roots**2

    @property
    def sharpness(self) -> float:
        """λ_max."""
        return float(self.curvatures[0]) if len(self.roots) else 0.0

    @property
    def sloped(self) -> NDArray[np.bool_]:
        """(p,) which axes are curved; the others are flat, whatever the units."""
        if self.rank is not None:
            return (np.arange(len(self.roots)) < self.rank) & (self.roots > 0)
        steepest = float(self.roots[0]) if len(self.roots) else 0.0
        least = max(self.rows, len(self.roots)) * np.finfo(np.float64).eps * steepest
        return (self.roots > least) & (self.roots > 0)

    @property
    def hessian(self) -> Array:
        """(p, p) the Hessian, the same everywhere."""
        rooted = self.axes * self.roots
        return rooted @ rooted.T

    def hessian_times(self, vector: Array) -> Array:
        """The Hessian times a vector (p,), without forming it."""
        return self.axes @ (self.curvatures * (self.axes.T @ vector))

    @property
    def minimum_loss(self) -> float:
        """The least J over all parameters (flat axes taken as flat)."""
        return self.floor + 0.5 * float(np.sum(self.offset[~self.sloped] ** 2))

    @property
    def minimum(self) -> Array:
        """(p,) the minimum; where axes are flat, the one nearest to the origin."""
        return self.axes @ self.along_axes(self.offset)

    @property
    def minimum_error(self) -> float:
        """How far rounding may hold `minimum` from the truth, relative to its norm."""
        size = float(np.linalg.norm(self.minimum))
        return float(np.linalg.norm(self.minimum_errors)) / size if size > 0 else 0.0

    @property
    def minimum_errors(self) -> Array:
        """(p,) how far rounding may hold `minimum` from the truth, along each sloped axis.

        To first order: H⁻¹ times the error of the gradient there, and the share of each
        singular value that its own computation loses (Higham 2002, section 20.1; Golub and Van
        Loan 2013, section 8.6).
        """
        sloped, steepest = self.sloped, float(self.roots.max(initial=0.0))
        safe = np.where(sloped, self.roots, 1.0)
        minimum = self.minimum
        error = len(safe) * UNIT * steepest / safe * np.abs(self.axes.T @ minimum)
        if self.rounding is not None:
            axes, roots, least = self.axes, self.roots, self.minimum_loss
            error = error + self.rounding.of_gradient(axes, roots, minimum, least) / safe**2
        return np.where(sloped, error, 0.0)

    def along_axes(self, residual: Array) -> Array:
        """residual / roots on the sloped axes, and 0 on the flat ones; any (..., p)."""
        sloped = self.sloped
        safe = np.where(sloped, self.roots, 1.0)
        return np.where(sloped, residual, 0.0) / safe

    def residual(self, params: Array) -> Array:
        """s·(Vᵀθ) - c for params (p,) or (n, p)."""
        return (params @ self.axes) * self.roots - self.offset

    def loss(self, params: Array) -> float:
        """J at params (p,)."""
        return self.floor + 0.5 * float(np.sum(self.residual(params) ** 2))

    def losses(self, params: Array) -> Array:
        """J at each row of params (n, p), (n,)."""
        return self.floor + 0.5 * np.sum(self.residual(params) ** 2, axis=1)

    def gradient(self, params: Array) -> Array:
        """The gradient (p,) at params (p,)."""
        return self.axes @ (self.roots * self.residual(params))
