"""Any cost that can be descended on: the protocol, and what more an objective can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from steepest.objective.bowl import Bowl
from steepest.trace import Array, Fact

__all__ = ["Batches", "Objective", "Powers", "Proximal"]


class Batches(Protocol):
    """An objective that is a mean over rows, and can be asked about some of them."""

    @property
    def rows(self) -> int:
        """How many rows there are, m."""
        ...

    def value_and_gradient_on(self, params: Array, rows: NDArray[np.int64]) -> tuple[float, Array]:
        """The mean loss of those rows and its gradient (p,)."""
        ...

    def expected_smoothness(self, batch: int) -> float:
        """L such that rates up to 1/(2L) are safe for random batches of this size.

        Gower et al. 2019, "SGD: general analysis and improved rates", proposition 3.8.
        """
        ...


class Proximal(Protocol):
    """The part of a cost that has kinks (l1), for rules that step around them.

    The objective's own `value_and_gradient` gives the whole cost and its least subgradient;
    here are the parts of it. Parikh and Boyd 2014, "Proximal algorithms".
    """

    def smooth(self, params: Array) -> tuple[float, Array]:
        """The cost without the kinked part, and its gradient (p,)."""
        ...

    def value(self, params: Array) -> float:
        """The kinked part alone."""
        ...

    def subgradient(self, params: Array, gradient: Array) -> Array:
        """The least subgradient (p,) of the whole, from the smooth part's gradient (p,)."""
        ...

    def prox(self, params: Array, rate: float) -> Array:
        """argmin over u of value(u) + ‖u - params‖²/(2·rate), (p,)."""
        ...


def _no_facts() -> Mapping[str, Fact]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Powers:
    """What an objective can do beyond value and gradient; None where it cannot.

    hessian:         params (p,) -> the Hessian there, (p, p)
    hessian_vector:  params (p,) -> a function of v (p,) that gives the Hessian there times v;
                     exact, and without ever forming the Hessian
    on_rows:         params (p,) -> value and gradient (p,) walked over the rows, where
                     `value_and_gradient` takes a shorter way
    proximal:        the kinked part of the cost, where there is one
    bowl:            the exactly known quadratic that it is
    batches:         gives the view of it that can be asked about some rows only
    distance_bound:  params (p,), gradient (p,) -> an upper bound on the distance to the
                     minimum, or None where none can be had there
    unbounded:       params (p,) -> a sentence that proves there is no minimum, or None
    unbounded_along: -> a sentence that proves that some parameter goes to infinity while the
                     others settle, or None
    facts:           what is known of it before any step
    """

    hessian: Callable[[Array], Array] | None = None
    hessian_vector: Callable[[Array], Callable[[Array], Array]] | None = None
    on_rows: Callable[[Array], tuple[float, Array]] | None = None
    proximal: Proximal | None = None
    bowl: Bowl | None = None
    batches: Callable[[], Batches] | None = None
    distance_bound: Callable[[Array, Array], float | None] | None = None
    unbounded: Callable[[Array], str | None] | None = None
    unbounded_along: Callable[[], str | None] | None = None
    facts: Mapping[str, Fact] = field(default_factory=_no_facts)


@runtime_checkable
class Objective(Protocol):
    """A function J from p parameters to a number, with its gradient."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the p parameters."""
        ...

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J(params) and its gradient (p,) there; params is (p,) float64."""
        ...

    def powers(self) -> Powers:
        """What more this objective can do."""
        ...
