"""What k steps of a linear rule do along one axis of a bowl, for any k at the same cost.

Along an axis of curvature λ the residual r after k steps is c_k r₀, and θ has moved by
-ψ_k g₀, with ψ_k = (1 - c_k)/λ. Both are computed without cancellation, and ψ without
dividing by λ, so that flat and nearly flat axes are as exact as steep ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.descent.rule import Recurrence
from steepest.trace import Array

__all__ = ["AxisPowers", "axis_powers", "reach", "slowest_root"]

ROUNDINGS = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class AxisPowers:
    """At k steps and p axes, each (k, p).

    left:   c_k, the part of the residual that is left
    moved:  ψ_k, so that θ has moved by -ψ_k g₀
    pace:   α λ v_k / g₀, the way of the next step but for the gradient, relative to the first
            distance: 0 for a rule without memory
    """

    left: Array
    moved: Array
    pace: Array


def axis_powers(
    recurrence: Recurrence, curvatures: Array, learning_rate: float, steps: NDArray[np.int64]
) -> AxisPowers:
    """After `steps` (k,) updates, along axes of `curvatures` (p,)."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if recurrence.memory == 0.0:
            return _plain(curvatures, learning_rate, steps)
        return _with_memory(recurrence, curvatures, learning_rate, steps)


def _plain(curvatures: Array, learning_rate: float, steps: NDArray[np.int64]) -> AxisPowers:
    """c_k = qᵏ, q = 1 - αλ; ψ_k = kα at λ = 0, -expm1(k·log1p(-αλ))/λ while αλ <= 1/2."""
    speed = learning_rate * curvatures  # (p,) αλ
    k = np.asarray(steps, dtype=np.float64)[:, None]
    gentle, wild = np.minimum(speed, 0.5), np.maximum(speed, 1.5)
    logarithm = k * np.log1p(-gentle)
    sign = 1.0 - 2.0 * (k % 2)
    above = sign * np.exp(k * np.log1p(wild - 2.0))
    between = np.power(1.0 - speed, k)  # |q| <= 1/2, where a power is exact enough
    left = np.where(speed <= 0.5, np.exp(logarithm), np.where(speed >= 1.5, above, between))
    gone = np.where(speed <= 0.5, -np.expm1(logarithm), 1.0 - left)
    safe = np.where(curvatures > 0, curvatures, 1.0)
    moved = np.where(curvatures > 0, gone / safe, k * learning_rate)
    return AxisPowers(left, moved, np.zeros_like(left))


def _with_memory(
    recurrence: Recurrence, curvatures: Array, learning_rate: float, steps: NDArray[np.int64]
) -> AxisPowers:
    """By doubling the map of one step.

    With x = αλ, P = ψ/α and W = v/g₀, one step is an affine map of (P, W), from (0, 0):
    P := P + a (1 - xP) + b W, W := βW + 1 - xP. Written as (I + N) z + f, twice the steps
    are I + (2N + N²) and f + (I + N) f: as with expm1, what is doubled is the change, so
    that slow axes lose no digits; and a double root needs no care, for none is computed.
    """
    x = learning_rate * curvatures
    beta, a, b = recurrence.memory, recurrence.on_gradient, recurrence.on_velocity
    change = np.array([[-a * x, np.full_like(x, b)], [-x, np.full_like(x, beta - 1.0)]])
    push = np.array([np.full_like(x, a), np.ones_like(x)])  # (2, p)
    power = np.array([[1.0 - a * x, -b * x], [np.ones_like(x), np.full_like(x, beta)]])
    state = np.zeros((2, len(steps), len(x)))  # (P, W)
    rest = np.stack([np.ones((len(steps), len(x))), np.zeros((len(steps), len(x)))])  # (c, W)
    left_over = np.asarray(steps, dtype=np.int64).copy()
    while np.any(left_over):
        odd = left_over % 2 == 1
        z = state[:, odd]
        state[:, odd] = z + np.einsum("ijp,jkp->ikp", change, z) + push[:, None]
        rest[:, odd] = np.einsum("ijp,jkp->ikp", power, rest[:, odd])
        push = 2.0 * push + np.einsum("ijp,jp->ip", change, push)
        change = 2.0 * change + np.einsum("ijp,jkp->ikp", change, change)
        power = np.einsum("ijp,jkp->ikp", power, power)
        left_over //= 2
    place, velocity = state
    # what is left after many steps: powers lose k roundings of it, 1 - xP one of 1
    k = np.asarray(steps, dtype=np.float64)[:, None]
    tiny = k * np.hypot(*rest) < ROUNDINGS
    left = np.where(tiny, rest[0], 1.0 - x * place)
    return AxisPowers(left, learning_rate * place, x * np.where(tiny, rest[1], velocity))


def reach(recurrence: Recurrence, speed: Array, steps: int) -> tuple[Array, Array]:
    """(p,) R and s, so that all answers to a push of the gradient are at most s R together.

    speed: (p,) αλ; over `steps` steps, in units of α. With ρ₁ >= ρ₂ the moduli of the roots of
    the recurrence, the answer to a push of the velocity is (z₁ᵏ - z₂ᵏ)/(z₁ - z₂): at most
    Σ ρ₁ⁱ ρ₂ʲ over i + j = k - 1, and at most 2 ρ₁ᵏ/|z₁ - z₂|, whichever is less. A push of the
    gradient is answered by a of it and b - aβ of the one before.
    """
    beta, a, b = recurrence.memory, recurrence.on_gradient, recurrence.on_velocity
    inside, product = _discriminant(recurrence, speed)
    large = slowest_root(recurrence, speed)
    small = np.where(large > 0, np.abs(product) / np.where(large > 0, large, 1.0), 0.0)
    apart = np.sqrt(np.abs(inside))  # half of |z₁ - z₂|
    ringing = np.where(apart > 0, large / np.where(apart > 0, apart, 1.0), np.inf)
    peak = (a + np.abs(b - a * beta)) * np.minimum(_geometric(small, steps), ringing)
    return _geometric(large, steps), peak


def slowest_root(recurrence: Recurrence, speed: Array) -> Array:
    """(p,) ρ₁, the larger modulus of the roots of the recurrence at αλ = speed (p,)."""
    inside, product = _discriminant(recurrence, speed)
    trace = 1.0 + recurrence.memory - recurrence.on_gradient * speed
    real = 0.5 * np.abs(trace) + np.sqrt(np.abs(inside))
    return np.where(inside > 0, real, np.sqrt(np.abs(product)))


def _discriminant(recurrence: Recurrence, speed: Array) -> tuple[Array, Array]:
    """Of z² - trace z + product: a quarter of its discriminant, and the product."""
    beta, a, b = recurrence.memory, recurrence.on_gradient, recurrence.on_velocity
    trace, product = 1.0 + beta - a * speed, beta * (1.0 - a * speed) + b * speed
    return 0.25 * trace**2 - product, product


def _geometric(ratio: Array, count: int) -> Array:
    """Σ ratioʲ over j < count."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        away = ratio - 1.0
        near = np.abs(away) * count < 1e-8
        logarithm = np.log(np.where(ratio > 0, ratio, 1.0))
        summed = np.where(ratio > 0, np.expm1(count * logarithm) / np.where(near, 1.0, away), 1.0)
        return np.where(near, float(count), summed)
