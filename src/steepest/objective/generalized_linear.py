"""Generalised linear models: a mean loss of scores z = X w + b."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from steepest.data.blocks import Block, Blocks, InMemory
from steepest.objective.column_scales import ColumnScales
from steepest.objective.least_squares import reduce_to_triangle
from steepest.objective.losses import Loss, loss_named
from steepest.objective.objective import Powers
from steepest.objective.rows import (
    RowBatches,
    loss_and_gradient,
    parameter_names,
    scores,
    with_ones,
)
from steepest.trace import Array, Fact

__all__ = ["GeneralizedLinear"]


class GeneralizedLinear:
    """J(w, b) = 1/m Σ loss(w·xᵢ + b, yᵢ), over m rows with d features.

    X: (m, d) float64; y: (m,) float64, 0 or 1 for the logistic loss. The parameters are
    the d weights, then the intercept b where there is one. Raises InputError where shapes
    do not fit, a value is not finite, or a target is not one that the loss is for.

    >>> import numpy as np
    >>> X, y = np.array([[-1.0], [1.0]]), np.array([0.0, 1.0])
    >>> value, gradient = GeneralizedLinear(X, y).value_and_gradient(np.zeros(2))
    >>> round(value, 6), gradient.tolist()
    (0.693147, [-0.5, 0.0])
    """

    def __init__(
        self,
        X: Array,
        y: Array,
        *,
        loss: str = "logistic",
        intercept: bool = True,
        names: Sequence[str] | None = None,
    ) -> None:
        self._set(InMemory(X, y, names=names), loss, intercept)

    @classmethod
    def from_blocks(
        cls, blocks: Blocks, *, loss: str = "logistic", intercept: bool = True
    ) -> GeneralizedLinear:
        """The same objective over rows that come block by block, from anywhere."""
        objective = cls.__new__(cls)
        objective._set(blocks, loss, intercept)
        return objective

    def _set(self, blocks: Blocks, loss: str, intercept: bool) -> None:
        self._loss: Loss = loss_named(loss)
        self._intercept = intercept
        self._names = parameter_names(blocks.names, intercept)
        self._blocks = [
            Block(np.ascontiguousarray(block.X), block.y, block.weight) for block in blocks
        ]
        self._rows = sum(len(block.y) for block in self._blocks)
        for block in self._blocks:
            self._loss.check(block.y)
        triangle, rows = reduce_to_triangle(self._blocks, intercept)
        steepest = self._loss.largest_curvature * float(np.linalg.norm(triangle[:-1, :-1], 2)) ** 2
        self._facts = ColumnScales.of(triangle, rows, intercept).facts() | {
            "sharpness_bound": Fact(steepest / rows, "bound: largest curvature times data")
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The d features, then "intercept" where there is one."""
        return self._names

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J and its gradient (p,) at params (p,)."""
        total, gradient = 0.0, np.zeros(len(self._names))
        for block in self._blocks:
            part, slope = self._sum_over(block, params)
            total += part
            gradient += slope
        return total / self._rows, gradient / self._rows

    def _sum_over(self, block: Block, params: Array) -> tuple[float, Array]:
        if self._loss.name == "logistic":
            from steepest.objective.kernels import logistic_pass

            return logistic_pass(block.X, block.y, params, self._intercept)
        return loss_and_gradient(self._loss, block.X, block.y, params, self._intercept)

    def hessian(self, params: Array) -> Array:
        """The Hessian (p, p) at params: 1/m Σ loss''(zᵢ) xᵢ xᵢᵀ."""
        total = np.zeros((len(self._names), len(self._names)))
        for block in self._blocks:
            z = scores(block.X, params, self._intercept)
            X = with_ones(block.X, self._intercept)
            total += (X * self._loss.curvature(z, block.y)[:, None]).T @ X
        return total / self._rows

    def distance_bound(self, params: Array, gradient: Array) -> float | None:
        """An upper bound on ‖params - minimum‖, or None where none can be had there.

        Along any unit direction the slope's slope falls at most like exp(-R t), R the
        largest ‖xᵢ‖ times the loss's self-concordance (Bach 2010, "Self-concordant
        analysis for logistic regression", section 3). With the Newton decrement
        ν² = gᵀH⁻¹g and μ the smallest eigenvalue of H, the slope has turned positive by
        t = -log(1 - Rν/√μ)/R whenever Rν < √μ; the minimum exists and is no farther.
        """
        if self._loss.self_concordance is None:
            return None
        curvatures, axes = np.linalg.eigh(self.hessian(params))
        if curvatures[0] <= self._rows * np.finfo(np.float64).eps * curvatures[-1]:
            return None
        decrement = float(np.sqrt(np.sum((axes.T @ gradient) ** 2 / curvatures)))
        reach = decrement / float(np.sqrt(curvatures[0]))
        radius = self._loss.self_concordance * self._largest_row()
        if radius * reach >= 1:
            return None
        return reach if radius == 0 else float(-np.log1p(-radius * reach)) / radius

    def _largest_row(self) -> float:
        extra = 1.0 if self._intercept else 0.0
        return max(
            float(np.sqrt(np.einsum("ij,ij->i", block.X, block.X).max() + extra))
            for block in self._blocks
        )

    def separated(self, params: Array) -> str | None:
        """A proof that the classes can be told apart perfectly, or None.

        Where every row lies strictly on its own side of Xw + b = 0, growing (w, b) lowers
        the loss for ever: the minimum is at infinity (Albert and Anderson 1984).
        """
        for block in self._blocks:
            z = scores(block.X, params, self._intercept)
            if not np.all(np.where(block.y > 0.5, z, -z) > 0):
                return None
        return (
            f"all {self._rows:,} rows are on their own side of the boundary: the classes can "
            "be told apart perfectly, and growing the coefficients lowers the loss for ever"
        )

    def unbounded_column(self) -> str | None:
        """A column that pulls its coefficient to infinity, in a sentence, or None.

        Where all rows above a column's least value (or below its greatest) are of one class,
        growing its coefficient never raises the loss: the classes are quasi-separated
        (Albert and Anderson 1984). A one-hot level whose rows are all of one class does it.
        """
        if not self._intercept:
            return None
        X = np.vstack([block.X for block in self._blocks])
        y = np.concatenate([block.y for block in self._blocks]) > 0.5
        for j, name in enumerate(self._names[:-1]):
            low, high = X[:, j].min(), X[:, j].max()
            for rows in (X[:, j] > low, X[:, j] < high):
                if rows.any() and (y[rows].all() or not y[rows].any()):
                    return (
                        f"the {int(rows.sum()):,} rows that stand out in {name} are all of one "
                        "class: its coefficient grows for ever, and its size means nothing"
                    )
        return None

    def powers(self) -> Powers:
        """Hessian, batches of rows, a bound on the distance; for classes, separability."""
        return Powers(
            hessian=self.hessian,
            batches=lambda: RowBatches.of(self._blocks, self._loss, intercept=self._intercept),
            distance_bound=self.distance_bound,
            unbounded=self.separated if self._loss.name == "logistic" else None,
            facts=self._facts,
            unbounded_along=self.unbounded_column if self._loss.name == "logistic" else None,
        )
