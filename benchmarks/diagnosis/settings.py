"""A cost, where to start, where its bottom is, and how curved it is: what a rate is chosen by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from logged import Array, Log
from models import Bowl, Cost, Linear, Logistic, condition, spectrum
from problems import bowl, classification, regression, separable
from walking import minimum, start_for

__all__ = ["Setting", "left", "setting"]

Generator = np.random.Generator
TRIES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """Everything known about a descent before it begins.

    top:   the largest curvature (of logistic costs: the larger of start and bottom)
    kappa: condition number at the bottom
    """

    cost: Cost
    start: Array
    bottom: Array
    top: float
    kappa: float

    @property
    def lowest(self) -> float:
        """The cost at the bottom."""
        return self.cost.value(self.bottom)

    @property
    def about(self) -> str:
        """A few words for the note."""
        name = type(self.cost).__name__.lower()
        return f"{name}, {self.cost.size} parameters, condition number {self.kappa:.3g}"

    @property
    def smallest(self) -> float:
        """The smallest curvature at the bottom."""
        return self.top / self.kappa

    def eigenvectors(self) -> tuple[Array, Array]:
        """Eigenvalues, rising, and eigenvectors of the curvature at the bottom."""
        values, vectors = np.linalg.eigh(self.cost.hessian(self.bottom))
        return values, vectors


def setting(
    generator: Generator,
    *,
    kappa: tuple[float, float] = (1.0, 800.0),
    kinds: tuple[str, ...] = ("linear", "linear", "logistic", "bowl"),
    raw: bool = False,
    l2: bool = False,
    sizes: tuple[int, int] = (1, 50),
    starts: str = "any",
) -> Setting:
    """A cost with one bottom and a condition number in the range."""
    for _ in range(TRIES):
        cost = _cost(generator, str(generator.choice(kinds)), raw, l2, kappa)
        if not sizes[0] <= cost.size <= sizes[1]:
            continue
        found = _measured(generator, cost, starts)
        if found is not None and kappa[0] <= found.kappa <= kappa[1]:
            return found
    raise RuntimeError(f"no cost with a condition number in {kappa} and sizes in {sizes}")


def _cost(generator: Generator, kind: str, raw: bool, l2: bool, kappa: tuple[float, float]) -> Cost:
    if kind == "linear":
        return regression(generator, raw=raw, l2=l2)
    if kind == "logistic":
        return classification(generator, raw=raw, l2=l2)
    size = 1 if generator.random() < 0.2 else int(np.exp(generator.uniform(0, np.log(50))))
    wanted = float(np.exp(generator.uniform(np.log(kappa[0]), np.log(kappa[1]))))
    return bowl(generator, size, wanted, float(generator.choice([0.0, 1.0])))


def _measured(generator: Generator, cost: Cost, starts: str) -> Setting | None:
    if isinstance(cost, Logistic) and cost.l2 == 0 and separable(cost):
        return None
    if isinstance(cost, Linear) and cost.size >= len(cost.y):
        return None
    bottom = cost.bottom if isinstance(cost, Bowl) else minimum(cost, np.zeros(cost.size))
    start = np.zeros(cost.size) if starts == "zeros" else start_for(generator, cost, bottom)
    below, above = (float(spectrum(cost, at)[-1]) for at in (bottom, start))
    if max(above, below) > 3 * min(above, below):
        return None  # a logistic cost so differently curved that no one rate suits it
    top = max(above, below)
    if cost.value(start) - cost.value(bottom) <= 1e-3 * abs(cost.value(bottom)):
        return None  # nothing to learn: a start at the bottom
    return Setting(cost, start, bottom, top, condition(cost, bottom))


def left(given: Setting, log: Log) -> float:
    """The share of the excess over the lowest cost that is left at the end."""
    floor = given.lowest
    return float((log.loss[-1] - floor) / (log.loss[0] - floor))
