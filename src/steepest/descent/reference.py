"""SciPy's solvers as a reference: what "just solve it" gives, recorded as a descent is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from steepest.descent.recorder import Row
from steepest.trace import Array, Stop

__all__ = ["ConjugateGradients", "Lbfgs", "Reference", "solve"]

Cost = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True, slots=True)
class Reference:
    """A solver of SciPy: its own steps, set by its own line search."""

    name: ClassVar[str] = ""
    method: ClassVar[str] = ""

    def options(self, steps: int) -> dict[str, Any]:
        """So that it ends by our tolerance, or after so many steps, and not by its own."""
        return {"maxiter": max(steps, 1), "gtol": 0.0}


@dataclass(frozen=True, slots=True)
class Lbfgs(Reference):
    """Limited-memory BFGS (Liu and Nocedal 1989; Byrd et al. 1995), scipy's L-BFGS-B."""

    name: ClassVar[str] = "lbfgs"
    method: ClassVar[str] = "L-BFGS-B"

    def options(self, steps: int) -> dict[str, Any]:
        """See `Reference`."""
        most = max(steps, 1)
        return {"maxiter": most, "maxfun": 50 * most, "ftol": 0.0, "gtol": 0.0}


@dataclass(frozen=True, slots=True)
class ConjugateGradients(Reference):
    """Nonlinear conjugate gradients (Polak and Ribière 1969), scipy's CG."""

    name: ClassVar[str] = "conjugate_gradients"
    method: ClassVar[str] = "CG"


def solve(
    rule: Reference, cost: Cost, start: Array, steps: int, take: Callable[[Row], bool]
) -> Stop:
    """Run the solver from `start`; `take` is given every Row, and says True to end.

    The learning rates are NaN: a step's length is the line search's matter. Returns why the
    solver ended, in its own words, where `take` did not end it.
    """
    from scipy import optimize  # pyright: ignore[reportMissingTypeStubs]

    met: dict[bytes, tuple[float, Array]] = {}

    def remembered(params: Array) -> tuple[float, Array]:
        key = np.ascontiguousarray(params, dtype=np.float64).tobytes()
        if key not in met:
            if len(met) >= 64:
                met.pop(next(iter(met)))
            met[key] = cost(np.array(params, dtype=np.float64))
        return met[key]

    def row(step: int, params: Array) -> Row:
        loss, gradient = remembered(params)
        return Row(step, loss, np.array(params), gradient, float("nan"), loss)

    if take(row(0, start)):
        return Stop("interrupted", "ended at the start")
    count = 0

    def after(intermediate_result: Any) -> None:
        nonlocal count
        count += 1
        if take(row(count, np.asarray(intermediate_result.x, dtype=np.float64))):
            raise StopIteration

    minimize: Callable[..., Any] = getattr(optimize, "minimize")  # noqa: B009  untyped
    found = minimize(
        remembered, start, jac=True, method=rule.method, callback=after, options=rule.options(steps)
    )
    word = str(found.message).rstrip(".").lower()
    if found.success:
        because = f"no step lowers the cost any more: the solver ended by itself ({word})"
        return Stop("converged", because)
    return Stop("budget", f"the solver ended by itself ({word})")
