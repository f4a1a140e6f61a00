"""The largest curvature that rows can have: λ_max of AᵀWA/Σw for A = [X 1], or a bound on it.

Few columns: exactly, from the sums of squares and products. Many: Lanczos from a random start
gives θ <= λ_max, and λ_max <= θ/(1 - ε) but for a chance of at most 1.648 √p exp(-√ε(2k - 1))
after k steps (Kuczynski and Wozniakowski 1992, theorem 4.2); ε is chosen such that the chance
is below 1e-10. The trace bounds it, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from steepest.data.blocks import Block
from steepest.objective.chunks import Part, chunks_of
from steepest.objective.design import dense, row_squares, rows_of
from steepest.objective.losses import SQUARED
from steepest.objective.parallel import Threads, each, thread_count, tree_sum
from steepest.objective.row_pass import RowPass
from steepest.objective.statistics import one_thread_each
from steepest.trace import Array

__all__ = ["FEW_COLUMNS", "largest_eigenvalue", "total_weight"]

FEW_COLUMNS = 200
CHUNK_ROWS = 2_048
STEPS = 40
CHANCE = 1e-10


def total_weight(blocks: Sequence[Block]) -> float:
    """Σ w over all rows; as many as there are where none has a weight."""
    return float(sum(len(b.y) if b.weight is None else b.weight.sum() for b in blocks))


def largest_eigenvalue(
    blocks: Sequence[Block], intercept: bool, threads: Threads
) -> tuple[float, str]:
    """λ_max or an upper bound on it, and how it is known.

    >>> largest_eigenvalue([Block(np.array([[3.0], [4.0]]), np.zeros(2))], False, 2)
    (12.5, 'exact')
    """
    columns = blocks[0].X.shape[1] + intercept
    weight = total_weight(blocks)
    if columns <= FEW_COLUMNS:
        gram = _gram(blocks, intercept, thread_count(threads))
        return float(np.linalg.eigvalsh(gram)[-1]) / weight, "exact"
    walk = RowPass(blocks, SQUARED, intercept=intercept, threads=threads)
    shares = [np.ones(len(b.y)) if b.weight is None else b.weight for b in blocks]
    reached = _lanczos(lambda v: walk.scaled(shares, v), columns)
    bound = reached / (1.0 - _slack(columns))
    trace = sum(
        float((row_squares(block.X) + intercept) @ share)
        for block, share in zip(blocks, shares, strict=True)
    )
    return min(bound, trace) / weight, f"a bound, from {STEPS} products with the data"


def _gram(blocks: Sequence[Block], intercept: bool, threads: int) -> Array:
    columns = blocks[0].X.shape[1] + intercept

    def work(parts: list[Part]) -> Array:
        gram = np.zeros((columns, columns))
        for part in parts:
            for first in range(part.first, part.last, CHUNK_ROWS):
                last = min(first + CHUNK_ROWS, part.last)
                rows = _weighted_rows(blocks[part.block], first, last, intercept)
                gram += rows.T @ rows
        return gram

    with one_thread_each():
        return tree_sum(each(work, chunks_of([b.X for b in blocks], columns**2), threads))


def _weighted_rows(block: Block, first: int, last: int, intercept: bool) -> Array:
    """√w [X 1] of some rows, (n, p)."""
    X = dense(rows_of(block.X, first, last))
    rows = np.hstack([X, np.ones((len(X), 1))]) if intercept else X
    return rows if block.weight is None else rows * np.sqrt(block.weight[first:last])[:, None]


def _slack(columns: int) -> float:
    return (math.log(1.648 * math.sqrt(columns) / CHANCE) / (2 * STEPS - 1)) ** 2


def _lanczos(product: Callable[[Array], Array], size: int) -> float:
    """The largest Ritz value after STEPS steps; only it is wanted, so nothing is kept."""
    here: Array = np.random.default_rng(0).normal(size=size)
    here = here / np.linalg.norm(here)
    before: Array = np.zeros(size)
    diagonal: list[float] = []
    beside = [0.0]
    for _ in range(min(STEPS, size)):
        after: Array = product(here) - beside[-1] * before
        diagonal.append(float(after @ here))
        after -= diagonal[-1] * here
        length = float(np.linalg.norm(after))
        beside.append(length)
        if length <= 1e-14 * abs(diagonal[0]):
            break
        before, here = here, after / length
    inner = beside[1 : len(diagonal)]
    return float(np.linalg.eigvalsh(np.diag(diagonal) + np.diag(inner, 1) + np.diag(inner, -1))[-1])
