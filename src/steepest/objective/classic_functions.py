"""Functions on which every optimiser has been tried, with exact gradient and Hessian.

A newcomer is one value here and one line in `CLASSICS`; every test of them then runs on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.errors import InputError
from steepest.objective.bowl import Bowl
from steepest.objective.classic_function import ClassicFunction
from steepest.trace import Array

__all__ = ["CLASSICS", "classic"]


def _checked(name: str, dimensions: int, least: int) -> None:
    if dimensions < least:
        raise InputError(f"{name} takes {least} or more dimensions; it was given {dimensions}")


def rosenbrock(dimensions: int = 2) -> ClassicFunction:
    """Σ 100 (x_{i+1} - x_i²)² + (1 - x_i)²: a banana-shaped valley with a flat floor."""
    _checked("rosenbrock", dimensions, 2)

    def value(x: Array) -> float:
        return float(np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2))

    def gradient(x: Array) -> Array:
        slope, off = np.zeros_like(x), x[1:] - x[:-1] ** 2
        slope[:-1] = -400.0 * x[:-1] * off - 2.0 * (1.0 - x[:-1])
        slope[1:] += 200.0 * off
        return slope

    def bands(x: Array) -> tuple[Array, Array]:
        diagonal = np.zeros_like(x)
        diagonal[:-1] = 1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0
        diagonal[1:] += 200.0
        return diagonal, -400.0 * x[:-1]

    def hessian(x: Array) -> Array:
        diagonal, beside = bands(x)
        return np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)

    def product(x: Array, vector: Array) -> Array:
        diagonal, beside = bands(x)
        image = diagonal * vector
        image[:-1] += beside * vector[1:]
        image[1:] += beside * vector[:-1]
        return image

    several = "another, local minimum is near (-1, 1, 1, ..., 1) from 4 dimensions on"
    return ClassicFunction(
        name="rosenbrock",
        value=value,
        gradient=gradient,
        hessian=hessian,
        product=product,
        suggested_start=np.where(np.arange(dimensions) % 2 == 0, -1.2, 1.0),
        source="Rosenbrock 1960, The Computer Journal 3; chained, Shang and Qiu 2006",
        minima=np.ones((1, dimensions)),
        minimum_loss=0.0,
        remark=several if dimensions >= 4 else None,
    )


def himmelblau() -> ClassicFunction:
    """(x² + y - 11)² + (x + y² - 7)²: four minima, all at zero."""

    def parts(point: Array) -> tuple[Any, Any, Any, Any]:
        x, y = point
        return x, y, x**2 + y - 11.0, x + y**2 - 7.0

    def value(point: Array) -> float:
        _, _, one, two = parts(point)
        return float(one**2 + two**2)

    def gradient(point: Array) -> Array:
        x, y, one, two = parts(point)
        return np.array([4.0 * x * one + 2.0 * two, 2.0 * one + 4.0 * y * two])

    def hessian(point: Array) -> Array:
        x, y, one, two = parts(point)
        across = 4.0 * x + 4.0 * y
        return np.array(
            [[4.0 * one + 8.0 * x**2 + 2.0, across], [across, 4.0 * two + 8.0 * y**2 + 2.0]]
        )

    return ClassicFunction(
        name="himmelblau",
        value=value,
        gradient=gradient,
        hessian=hessian,
        suggested_start=np.zeros(2),
        source="Himmelblau 1972, Applied Nonlinear Programming; minima by mpmath to 20 digits",
        minima=np.array(
            [
                [3.0, 2.0],
                [-2.8051180869527448531, 3.1313125182505729658],
                [-3.7793102533777468905, -3.2831859912861694350],
                [3.5844283403304917450, -1.8481265269644035535],
            ]
        ),
        minimum_loss=0.0,
        remark="four minima, all with loss 0: (3, 2), (-2.805, 3.131), (-3.779, -3.283) and "
        "(3.584, -1.848)",
    )


def beale() -> ClassicFunction:
    """Σ (c_i - x + x yⁱ)², c = (1.5, 2.25, 2.625): a flat floor with steep corners."""
    constants, powers = np.array([1.5, 2.25, 2.625]), np.array([1.0, 2.0, 3.0])

    def parts(point: Array) -> tuple[Array, Array, Array]:
        """The residuals r (3,), their slopes (3, 2), and d²r/dy² (3,)."""
        x, y = point
        lower = np.array([1.0, y, y**2])
        slopes = np.column_stack([y * lower - 1.0, x * powers * lower])
        return constants - x + x * y * lower, slopes, x * np.array([0.0, 2.0, 6.0 * y])

    def value(point: Array) -> float:
        residual, _, _ = parts(point)
        return float(residual @ residual)

    def gradient(point: Array) -> Array:
        residual, slopes, _ = parts(point)
        return 2.0 * (residual @ slopes)

    def hessian(point: Array) -> Array:
        residual, slopes, bend = parts(point)
        across = residual @ (powers * np.array([1.0, point[1], point[1] ** 2]))
        return 2.0 * (slopes.T @ slopes + np.array([[0.0, across], [across, residual @ bend]]))

    return ClassicFunction(
        name="beale",
        value=value,
        gradient=gradient,
        hessian=hessian,
        suggested_start=np.ones(2),
        source="Beale 1958; Moré, Garbow and Hillstrom 1981, problem 5",
        minima=np.array([[3.0, 0.5]]),
        minimum_loss=0.0,
    )


def styblinski_tang(dimensions: int = 2) -> ClassicFunction:
    """½ Σ x⁴ - 16 x² + 5 x: 2ⁿ valleys, the deepest where every x is negative."""
    _checked("styblinski_tang", dimensions, 1)
    # the least of the three roots of 4x³ - 32x + 5, by the cosine (Viète)
    angle = math.acos(-(5.0 / 8.0) * math.sqrt(27.0 / 512.0)) / 3.0
    lowest = 2.0 * math.sqrt(8.0 / 3.0) * math.cos(angle + 2.0 * math.pi / 3.0)

    def value(x: Array) -> float:
        return float(0.5 * np.sum(x**4 - 16.0 * x**2 + 5.0 * x))

    def curvatures(x: Array) -> Array:
        return 6.0 * x**2 - 16.0

    minimum = np.full(dimensions, lowest)
    return ClassicFunction(
        name="styblinski_tang",
        value=value,
        gradient=lambda x: 2.0 * x**3 - 16.0 * x + 2.5,
        hessian=lambda x: np.diag(curvatures(x)),
        product=lambda x, vector: curvatures(x) * vector,
        suggested_start=np.zeros(dimensions),
        source="Styblinski and Tang 1990, Neural Networks 3; minima from the cubic 4x³ - 32x + 5",
        minima=minimum[None, :],
        minimum_loss=value(minimum),
        remark=f"the lowest of {2**dimensions:,} minima: every parameter may also end at 2.747",
    )


def saddle() -> ClassicFunction:
    """x² - y²: flat at the origin, which is no minimum; there is none."""
    curvatures = np.array([2.0, -2.0])
    return ClassicFunction(
        name="saddle",
        value=lambda x: float(x[0] ** 2 - x[1] ** 2),
        gradient=lambda x: curvatures * x,
        hessian=lambda x: np.diag(curvatures),
        product=lambda x, vector: curvatures * vector,
        suggested_start=np.array([1.0, 1e-3]),
        source="elementary",
        minima=None,
        minimum_loss=-math.inf,
        remark="no minimum: the gradient is 0 at (0, 0), a saddle, and the cost falls for ever "
        "along y",
    )


def bowl(condition_number: float = 10.0, dimensions: int = 2) -> ClassicFunction:
    """½ Σ λ_i x_i², λ from 1 down to 1/condition_number, evenly in its logarithm."""
    _checked("bowl", dimensions, 1)
    if not (math.isfinite(condition_number) and condition_number >= 1.0):
        raise InputError(
            f"condition_number is {condition_number}; expected a finite number from 1 on"
        )
    curvatures = np.geomspace(1.0, 1.0 / condition_number, dimensions)
    exact = Bowl(
        np.eye(dimensions), np.sqrt(curvatures), np.zeros(dimensions), 0.0, 1, rank=dimensions
    )
    return ClassicFunction(
        name="bowl",
        value=lambda x: 0.5 * float(np.sum(curvatures * x**2)),
        gradient=lambda x: curvatures * x,
        hessian=lambda x: np.diag(curvatures),
        product=lambda x, vector: curvatures * vector,
        suggested_start=np.ones(dimensions),
        source="a quadratic cost of the condition number asked for",
        minima=np.zeros((1, dimensions)),
        minimum_loss=0.0,
        bowl=exact,
    )


CLASSICS: dict[str, Callable[..., ClassicFunction]] = {
    "beale": beale,
    "bowl": bowl,
    "himmelblau": himmelblau,
    "rosenbrock": rosenbrock,
    "saddle": saddle,
    "styblinski_tang": styblinski_tang,
}


def classic(name: str, **settings: Any) -> ClassicFunction:
    """The classic function of that name; settings such as dimensions=10, condition_number=1e4.

    Raises InputError for a name or a setting that is not known.

    >>> valley = classic("rosenbrock")
    >>> value, slope = valley.value_and_gradient(valley.suggested_start)
    >>> round(value, 12), slope.round(10).tolist()
    (24.2, [-215.6, -88.0])
    """
    import inspect
    from difflib import get_close_matches

    maker = CLASSICS.get(name)
    if maker is None:
        near = get_close_matches(str(name).lower(), CLASSICS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        known = ", ".join(CLASSICS)
        raise InputError(f"there is no classic function {name!r}{hint}; known: {known}")
    known = list(inspect.signature(maker).parameters)
    unknown = [setting for setting in settings if setting not in known]
    if unknown:
        takes = f"takes {' and '.join(known)}" if known else "takes no settings"
        raise InputError(f"{name} {takes}; it was given {', '.join(unknown)}")
    return maker(**settings)
