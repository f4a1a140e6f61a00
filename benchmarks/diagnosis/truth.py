"""What a run was made of, and its log does not hold: what a remedy is tried on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from logged import Array
from models import Bowl, Cost, Linear, Logistic, spectrum
from walking import minimum

__all__ = ["Truth"]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A cost and where its descent began; and what was done to the gradient, where it was.

    momentum: of the loop; None where its rule is neither that nor plain
    batch:    rows in each gradient; None: all
    factor:   (p,) that each entry of the gradient was multiplied by, 0 where it was left out
    ridge:    (p,) strength in the slope strength * w that was left out
    constant: (p,) the slope that was left out of each entry
    other:    whether the gradient was changed in another way
    """

    cost: Cost
    start: Array
    momentum: float | None = 0.0
    batch: int | None = None
    factor: Array | None = None
    ridge: Array | None = None
    constant: Array | None = None
    other: bool = False

    @property
    def quadratic(self) -> bool:
        """Whether the curvature is the same everywhere."""
        return isinstance(self.cost, (Bowl, Linear))

    def bottom(self) -> Array:
        """Where the cost is least; of a log loss without a minimum, far out."""
        if isinstance(self.cost, Bowl):
            return self.cost.bottom
        begin = getattr(self.cost, "bottom", np.zeros(self.cost.size))
        found = minimum(self.cost, begin)
        for _ in range(2):  # the last digits
            step = np.linalg.lstsq(self.cost.hessian(found), self.cost.gradient(found), rcond=1e-13)
            if self.cost.value(found - step[0]) <= self.cost.value(found) * (1 + 1e-14):
                found = found - step[0]
        return found

    def lowest(self) -> float:
        """The least cost."""
        known = getattr(self.cost, "lowest", None)
        return float(known) if known is not None else self.cost.value(self.bottom())

    def curvature(self) -> float:
        """The largest: that a log loss has anywhere, else that of start and bottom."""
        if isinstance(self.cost, Logistic):
            X, m = self.cost.X, len(self.cost.y)
            return float(np.linalg.norm(X, 2)) ** 2 / (4 * m) + 2 * self.cost.l2
        ends = (self.start, self.bottom())
        return max(float(np.abs(spectrum(self.cost, at)).max()) for at in ends)
