"""A generalised linear model over rows that are walked over wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from steepest.objective.column_scales import ColumnScales
from steepest.objective.objective import Powers
from steepest.objective.penalty import Kinked, Penalty
from steepest.objective.rows import parameter_names
from steepest.objective.triangle import Triangle
from steepest.passes.asking import Ask
from steepest.passes.loss_sums import HessianSums, LinearLoss, LossSums
from steepest.trace import Array, Fact

__all__ = ["AskedLinear"]

FEW_PARAMS = 500  # a Hessian of more is not worth the walk


class AskedLinear:
    """J = Σ ωᵢ loss(w·xᵢ + b, yᵢ) / Σ ωᵢ + ½ l2 ‖w‖² + l1 ‖w‖₁; each value is one walk.

    triangle:  of the standardised rows that train
    weight:    Σ ωᵢ, the number of rows where all weigh the same
    features:  d names; classes: K names of softmax, else ()

    What `GeneralizedLinear` is for rows in memory.
    """

    def __init__(
        self,
        ask: Ask,
        of: LinearLoss,
        triangle: Triangle,
        weight: float,
        features: Sequence[str],
        *,
        classes: Sequence[str] = (),
        l2: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        self._ask, self._of, self._triangle, self._weight = ask, of, triangle, weight
        self._names = parameter_names(tuple(features), of.intercept, tuple(classes))
        width = len(features) + of.intercept
        one = Penalty.on_weights(l2, l1, width, of.intercept)
        self._penalty = Penalty(l2, l1, np.tile(one.penalised, of.classes))
        self._facts = self._known()

    @property
    def names(self) -> tuple[str, ...]:
        """The d features, then "intercept" where there is one; "class:feature" of classes."""
        return self._names

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J and its gradient (p,) at params (p,); at a kink of l1, its least subgradient."""
        value, gradient = self.smooth(params)
        penalty = self._penalty
        return value + penalty.value(params), penalty.subgradient(params, gradient)

    def smooth(self, params: Array) -> tuple[float, Array]:
        """J without the l1 part, and its gradient (p,)."""
        total = self._ask(LossSums(self._of, np.array(params)), "descending").values
        penalty, shrinking = self._penalty.smooth_value_and_gradient(params)
        return float(total[0]) / self._weight + penalty, total[1:] / self._weight + shrinking

    def hessian(self, params: Array) -> Array:
        """The Hessian (p, p) of the smooth part at params."""
        total = self._ask(HessianSums(self._of, np.array(params)), "measuring the curvature")
        return total.values / self._weight + np.diag(self._penalty.shrink)

    def hessian_vector(self, params: Array) -> Callable[[Array], Array]:
        """v (p,) -> the Hessian of the smooth part at params times v."""
        return self.hessian(params).__matmul__

    def powers(self) -> Powers:
        """Derivatives, the kinked part, and what is known of the rows."""
        few = len(self._names) <= FEW_PARAMS
        return Powers(
            hessian=self.hessian if few else None,
            hessian_vector=self.hessian_vector if few else None,
            proximal=Kinked(self._penalty, self.smooth) if self._penalty.l1 else None,
            facts=self._facts,
        )

    def _known(self) -> dict[str, Fact]:
        triangle, whole = self._triangle, self._triangle.whole()
        facts = ColumnScales.of(whole, triangle.rows, triangle.intercept).facts()
        curvature = self._of.loss.largest_curvature
        if curvature is not None:
            steepest = float(np.linalg.norm(whole[:-1, :-1], 2)) ** 2 / triangle.rows
            facts["sharpness_bound"] = Fact(
                curvature * steepest + self._penalty.l2, "bound: largest curvature times data"
            )
        return facts
