"""Any Python function as an objective."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from steepest.errors import InputError
from steepest.objective.objective import Powers
from steepest.trace import Array

__all__ = ["FunctionObjective", "central_gradient", "objective_from"]


class FunctionObjective:
    """A cost given by functions of the parameters; made by `objective_from`."""

    def __init__(
        self,
        function: Callable[[Array], float],
        gradient: Callable[[Array], ArrayLike],
        names: tuple[str, ...],
    ) -> None:
        self._function = function
        self._gradient = gradient
        self._names = names

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the p parameters."""
        return self._names

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J(params) and its gradient (p,), as the given functions say.

        Raises InputError where the gradient has another shape than the parameters.
        """
        value = float(np.asarray(self._function(params)).reshape(()))
        gradient = np.asarray(self._gradient(params), dtype=np.float64).reshape(-1)
        if gradient.shape != params.shape:
            raise InputError(
                f"the gradient has {gradient.size} entries for {params.size} parameters; "
                "return one slope for each parameter, in their order"
            )
        return value, gradient

    def powers(self) -> Powers:
        """None beyond value and gradient."""
        return Powers()


def objective_from(
    function: Callable[[Array], float],
    gradient: Callable[[Array], ArrayLike] | None = None,
    *,
    names: Sequence[str] | int = 1,
) -> FunctionObjective:
    """An objective from a function of the parameters (p,) and its gradient (p,).

    names: the names of the parameters, or how many there are. Without a gradient, central
    differences stand in for it, at 2p evaluations a step and about ten correct digits, and
    a UserWarning says so.

    >>> bowl = objective_from(lambda w: float(w @ w), lambda w: 2 * w, names=("w", "b"))
    >>> value, slope = bowl.value_and_gradient(np.array([3.0, 4.0]))
    >>> value, slope.tolist()
    (25.0, [6.0, 8.0])
    """
    if isinstance(names, int):
        if names < 1:
            raise InputError(f"names is {names}; an objective needs at least one parameter")
        names = ("w",) if names == 1 else tuple(f"w_{i}" for i in range(names))
    if gradient is not None:
        return FunctionObjective(function, gradient, tuple(names))
    warnings.warn(
        "no gradient was given: central differences stand in for it (2p evaluations a step, "
        "about ten correct digits); pass gradient= to be exact",
        UserWarning,
        stacklevel=2,
    )
    return FunctionObjective(function, partial(central_gradient, function), tuple(names))


def central_gradient(function: Callable[[Array], float], params: Array) -> Array:
    """The gradient (p,) by central differences, error about eps^(2/3) relative.

    The step eps^(1/3)·max(1, |θ_j|) balances truncation against rounding (Nocedal and
    Wright 2006, section 8.1).
    """
    steps = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1.0, np.abs(params))
    gradient = np.empty_like(params)
    for j, size in enumerate(steps):
        there, back = params.copy(), params.copy()
        there[j] += size
        back[j] -= size
        gradient[j] = (function(there) - function(back)) / (there[j] - back[j])
    return gradient
