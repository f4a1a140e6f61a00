"""Penalties: what large coefficients cost, so that fewer or smaller ones are learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.arguments import keep_real
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["Kinked", "Penalty"]

LARGEST = 1e100  # times rows and squares of coefficients it is still a number


@dataclass(frozen=True, slots=True, eq=False)
class Penalty:
    """½ l2 ‖w‖² + l1 ‖w‖₁ over the penalised parameters; intercepts are free.

    l2, l1:     not negative. The cost is a mean over rows, so that scikit-learn's Ridge with
                alpha = m·l2, its Lasso with alpha = l1, and its LogisticRegression with
                C = 1/(m·l2) have the same minimum.
    penalised:  (p,) True where a parameter is penalised

    Raises InputError for a penalty that is negative or not finite.

    >>> import numpy as np
    >>> penalty = Penalty(0.0, 2.0, np.array([True, True, False]))
    >>> penalty.prox(np.array([5.0, -1.0, 7.0]), 1.0).tolist()
    [3.0, 0.0, 7.0]
    """

    l2: float
    l1: float
    penalised: NDArray[np.bool_]

    def __post_init__(self) -> None:
        for name in ("l2", "l1"):
            expected = f"a number from 0 up to {readable(LARGEST)}"
            keep_real(self, name, expected, lambda number: 0.0 <= number <= LARGEST)

    @classmethod
    def on_weights(cls, l2: float, l1: float, parameters: int, intercept: bool) -> Penalty:
        """On all of p parameters but the last where that is an intercept."""
        penalised = np.ones(parameters, dtype=np.bool_)
        penalised[parameters - 1 :] = not intercept
        return cls(l2, l1, penalised)

    @property
    def shrink(self) -> Array:
        """(p,) the curvature that l2 adds to each parameter."""
        return np.where(self.penalised, self.l2, 0.0)

    def smooth_value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """½ l2 ‖w‖² and its gradient (p,)."""
        gradient = self.shrink * params
        return 0.5 * float(gradient @ params), gradient

    def value(self, params: Array) -> float:
        """l1 ‖w‖₁."""
        return self.l1 * float(np.sum(np.abs(params[self.penalised]))) if self.l1 else 0.0

    def subgradient(self, params: Array, gradient: Array) -> Array:
        """The least subgradient (p,) of the whole, from the gradient (p,) of the smooth part.

        The gradient itself where the cost has one; at a weight of exactly 0 what is left of
        the slope after l1 has held against it, so that it is 0 exactly at a minimum.
        """
        if not self.l1:
            return gradient
        sloped = gradient + self.l1 * np.sign(params)
        held = np.sign(gradient) * np.maximum(np.abs(gradient) - self.l1, 0.0)
        return np.where(self.penalised, np.where(params == 0, held, sloped), gradient)

    def prox(self, params: Array, rate: float) -> Array:
        """argmin over u of l1 ‖u‖₁ + ‖u - params‖²/(2·rate), (p,): soft thresholding.

        Daubechies, Defrise and De Mol 2004; Parikh and Boyd 2014, section 6.5.2.
        """
        if not self.l1:
            return params
        reach = rate * self.l1
        shrunk = params - np.clip(params, -reach, reach)  # exactly 0.0 within reach
        return np.where(self.penalised, shrunk, params)


@dataclass(frozen=True, slots=True, eq=False)
class Kinked:
    """The parts of a cost with l1, as `Proximal` wants them."""

    penalty: Penalty
    cost: Callable[[Array], tuple[float, Array]]

    def smooth(self, params: Array) -> tuple[float, Array]:
        """The cost without the kinked part, and its gradient (p,)."""
        return self.cost(params)

    def value(self, params: Array) -> float:
        """The kinked part alone."""
        return self.penalty.value(params)

    def subgradient(self, params: Array, gradient: Array) -> Array:
        """The least subgradient (p,) of the whole."""
        return self.penalty.subgradient(params, gradient)

    def prox(self, params: Array, rate: float) -> Array:
        """See `Penalty.prox`."""
        return self.penalty.prox(params, rate)
