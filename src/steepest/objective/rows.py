"""A mean loss over rows of a linear model: names, checks, and batches of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Design, InMemory, extremes
from steepest.data.sparse import CSR
from steepest.errors import InputError
from steepest.objective.design import pulled, row_squares, scores, taken
from steepest.objective.losses import Loss
from steepest.objective.parallel import Threads
from steepest.objective.penalty import Penalty
from steepest.objective.spectrum import largest_eigenvalue
from steepest.trace import Array

__all__ = [
    "LARGEST",
    "RowBatches",
    "check_block",
    "gathered",
    "in_few_parts",
    "loss_and_gradient",
    "parameter_names",
]

LARGEST = 1e140


def parameter_names(
    features: tuple[str, ...], intercept: bool, classes: Sequence[str] = ()
) -> tuple[str, ...]:
    """The features, then "intercept" where there is one; of each class in turn, if any.

    >>> parameter_names(("a",), True, ("no", "yes"))
    ('no:a', 'no:intercept', 'yes:a', 'yes:intercept')
    """
    names = (*features, "intercept") if intercept else features
    return tuple(f"{own}:{name}" for own in classes for name in names) if classes else names


def check_block(block: Block) -> None:
    """Raise InputError for numbers whose squares leave the range of float64."""
    for what, values in (("features", block.X), ("target", block.y[:, None])):
        largest = max(abs(bound) for bound in extremes(values))
        if largest > LARGEST or 0 < largest < 1 / LARGEST:
            raise InputError(
                f"the largest number of the {what} is {largest:.3g}, whose square is none; use "
                f"other units, so that it lies between {1 / LARGEST:g} and {LARGEST:g}"
            )


def gathered(blocks: Iterable[Block]) -> list[Block]:
    """All blocks at once, see `in_few_parts`."""
    return list(in_few_parts(blocks))


def in_few_parts(blocks: Iterable[Block]) -> Iterable[Block]:
    """The blocks as they come; rows in memory as the one block that they are, without a copy."""
    return [blocks.whole()] if isinstance(blocks, InMemory) else blocks


def loss_and_gradient(
    loss: Loss, X: Design, y: Array, params: Array, intercept: bool, weight: Array | None = None
) -> tuple[float, Array]:
    """The weighted loss summed over the rows of X (m, d), and its gradient, shaped as params.

    params: (p,), or (K, p) for a loss of classes.
    """
    z = scores(X, params, intercept)
    value, slope = loss.value(z, y), loss.slope(z, y)
    if weight is not None:
        value, slope = value * weight, (slope.T * weight).T
    return float(value.sum()), pulled(X, slope, intercept)


@dataclass(frozen=True, slots=True, eq=False)
class RowBatches:
    """Rows held in memory, asked about a few at a time.

    X:        (m, d) dense in C order, so that one row is one stretch of memory, or sparse
    y:        (m,)
    weight:   (m,) relative to their mean, or None where all rows weigh the same
    penalty:  its l2 part is in the value and the gradient; l1 is for the proximal step
    classes:  K scores a row for a loss of classes, else 1
    """

    X: Design
    y: Array
    loss: Loss
    intercept: bool
    weight: Array | None = None
    penalty: Penalty | None = None
    classes: int = 1
    threads: Threads = 2

    @classmethod
    def of(
        cls,
        blocks: Iterable[Block],
        loss: Loss,
        *,
        intercept: bool,
        penalty: Penalty | None = None,
        classes: int = 1,
        threads: Threads = 2,
    ) -> RowBatches:
        """Gather all blocks (an in-memory one is copied only where it is in Fortran order)."""
        block = _joined(gathered(blocks))
        X = block.X if isinstance(block.X, CSR) else np.ascontiguousarray(block.X)
        weight = None if block.weight is None else block.weight / block.weight.mean()
        return cls(X, block.y, loss, intercept, weight, penalty, classes, threads)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.y)

    def value_and_gradient_on(self, params: Array, rows: NDArray[np.int64]) -> tuple[float, Array]:
        """The smooth cost of those rows and its gradient (p,): their mean over all batches is
        the cost of all rows."""
        w = params.reshape(self.classes, -1) if self.loss.scores == "classes" else params
        weight = None if self.weight is None else self.weight[rows]
        X, y = taken(self.X, rows), self.y[rows]
        total, gradient = loss_and_gradient(self.loss, X, y, w, self.intercept, weight)
        value, gradient = total / len(rows), gradient.ravel() / len(rows)
        if self.penalty is None:
            return value, gradient
        extra, shrinking = self.penalty.smooth_value_and_gradient(params)
        return value + extra, gradient + shrinking

    def expected_smoothness(self, batch: int) -> float:
        """m(b-1)/(b(m-1)) L + (m-b)/(b(m-1)) L_max (Gower et al. 2019, proposition 3.8).

        Raises InputError for a loss whose curvature has no bound.
        """
        if self.loss.largest_curvature is None:
            raise InputError(
                f"the curvature of the {self.loss.name} loss has no bound, and so no learning "
                "rate is safe for its batches; give one yourself"
            )
        m = self.rows
        block = Block(self.X, self.y, self.weight)
        whole, _ = largest_eigenvalue([block], self.intercept, self.threads)
        sizes = row_squares(self.X) + self.intercept
        one = float((sizes if self.weight is None else sizes * self.weight).max())
        share = (batch - 1) / (m - 1) if m > 1 else 1.0
        mixed = m / batch * share * whole + (m - batch) / (batch * max(m - 1, 1)) * one
        ridge = 0.0 if self.penalty is None else self.penalty.l2
        return self.loss.largest_curvature * mixed + ridge


def _joined(blocks: Sequence[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    y = np.concatenate([block.y for block in blocks])
    designs = [block.X for block in blocks]
    sparse = [X for X in designs if isinstance(X, CSR)]
    X = _stacked(sparse) if sparse else np.vstack([X for X in designs if not isinstance(X, CSR)])
    weights = [np.ones(len(b.y)) if b.weight is None else b.weight for b in blocks]
    even = all(block.weight is None for block in blocks)
    return replace(blocks[0], X=X, y=y, weight=None if even else np.concatenate(weights))


def _stacked(designs: Sequence[CSR]) -> CSR:
    held = [slice(int(X.indptr[0]), int(X.indptr[-1])) for X in designs]
    data = np.concatenate([X.data[part] for X, part in zip(designs, held, strict=True)])
    indices = np.concatenate([X.indices[part] for X, part in zip(designs, held, strict=True)])
    lengths = np.concatenate([np.diff(X.indptr) for X in designs])
    return CSR(data, indices, np.concatenate([[0], np.cumsum(lengths)]), designs[0].columns)
