"""A generalised linear model over rows that are walked over wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from steepest.objective.column_scales import ColumnScales
from steepest.objective.concordance import concordant_distance
from steepest.objective.objective import Powers
from steepest.objective.penalty import Kinked, Penalty
from steepest.objective.rows import parameter_names
from steepest.objective.separability import on_own_side, standing_out_said
from steepest.objective.triangle import Triangle
from steepest.passes.asking import Ask
from steepest.passes.loss_sums import HessianSums, HessianVectorSums, LinearLoss, LossSums
from steepest.passes.separable import Ends, Spans, StandingOut, WrongSide
from steepest.trace import Array, Fact

__all__ = ["AskedLinear"]

FEW_PARAMS = 500  # a Hessian of more is not worth the walk
MEASURING = "measuring the curvature"
SEPARATING = "looking whether the classes can be told apart"


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
        self._columns = tuple(features)
        self._names = parameter_names(self._columns, of.intercept, tuple(classes))
        self._spans: Spans | None = None
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
        total = self._ask(HessianSums(self._of, np.array(params)), MEASURING)
        return total.values / self._weight + np.diag(self._penalty.shrink)

    def hessian_vector(self, params: Array) -> Callable[[Array], Array]:
        """v (p,) -> the Hessian of the smooth part at params times v.

        One walk in all where the Hessian is small enough to be formed, else one for each v.
        """
        if len(params) <= FEW_PARAMS:
            return self.hessian(params).__matmul__
        here, shrink = np.array(params), self._penalty.shrink

        def product(v: Array) -> Array:
            asked = HessianVectorSums(self._of, here, np.array(v))
            return self._ask(asked, MEASURING).values / self._weight + shrink * v

        return product

    def distance_bound(self, params: Array, gradient: Array) -> float | None:
        """An upper bound on ‖params - minimum‖, or None; see `GeneralizedLinear`."""
        if self._penalty.l1 or len(params) > FEW_PARAMS:
            return None
        bounds: list[float] = []
        if self._penalty.l2 and self._penalty.penalised.all():
            bounds.append(float(np.linalg.norm(gradient)) / self._penalty.l2)
        concordance = self._of.loss.self_concordance
        if concordance is not None:
            radius = concordance * self._largest_row() if concordance else 0.0
            noise = self._triangle.rows * float(np.finfo(np.float64).eps)
            found = concordant_distance(self.hessian(params), gradient, radius, noise)
            bounds += [] if found is None else [found]
        return min(bounds, default=None)

    def separated(self, params: Array) -> str | None:
        """A proof that the classes can be told apart perfectly (`own_side`), or None."""
        found = self._ask(WrongSide(self._of, np.array(params)), SEPARATING)
        return None if found.wrong else on_own_side(found.rows)

    def unbounded_column(self) -> str | None:
        """A column that pulls its coefficient to infinity (`one_class_column`), or None."""
        if not self._of.intercept:
            return None
        ends = self._ends()
        asked = StandingOut(ends.low, ends.high, max(self._of.classes, 2))
        found = self._ask(asked, SEPARATING)
        return standing_out_said(self._columns, found.above, found.below)

    def powers(self) -> Powers:
        """Derivatives, the kinked part, a bound on the distance; for classes, separability."""
        few = len(self._names) <= FEW_PARAMS
        provable = self._of.loss.separable and not (self._penalty.l1 or self._penalty.l2)
        return Powers(
            hessian=self.hessian if few else None,
            hessian_vector=self.hessian_vector,
            proximal=Kinked(self._penalty, self.smooth) if self._penalty.l1 else None,
            distance_bound=self.distance_bound,
            unbounded=self.separated if provable else None,
            unbounded_along=self.unbounded_column if provable else None,
            facts=self._facts,
        )

    def _ends(self) -> Spans:
        if self._spans is None:
            self._spans = self._ask(Ends(len(self._columns)), MEASURING)
        return self._spans

    def _largest_row(self) -> float:
        return float(np.sqrt(self._ends().largest + self._of.intercept))

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
