"""Proofs that classes can be told apart, so that the minimum lies at infinity.

Source: Albert and Anderson 1984, "On the existence of maximum likelihood estimates in logistic
regression models". Rows of weight 0 do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Design
from steepest.data.sparse import CSR
from steepest.objective.design import rows_of, scores, taken
from steepest.trace import Array

__all__ = [
    "ends_of",
    "on_own_side",
    "one_class_column",
    "own_side",
    "standing_out",
    "standing_out_said",
    "wrong_rows",
]

CHUNK_ROWS = 8_192


def own_side(blocks: Sequence[Block], params: Array, intercept: bool) -> str | None:
    """A proof that the classes can be told apart perfectly, or None.

    Where every row lies strictly on its own side of Xw + b = 0 (where its own class has the
    strictly highest score; params (p,) or (K, p)), growing the parameters lowers the loss for
    ever.
    """
    rows = 0
    for block in _counting(blocks):
        if wrong_rows([block], params, intercept):
            return None
        rows += len(block.y)
    return on_own_side(rows)


def wrong_rows(blocks: Sequence[Block], params: Array, intercept: bool) -> int:
    """How many rows that count are not strictly on their own side."""
    margins = (_margins(scores(block.X, params, intercept), block.y) for block in _counting(blocks))
    return sum(len(margin) - int(np.count_nonzero(margin > 0)) for margin in margins)


def on_own_side(rows: int) -> str:
    """That no row is on the wrong side, in a sentence."""
    return (
        f"all {rows:,} rows are on their own side of the boundary: the classes can "
        "be told apart perfectly, and growing the coefficients lowers the loss for ever"
    )


def _margins(z: Array, y: Array) -> Array:
    if z.ndim == 1:
        return np.where(y > 0.5, z, -z)
    rows, own = np.arange(len(z)), y.astype(np.int64)
    others = z.copy()
    others[rows, own] = -np.inf
    return z[rows, own] - others.max(axis=1)


def one_class_column(blocks: Sequence[Block], names: Sequence[str], classes: int) -> str | None:
    """A column that pulls its coefficient to infinity, in a sentence, or None.

    Where all rows above a column's least value (or below its greatest) are of one class, or
    none of them of some class, growing its coefficient never raises the loss: the classes are
    quasi-separated. A one-hot level whose rows are all of one class does it. There must be an
    intercept.
    """
    low, high = ends_of(blocks, len(names))
    return standing_out_said(names, *standing_out(blocks, low, high, classes))


def ends_of(blocks: Sequence[Block], columns: int) -> tuple[Array, Array]:
    """(d,) the least and the greatest value of each column over the rows that count."""
    low, high = np.full(columns, np.inf), np.full(columns, -np.inf)
    for block in _counting(blocks):
        least, greatest = _ends(block)
        low, high = np.minimum(low, least), np.maximum(high, greatest)
    return low, high


def standing_out(
    blocks: Sequence[Block], low: Array, high: Array, classes: int
) -> tuple[Array, Array]:
    """(K, d) how many rows of each class are above `low` and below `high` (d,) in each column."""
    above, below = np.zeros((classes, len(low))), np.zeros((classes, len(low)))
    for block in _counting(blocks):
        for k in range(classes):
            rows = np.flatnonzero(block.y == k)
            if rows.size:
                above[k] += _standing_out(block.X, rows, low, 1)
                below[k] += _standing_out(block.X, rows, high, -1)
    return above, below


def standing_out_said(names: Sequence[str], above: Array, below: Array) -> str | None:
    """The first column whose rows that stand out lack a class, in a sentence; None: there is none.

    above, below: (K, d), see `standing_out`
    """
    for j, name in enumerate(names):
        for counts in (above[:, j], below[:, j]):
            if counts.any() and not counts.all():
                return _sentence(name, counts)
    return None


def _sentence(name: str, counts: Array) -> str:
    rows = f"the {int(counts.sum()):,} rows that stand out in {name} are"
    if np.count_nonzero(counts) == 1:
        said = f"{rows} all of one class"
    else:
        said = f"{rows} none of class {int(np.argmin(counts))}"
    return f"{said}: its coefficient grows for ever, and its size means nothing"


def _counting(blocks: Sequence[Block]) -> list[Block]:
    """The rows of positive weight, in chunks."""
    chunks: list[Block] = []
    for block in blocks:
        for first in range(0, len(block.y), CHUNK_ROWS):
            last = min(first + CHUNK_ROWS, len(block.y))
            X, y = rows_of(block.X, first, last), block.y[first:last]
            chunks.append(Block(X, y) if block.weight is None else _weighty(X, y, block, first))
    return [chunk for chunk in chunks if len(chunk.y)]


def _weighty(X: Design, y: Array, block: Block, first: int) -> Block:
    assert block.weight is not None  # noqa: S101
    rows = np.flatnonzero(block.weight[first : first + len(y)] > 0)
    return Block(X, y) if len(rows) == len(y) else Block(taken(X, rows), y[rows])


def _ends(block: Block) -> tuple[Array, Array]:
    X = block.X
    if not isinstance(X, CSR):
        return np.asarray(X.min(axis=0), np.float64), np.asarray(X.max(axis=0), np.float64)
    columns, values = _held(X)
    low, high = np.full(X.columns, np.inf), np.full(X.columns, -np.inf)
    np.minimum.at(low, columns, values)
    np.maximum.at(high, columns, values)
    zeros = np.bincount(columns, minlength=X.columns) < len(X)
    return np.where(zeros, np.minimum(low, 0.0), low), np.where(zeros, np.maximum(high, 0.0), high)


def _standing_out(X: Design, rows: NDArray[np.int64], end: Array, side: int) -> Array:
    """How many of those rows are beyond `end` (d,) in each column: above for side 1, else below."""
    part = taken(X, rows)
    if not isinstance(part, CSR):
        return np.count_nonzero(side * (part - end) > 0, axis=0).astype(np.float64)
    columns, values = _held(part)
    beyond = np.bincount(columns[side * (values - end[columns]) > 0], minlength=part.columns)
    zeros = len(part) - np.bincount(columns, minlength=part.columns)
    return np.asarray(beyond + np.where(side * (0.0 - end) > 0, zeros, 0), dtype=np.float64)


def _held(X: CSR) -> tuple[NDArray[np.int64], Array]:
    held = slice(int(X.indptr[0]), int(X.indptr[-1]))
    return X.indices[held].astype(np.int64), X.data[held].astype(np.float64)
