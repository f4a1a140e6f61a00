"""Least squares: the mean squared error of a linear model, known exactly after one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from steepest.data.blocks import Block, Blocks, InMemory
from steepest.objective.bowl import Bowl
from steepest.objective.column_scales import ColumnScales
from steepest.objective.losses import SQUARED
from steepest.objective.objective import Powers
from steepest.objective.rows import RowBatches, check_block, parameter_names
from steepest.trace import Array

__all__ = ["LeastSquares"]


class LeastSquares:
    """J(w, b) = 1/(2m) Σ (w·xᵢ + b - yᵢ)², over m rows with d features.

    X: (m, d) float64; y: (m,) float64. The parameters are the d weights, then the
    intercept b where there is one. One pass over the rows reduces them to a triangle R with
    RᵀR = AᵀA for A = [1 X y] (QR, so that the condition number is not squared; row blocks
    are combined as in Demmel et al. 2012, "Communication-optimal parallel and sequential QR
    and LU factorizations"). From then on J, its gradient and any step of batch descent
    cost O(p²), whatever m is.

    Raises InputError where shapes do not fit or a value is not finite.

    >>> import numpy as np
    >>> objective = LeastSquares(np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 6.0]))
    >>> value, gradient = objective.value_and_gradient(np.zeros(2))
    >>> round(value, 6), gradient.round(6).tolist(), objective.names
    (9.333333, [-9.333333, -4.0], ('x0', 'intercept'))
    """

    def __init__(
        self,
        X: Array,
        y: Array,
        *,
        intercept: bool = True,
        names: Sequence[str] | None = None,
    ) -> None:
        self._set(InMemory(X, y, names=names), intercept)

    @classmethod
    def from_blocks(cls, blocks: Blocks, *, intercept: bool = True) -> LeastSquares:
        """The same objective over rows that come block by block, from anywhere."""
        objective = cls.__new__(cls)
        objective._set(blocks, intercept)
        return objective

    def _set(self, blocks: Blocks, intercept: bool) -> None:
        self._blocks = blocks
        self._intercept = intercept
        self._names = parameter_names(blocks.names, intercept)
        triangle, rows = reduce_to_triangle(blocks, intercept)
        self._bowl = _bowl(triangle, rows, intercept)
        self._facts = ColumnScales.of(triangle, rows, intercept).facts()

    @property
    def names(self) -> tuple[str, ...]:
        """The d features, then "intercept" where there is one."""
        return self._names

    @property
    def bowl(self) -> Bowl:
        """The quadratic that this cost is, exactly."""
        return self._bowl

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        """J and its gradient (p,) at params (p,)."""
        return self._bowl.loss(params), self._bowl.gradient(params)

    def powers(self) -> Powers:
        """Everything: a bowl known exactly, and batches of rows."""
        return Powers(
            hessian=lambda params: self._bowl.hessian,
            bowl=self._bowl,
            batches=lambda: RowBatches.of(self._blocks, SQUARED, intercept=self._intercept),
            facts=self._facts,
        )


def reduce_to_triangle(blocks: Iterable[Block], intercept: bool) -> tuple[Array, int]:
    """The triangle R of A = [1 X y] (n, n), with the intercept's column first, and m."""
    triangle: Array | None = None
    rows = 0
    for block in blocks:
        check_block(block)
        ones = [np.ones((len(block.y), 1))] if intercept else []
        stacked = np.hstack([*ones, block.X, block.y[:, None]])
        if triangle is not None:
            stacked = np.vstack([triangle, stacked])
        triangle = np.asarray(np.linalg.qr(stacked, mode="r"), dtype=np.float64)
        rows += len(block.y)
    assert triangle is not None  # blocks are never empty  # noqa: S101
    width = triangle.shape[1]
    square = np.zeros((width, width))
    square[: triangle.shape[0]] = triangle
    return square, rows


def _bowl(triangle: Array, rows: int, intercept: bool) -> Bowl:
    design = _intercept_last(triangle[:-1, :-1], intercept) / np.sqrt(rows)
    left, roots, right = np.linalg.svd(design)
    misfit = float(triangle[-1, -1])
    return Bowl(
        axes=np.ascontiguousarray(right.T),
        roots=roots,
        offset=left.T @ (triangle[:-1, -1] / np.sqrt(rows)),
        floor=0.5 * misfit * misfit / rows,
        rows=rows,
        rank=ColumnScales.of(triangle, rows, intercept).rank,
    )


def _intercept_last(columns: Array, intercept: bool) -> Array:
    return np.roll(columns, -1, axis=1) if intercept else columns
