"""How far rounding may have moved a step that was computed in closed form."""

from __future__ import annotations

import numpy as np

from steepest.descent.axis_powers import reach, slowest_root
from steepest.descent.closed_form import NEAR, ExactDescent
from steepest.objective.rounding import UNIT
from steepest.trace import Array

__all__ = ["error_bound"]


def error_bound(exact: ExactDescent, step: int) -> float:
    """A bound on ‖θ_step - exact‖ / ‖θ_step‖, to first order in the rounding.

    θ_k = θ₀ - ψ_k(H) g₀ with H and g₀ off by δH and δg, so θ_k is off by
    ψ_k(H) δg + (Dψ_k[δH]) g₀. Along the axes the derivative is the divided difference
    ψ_k[λᵢ, λⱼ] δHᵢⱼ (Daleckii and Krein 1965; Higham 2008, "Functions of matrices", theorem
    3.11), which is α² times the sum over the steps of a convolution of the answers of the axes i
    and j to a push, so at most α² sᵢRᵢ sⱼRⱼ with s and R from `reach`. δH and δg are those of
    reading the rows (`Rounding`), of the singular values, and of computing with αλ. What an
    exact descent on the numbers as they are given would do is the truth here; at rates beyond
    the stable one the bound grows with the step as the descent does. Infinite where even first
    order says nothing.
    """
    bowl, rate = exact.bowl, exact.learning_rate
    gradient = np.abs(bowl.roots * bowl.residual(exact.start))  # (p,) along the axes
    with np.errstate(over="ignore", invalid="ignore"):
        moved = np.abs(exact.powers(np.array([step])).moved[0])  # (p,) |ψ|
        summed, peak = reach(exact.recurrence, rate * bowl.curvatures, step)
        turned = rate * rate * _convolved(summed, peak, step) * _hessian_error(exact)
        off = turned @ gradient + moved * _gradient_error(exact) + 8 * UNIT * moved * gradient
        off = np.fmin(off, _from_minimum(exact, summed, peak, step))
        size = float(np.linalg.norm(exact.rows(np.array([step])).params[0]))
        whole = float(np.linalg.norm(off)) + 4 * UNIT * size
    if not np.isfinite(whole) or not np.isfinite(size):
        return float("inf")
    return whole / size if size > 0 else whole


def _from_minimum(exact: ExactDescent, summed: Array, peak: Array, step: int) -> Array:
    """(p,) the same, for axes that are taken from the minimum; infinite along the others.

    θ_k = θ* + c_k(H)(θ₀ - θ*), and c_k[λᵢ, λⱼ] is α times a convolution of an answer and c_j,
    each of which falls as its root's power does: at most α k sᵢ(1 + 2sⱼ) ρᵏ⁻¹.
    """
    bowl, rate = exact.bowl, exact.learning_rate
    powers = exact.powers(np.array([step]))
    left, error = np.abs(powers.left[0]), np.abs(bowl.along_axes(bowl.residual(exact.start)))
    root = np.clip(slowest_root(exact.recurrence, rate * bowl.curvatures), 0.0, None)
    fading = max(step, 1) * np.maximum.outer(root, root) ** max(step - 1, 0)
    turned = rate * np.outer(peak, 1.0 + 2.0 * peak) * fading * _hessian_error(exact)
    computed = UNIT * error * np.minimum(64.0 * peak * peak, (8.0 + step * peak) * left)
    off = turned @ error + bowl.minimum_errors * (1.0 + left) + computed
    return np.where((left < NEAR) & bowl.sloped, off, np.inf)


def _convolved(summed: Array, peak: Array, step: int) -> Array:
    """(p, p) bounds on all convolutions of two answers: by their sums, or step by step."""
    apart = np.outer(summed, summed)
    growing = np.maximum.outer(summed, summed) * max(step, 1)
    return np.outer(peak, peak) * np.minimum(apart, growing)


def _hessian_error(exact: ExactDescent) -> Array:
    bowl = exact.bowl
    roots, steepest = bowl.roots, float(bowl.roots[0]) if len(bowl.roots) else 0.0
    singular = len(roots) * UNIT * steepest * np.add.outer(roots, roots)
    computed = 8 * UNIT * np.diag(bowl.curvatures)
    if bowl.rounding is None:
        return computed
    return bowl.rounding.of_hessian(bowl.axes, roots) + singular + computed


def _gradient_error(exact: ExactDescent) -> Array:
    bowl, start = exact.bowl, exact.start
    if bowl.rounding is None:
        return UNIT * bowl.roots * np.abs(bowl.residual(start))
    return bowl.rounding.of_gradient(bowl.axes, bowl.roots, start, bowl.loss(start))
