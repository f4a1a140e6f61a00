"""What a learning rate is: how far to go, from where a step leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from steepest.trace import Array

__all__ = ["Here", "Planned", "Rate"]


@dataclass(frozen=True, slots=True, eq=False)
class Here:
    """Where a step leaves from, and what can be asked there.

    step, params (p,); loss and gradient (p,) of the smooth part of the cost
    trial:  a learning rate -> where the step would end with it, (p,)
    smooth: params (p,) -> the smooth part of the cost there, and its gradient (p,)
    """

    step: int
    params: Array
    loss: float
    gradient: Array
    trial: Callable[[float], Array]
    smooth: Callable[[Array], tuple[float, Array]]


class Rate(Protocol):
    """A learning rate that may change from step to step: a pure function over its state."""

    def start(self) -> Any:
        """The state before the first step."""
        ...

    def next(self, here: Here, state: Any) -> tuple[float, Any]:
        """The learning rate of the step that leaves from here, and the next state."""
        ...


@runtime_checkable
class Planned(Protocol):
    """A learning rate that is known before any step is taken."""

    def at(self, steps: NDArray[np.int64]) -> Array:
        """The learning rates (k,) of the steps (k,)."""
        ...
