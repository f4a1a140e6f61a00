"""Normal equations in standardised columns, in decimal arithmetic of any length.

From the whole numbers of `exact_gram`: every column gets length 1, and mean 0 where there is an
intercept, so that what a coefficient contributes can be read off its size. The inverse of the
Cholesky factor is built column by column, and a column that adds nothing to those before it is
left out. Every function here works in the precision of the caller's decimal context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.objective.exact_gram import BITS, Integers
from steepest.trace import Array

__all__ = ["Decimals", "StandardEquations", "as_decimals", "as_floats", "factor", "standardise"]

Decimals = NDArray[np.object_]

_COLLINEAR = Decimal("1e-60")
"""The squared distance, of a column of length 1 to the others, that counts as none."""

_decimal = np.frompyfunc(Decimal, 1, 1)
_root = np.frompyfunc(Decimal.sqrt, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class StandardEquations:
    """Normal equations of p columns of length 1 and a target of length 1 before centring.

    gram:     (p, p) decimals, ones on the diagonal; zeros in the row of a constant column
    moments:  (p,) decimals, the inner products of the columns with the target
    power:    the squared length of the target, less than 1 where it was centred
    means:    (p + 1,) decimals, the inner products of the columns and of the target with a
              column of ones of length 1; zeros without an intercept
    spreads:  (p + 1,) decimals, what the columns and the column of ones were divided by
    length:   what the target was divided by, in the same unit
    doubt:    (p + 1,) how far the columns and the target may be off, in Euclidean length
    """

    gram: Decimals
    moments: Decimals
    power: Decimal
    means: Decimals
    spreads: Decimals
    length: Decimal
    doubt: Array


def standardise(gram: Integers, doubt: Array, *, intercept: bool) -> StandardEquations:
    """Centre (with an intercept) and scale the whole numbers of `exact_gram`.

    gram:   (p + 2, p + 2) integers: p columns, the ones, the target
    doubt:  (p + 1,) how far the columns and the target may be off, relative to their values

    Source: the centred Gram matrix is the Schur complement of the column of ones.
    """
    ones = len(gram) - 2
    rows, sums = gram[ones, ones], gram[ones]
    centred = rows * gram - np.outer(sums, sums) if intercept else rows * gram
    given = [i for i in range(len(gram)) if i != ones]
    lengths = _roots(rows * np.diagonal(gram)[given])
    spreads = _roots(np.diagonal(centred)[given])
    spreads[-1] = lengths[-1]
    spreads[spreads == 0] = Decimal(1)
    standard = as_decimals(centred[np.ix_(given, given)]) / np.outer(spreads, spreads)
    # Of every value that does not fit, less than a unit is cut off after the last bit kept.
    cut = as_decimals((doubt > 0) * 1.0) * (Decimal(rows) / 2**BITS)
    return StandardEquations(
        gram=standard[:-1, :-1],
        moments=standard[:-1, -1],
        power=standard[-1, -1],
        means=as_decimals(sums[given] * int(intercept)) / spreads,
        spreads=np.append(spreads[:-1], as_decimals([rows])),
        length=spreads[-1],
        doubt=as_floats((as_decimals(doubt) * lengths + cut) / spreads),
    )


def factor(gram: Decimals, columns: Sequence[int]) -> tuple[list[int], Decimals]:
    """The columns that are independent of those before them, and R^-T of their Gram matrix.

    gram (n, n) decimals; columns are indices into it. With r columns kept, the second answer
    is lower triangular (r, r), and root' root is the inverse of gram[kept, kept].

    Source: Gram-Schmidt on the columns of the Gram matrix.

    >>> gram = np.array([[Decimal(4), Decimal(8)], [Decimal(8), Decimal(16)]])
    >>> factor(gram, [0, 1])  # the second column is twice the first
    ([0], array([[Decimal('0.5')]], dtype=object))
    """
    kept: list[int] = []
    root: Decimals = np.full((len(columns), len(columns)), Decimal(0), dtype=object)
    for column in columns:
        r = len(kept)
        shadow = root[:r, :r] @ gram[kept, column]
        distance = gram[column, column] - shadow @ shadow
        if distance > _COLLINEAR:
            root[r, :r], root[r, r] = -(shadow @ root[:r, :r]), Decimal(1)
            root[r, : r + 1] /= distance.sqrt()
            kept.append(column)
    return kept, root[: len(kept), : len(kept)]


def as_decimals(numbers: ArrayLike) -> Decimals:
    """Integers or float64 of any shape (n, ...) as decimals, exactly."""
    return np.asarray(_decimal(np.asarray(numbers)), dtype=object)


def as_floats(numbers: Decimals) -> Array:
    """Decimals of any shape, each rounded to the nearest float64."""
    return np.asarray(numbers, dtype=np.float64)


def _roots(numbers: Integers) -> Decimals:
    return np.asarray(_root(as_decimals(numbers)), dtype=object)
