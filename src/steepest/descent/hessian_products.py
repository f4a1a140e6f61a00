"""Products of the Hessian with a vector, for any objective.

Its own where it has them; else central differences of the gradient along the vector, at two
gradients a product (Pearlmutter 1994; Nocedal and Wright 2006, section 8.1). Where the cost has
kinks, all this is about its smooth part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from steepest.objective.function import FunctionObjective
from steepest.objective.objective import Objective, Powers
from steepest.trace import Array

__all__ = ["HessianProducts", "hessian_products"]

EPS = float(np.finfo(np.float64).eps)
LARGEST_FORMED = 4000
Product = Callable[[Array], Array]


@dataclass(frozen=True, slots=True, eq=False)
class HessianProducts:
    """How to multiply by the Hessian at params (p,), and how well.

    at:       params -> (v -> Hv), all (p,)
    error:    params, v -> an estimate of the size of the error of Hv; 0 where it is exact
    flat:     curvatures below this part of the largest are taken for rounding
    exact:    whether the products are exact to rounding
    how:      a phrase
    """

    at: Callable[[Array], Product]
    error: Callable[[Array, Array], float]
    flat: float
    exact: bool
    how: str


def hessian_products(objective: Objective, powers: Powers) -> HessianProducts:
    """The best way to multiply by the Hessian of the smooth part of an objective."""
    of = " of the smooth part" if powers.proximal is not None else ""
    if powers.hessian_vector is not None:
        return HessianProducts(powers.hessian_vector, _none, 1e-14, True, f"exact products{of}")
    # a larger Hessian is not worth its memory
    if powers.hessian is not None and len(objective.names) <= LARGEST_FORMED:
        at = partial(_by_hessian, powers.hessian)
        return HessianProducts(at, _none, 1e-14, True, f"products with the Hessian{of}")
    gradient = _gradient(objective, powers)
    noise = objective.gradient_noise if isinstance(objective, FunctionObjective) else EPS
    return HessianProducts(
        at=lambda params: partial(_difference, gradient, params, float(np.cbrt(noise))),
        error=partial(_disagreement, gradient, float(np.cbrt(noise))),
        flat=1e-7 if noise == EPS else 1e-5,
        exact=False,
        how=f"differences of gradients{of}",
    )


def _none(params: Array, vector: Array) -> float:
    return 0.0


def _by_hessian(hessian: Callable[[Array], Array], params: Array) -> Product:
    table = hessian(params)
    return lambda vector: table @ vector


def _gradient(objective: Objective, powers: Powers) -> Product:
    if powers.proximal is not None:
        smooth = powers.proximal.smooth
        return lambda params: smooth(params)[1]
    return lambda params: objective.value_and_gradient(params)[1]


def _difference(gradient: Product, params: Array, size: float, vector: Array) -> Array:
    """Hv by central differences, error about size² relative.

    The step is `size` times max(1, |θ_j|) where v is along one axis, and between the axes the
    one that suits those with the smallest scale. Where the rounding of the gradient is ε, the
    best size is about ε^(1/3).
    """
    long = float(np.linalg.norm(vector))
    if long == 0.0:
        return np.zeros_like(params)
    scaled = float(np.linalg.norm(vector / np.maximum(1.0, np.abs(params))))
    if not scaled > 0.0:  # so far out that no step can be told from none
        return np.full_like(params, np.nan)
    step = size / scaled
    ahead, behind = params + step * vector, params - step * vector
    # what the rounding of the two points leaves of the step
    moved = float((ahead - behind) @ vector) / long**2
    return (gradient(ahead) - gradient(behind)) / moved


def _disagreement(gradient: Product, size: float, params: Array, vector: Array) -> float:
    """How far the products with a step and its double are apart: some three times the error."""
    once = _difference(gradient, params, size, vector)
    twice = _difference(gradient, params, 2.0 * size, vector)
    return float(np.linalg.norm(once - twice))
