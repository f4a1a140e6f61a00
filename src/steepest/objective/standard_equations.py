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
from numpy.typing import NDArray

from steepest.objective.exact_gram import Integers
from steepest.trace import Array

__all__ = ["Decimals", "StandardEquations", "factor", "standardise"]

Decimals = NDArray[np.object_]

_COLLINEAR = Decimal("1e-60")
"""The squared distance, of a column of length 1 to the others, that 120 digits call zero."""

_decimal = np.frompyfunc(Decimal, 1, 1)
_root = np.frompyfunc(Decimal.sqrt, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class StandardEquations:
    """Normal equations of p columns of length 1 and a target of length 1 before centring.

    gram:      (p, p) decimals, ones on the diagonal; zeros in the row of a constant column
    moments:   (p,) decimals, the columns' inner products with the target
    power:     the squared length of the target, less than 1 where it was centred
    means:     (p + 1,) decimals, of the columns and the target; zeros without an intercept
    spreads:   (p + 1,) decimals: given = standard * spread, of the columns and of the ones
    length:    of the target
    stretch:   (p,) length before centring over length after it; infinite for a constant
    sizes:     (p + 1,) lengths before centring, of the columns and the target, in units of the
               last bit that was kept
    intercept: whether there is one
    """

    gram: Decimals
    moments: Decimals
    power: Decimal
    means: Decimals
    spreads: Decimals
    length: Decimal
    stretch: Array
    sizes: Array
    intercept: bool


