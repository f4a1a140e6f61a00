"""Least squares: the mean squared error of a linear model, known exactly after one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from steepest.arguments import flag
from steepest.data.blocks import Blocks, InMemory
from steepest.errors import InputError
from steepest.objective.bowl import Bowl
from steepest.objective.column_scales import ColumnScales
from steepest.objective.losses import SQUARED
from steepest.objective.objective import Powers
from steepest.objective.parallel import Threads, thread_count
from steepest.objective.penalty import Kinked, Penalty
from steepest.objective.rounding import UNIT, Rounding
from steepest.objective.row_pass import RowPass
from steepest.objective.rows import RowBatches, in_few_parts, parameter_names
from steepest.objective.statistics import WORTH_COMPILING
from steepest.objective.triangle import Triangle, reduce_rows
from steepest.trace import Array, Fact

__all__ = ["MOST_COLUMNS", "LeastSquares"]

MOST_COLUMNS = 4_096
_INTERPRETED = replace(SQUARED, compiled=None)


class LeastSquares:
    """J = 1/(2m) Σ (w·xᵢ + b - yᵢ)² + ½ l2 ‖w‖² + l1 ‖w‖₁, over m rows with d features.

    X: (m, d) dense float64 or float32, or sparse; y: (m,); weight: (m,) how much each row
    counts, then J = Σ ωᵢ (w·xᵢ + b - yᵢ)² / (2 Σ ωᵢ) + ...; l2, l1: penalties on w, not on b.
    The parameters are the d weights, then the intercept b where there is one. One pass over
    the rows reduces them to a triangle R with RᵀR = AᵀA for A = [1 X y] (see `reduce_rows`).
    From then on J, its gradient and any step of batch descent cost O(p²), whatever m is.

    Raises InputError where shapes do not fit or a value is not finite.

    >>> import numpy as np
    >>> objective = LeastSquares(np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 6.0]))
    >>> value, gradient = objective.value_and_gradient(np.zeros(2))
    >>> round(value, 6), gradient.round(6).tolist(), objective.names
    (9.333333, [-9.333333, -4.0], ('x0', 'intercept'))
    """

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        intercept: bool = True,
        names: Sequence[str] | None = None,
        weight: ArrayLike | None = None,
        l2: float = 0.0,
        l1: float = 0.0,
        threads: Threads = 2,
    ) -> None:
        self._set(InMemory(X, y, names=names, weight=weight), intercept, (l2, l1), threads)

    @classmethod
    def from_blocks(
        cls,
        blocks: Blocks,
        *,
        intercept: bool = True,
        l2: float = 0.0,
        l1: float = 0.0,
        threads: Threads = 2,
    ) -> LeastSquares:
        """The same objective over rows that come block by block, from anywhere."""
        objective = cls.__new__(cls)
        objective._set(blocks, intercept, (l2, l1), threads)
        return objective

    @classmethod
    def from_triangle(
        cls, triangle: Triangle, names: Sequence[str], *, l2: float = 0.0, l1: float = 0.0
    ) -> LeastSquares:
        """The same objective over rows that were reduced already, wherever they are.

        It knows no rows: batches of them, and a walk over them, cannot be had.
        """
        objective = cls.__new__(cls)
        objective._blocks = None
        objective._intercept = triangle.intercept
        objective._threads = 1
        objective._name(tuple(names), (l2, l1))
        objective._know(triangle)
        return objective

    def _set(
        self, blocks: Blocks, intercept: bool, penalties: tuple[float, float], threads: Threads
    ) -> None:
        self._blocks: Blocks | None = blocks
        self._intercept = intercept = flag("intercept", intercept)
        self._threads = thread_count(threads)
        self._name(blocks.names, penalties)
        self._know(reduce_rows(blocks, intercept=intercept, threads=self._threads))

    def _name(self, features: tuple[str, ...], penalties: tuple[float, float]) -> None:
        self._names = parameter_names(features, self._intercept)
        self._penalty = Penalty.on_weights(*penalties, len(self._names), self._intercept)
        if len(self._names) > MOST_COLUMNS:
            raise InputError(
                f"{len(self._names):,} parameters are too many to reduce to a triangle; use "
                'GeneralizedLinear(X, y, loss="squared"), which walks over the rows'
            )

    def _know(self, triangle: Triangle) -> None:
        intercept = triangle.intercept
        self._rows = triangle.rows
        scales = ColumnScales.of(triangle.whole(), triangle.rows, intercept)
        self._bowl = _bowl(triangle, scales, self._penalty)
        self._facts = scales.facts() | {
            "reduction": Fact(triangle.path, "chosen by the condition number of the columns")
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The d features, then "intercept" where there is one."""
        return self._names

    @property
    def bowl(self) -> Bowl:
        """The quadratic that this cost is, exactly; without the l1 part, where there is one."""
        return self._bowl

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J and its gradient (p,) at params (p,); at a kink of l1, its least subgradient."""
        value, gradient = self.smooth(params)
        penalty = self._penalty
        return value + penalty.value(params), penalty.subgradient(params, gradient)

    def smooth(self, params: Array) -> tuple[float, Array]:
        """J without the l1 part, and its gradient (p,)."""
        return self._bowl.loss(params), self._bowl.gradient(params)

    def on_rows(self, params: Array) -> tuple[float, Array]:
        """What `smooth` gives, walked over the rows."""
        if self._blocks is None:
            raise InputError("these rows were reduced to a triangle, and cannot be walked over")
        total, weight, gradient = 0.0, 0.0, np.zeros(len(params))
        loss = SQUARED if self._rows * len(params) >= WORTH_COMPILING else _INTERPRETED
        for block in in_few_parts(self._blocks):
            walk = RowPass([block], loss, intercept=self._intercept, threads=self._threads)
            value, slope = walk.sums(params)
            total, gradient = total + value, gradient + slope
            weight += len(block.y) if block.weight is None else float(block.weight.sum())
        penalty, shrinking = self._penalty.smooth_value_and_gradient(params)
        return total / weight + penalty, gradient / weight + shrinking

    def powers(self) -> Powers:
        """Everything: a bowl known exactly, and batches of rows; with l1, its smooth part."""
        kinked = self._penalty.l1 > 0
        return Powers(
            hessian=lambda params: self._bowl.hessian,
            hessian_vector=lambda params: self._bowl.hessian_times,
            bowl=None if kinked else self._bowl,
            proximal=Kinked(self._penalty, self.smooth) if kinked else None,
            on_rows=None if self._blocks is None else self.on_rows,
            batches=None if self._blocks is None else self._batches,
            facts=self._facts | ({"sharpness_bound": self._sharpness()} if kinked else {}),
        )

    def _batches(self) -> RowBatches:
        assert self._blocks is not None  # asked for only where there are rows  # noqa: S101
        return RowBatches.of(
            self._blocks,
            SQUARED,
            intercept=self._intercept,
            penalty=self._penalty,
            threads=self._threads,
        )

    def _sharpness(self) -> Fact:
        return Fact(self._bowl.sharpness, "exact: singular values of the data")


def _bowl(triangle: Triangle, scales: ColumnScales, penalty: Penalty) -> Bowl:
    rows, intercept = triangle.rows, triangle.intercept
    shrink = penalty.shrink[:-1] if intercept else penalty.shrink
    R = triangle.whole(shrink if penalty.l2 else None)
    design = _intercept_last(R[:-1, :-1], intercept) / np.sqrt(rows)
    left, roots, right = np.linalg.svd(design)
    misfit = float(R[-1, -1])
    return Bowl(
        axes=np.ascontiguousarray(right.T),
        roots=roots,
        offset=left.T @ (R[:-1, -1] / np.sqrt(rows)),
        floor=0.5 * misfit * misfit / rows,
        rows=rows,
        rank=len(roots) if penalty.l2 else scales.rank,
        rounding=_rounding(triangle, R, shrink),
    )


def _rounding(triangle: Triangle, R: Array, shrink: Array) -> Rounding:
    """Of the rows; a penalty lengthens the columns, and is worked in by QR."""
    penalised = bool(np.any(shrink))
    level = triangle.level + (4.0 * UNIT * float(np.sqrt(len(R))) if penalised else 0.0)
    if not triangle.intercept:
        norms = np.linalg.norm(R, axis=0) / np.sqrt(triangle.rows)
        return Rounding(level, norms, np.zeros(len(norms) - 1), False, triangle.squared)
    ones, features, target = triangle.norms[0], triangle.norms[1:-1], triangle.norms[-1]
    norms = np.concatenate([np.sqrt(features**2 + shrink), [ones, target]])
    shift = np.append(triangle.shift[:-1], 0.0)
    return Rounding(level, norms, shift, True, triangle.squared)


def _intercept_last(columns: Array, intercept: bool) -> Array:
    return np.roll(columns, -1, axis=1) if intercept else columns
