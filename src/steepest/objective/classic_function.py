"""A function of the parameters with all its derivatives, and what is known of its minima."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from steepest.objective.bowl import Bowl
from steepest.objective.objective import Powers
from steepest.trace import Array, Fact

__all__ = ["ClassicFunction"]


@dataclass(frozen=True, slots=True, eq=False)
class ClassicFunction:
    """A function of p parameters with all its derivatives; an objective.

    name:            its name in `classic_functions.CLASSICS`
    value, gradient: params (p,) -> J; (p,)
    hessian:         params (p,) -> (p, p)
    suggested_start: (p,) where the literature starts, or a fair place
    source:          where it comes from
    minima:          (k, p) all its minima, None where there is none
    minimum_loss:    J there, -inf where there is none
    remark:          a sentence about its minima, where there are several or none
    bowl:            the same as an exactly known bowl, where it is one
    product:         params, v -> the Hessian times v, where there is a shorter way to it
    """

    name: str
    value: Callable[[Array], float]
    gradient: Callable[[Array], Array]
    hessian: Callable[[Array], Array]
    suggested_start: Array
    source: str
    minima: Array | None
    minimum_loss: float
    remark: str | None = None
    bowl: Bowl | None = None
    product: Callable[[Array, Array], Array] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """x and y in the plane, else x_0, x_1, ..."""
        count = len(self.suggested_start)
        return ("x", "y") if count == 2 else tuple(f"x_{i}" for i in range(count))

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J(params) and its gradient (p,), infinite or NaN where they overflow."""
        with np.errstate(all="ignore"):
            return float(self.value(params)), self.gradient(params)

    def hessian_vector(self, params: Array) -> Callable[[Array], Array]:
        """A function of v (p,) that gives the Hessian at params times v."""
        if self.product is not None:
            return partial(self.product, params)
        table = self.hessian(params)
        return lambda vector: table @ vector

    def powers(self) -> Powers:
        """Hessian and its products, what is known of the minima, and the bowl where it is one."""
        return Powers(
            hessian=self.hessian,
            hessian_vector=self.hessian_vector,
            bowl=self.bowl,
            facts=self._facts(),
        )

    def _facts(self) -> dict[str, Fact]:
        how = f"known: {self.source}"
        facts = {"function": Fact(self.name, self.source)}
        if self.minima is not None:
            facts["minimum_loss"] = Fact(self.minimum_loss, how)
        if self.minima is not None and len(self.minima) == 1:
            # "minimum" would say that the cost is a bowl around it
            facts["known_minimum"] = Fact(self.minima[0], how)
        if self.remark is not None:
            facts["minima"] = Fact(self.remark, how)
        return facts
