"""The Gram matrix of a table's columns and their monomials, added up without any rounding.

Normal equations have a bad name because forming A'A in float64 loses twice the digits that A
itself puts at risk. Nothing is lost when nothing is rounded: every value is cut into slices of
20 bits; the product of two slices has 40 bits, 4,096 of them add up to at most 52, and so a
plain float64 matrix product of the slices is exact, at the speed of one. Only the sums of whole
numbers that remain, p x p of them, are left to Python's integers.

Monomials are formed as unevaluated sums of two float64 (about 106 bits). No wider type is
needed, so the answer is the same on every platform.

Sources: Ozaki, Ogita, Oishi and Rump 2012, "Error-free transformations of matrix
multiplication by using fast routines of matrix multiplication", Numerical Algorithms 59;
Dekker 1971 (exact product); Joldes, Muller and Popescu 2017, "Tight and rigorous error bounds
for basic building blocks of double-word arithmetic" (error of the products).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.objective.monomials import Monomials
from steepest.trace import Array

__all__ = ["BITS", "Integers", "exact_gram"]

Integers = NDArray[np.object_]

BITS = 120
"""Bits kept of every value below the power of two above the largest of its column."""

_SLICE = 20
_SLICES = BITS // _SLICE
_ROWS = 4096
_SPLITTER = 2.0**27 + 1.0


def exact_gram(table: Monomials) -> Integers:
    """The inner products of d monomials, a column of ones and the target, as whole numbers.

    Returns (d + 2, d + 2) Python integers in units of 4**-BITS: the monomials of the `normal`
    columns first, then the ones, then the `normal` target.

    Source: Ozaki et al. 2012, section 3.

    >>> import numpy as np
    >>> from steepest.objective.monomials import read_monomials
    >>> table = read_monomials(np.array([[1.0], [2.0]]), np.array([3.0, 5.0]), [(1,)])
    >>> [int(v) / 4**BITS for v in exact_gram(table)[0]]  # x is read as 4, y as 8 times normal
    [0.3125, 0.75, 0.40625]
    """
    size = len(table.powers) + 2
    total: Integers = np.full((size, size), 0, dtype=object)
    for start in range(0, len(table.target), _ROWS):
        total += _product(_cut(*_block(table, slice(start, start + _ROWS))))
    return total


def _block(table: Monomials, rows: slice) -> tuple[Array, Array]:
    """The columns of `exact_gram` in some rows, (n, d + 2), as sums high + low."""
    normal, target = table.normal(rows), table.of_target.normal(table.target[rows])
    high = np.ones((len(target), len(table.powers) + 2), order="F")
    low = np.zeros_like(high)
    for j, exponents in enumerate(table.powers):
        factors = [v for v, power in enumerate(exponents) for _ in range(power)]
        for n, v in enumerate(factors):
            # The first factor replaces a column of ones.
            times = (normal[v], low[:, j]) if n == 0 else _times(high[:, j], low[:, j], normal[v])
            high[:, j], low[:, j] = times
    high[:, -1] = target
    return high, low


def _times(high: Array, low: Array, factor: Array) -> tuple[Array, Array]:
    """(high + low) * factor as a new sum of two; relative error below 2**-104."""
    product = high * factor
    rest = _product_error(high, factor, product) + low * factor
    total = product + rest
    return total, rest - (total - product)


def _product_error(a: Array, b: Array, product: Array) -> Array:
    """a * b - product, exactly: Dekker's splitting, since NumPy has no fused multiply-add."""
    a_top, a_rest = _split(a)
    b_top, b_rest = _split(b)
    return a_rest * b_rest - (((product - a_top * b_top) - a_rest * b_top) - a_top * b_rest)


def _split(values: Array) -> tuple[Array, Array]:
    scaled = _SPLITTER * values
    top = scaled - (scaled - values)
    return top, values - top


def _cut(high: Array, low: Array) -> list[Array]:
    """Slices of whole numbers up to 2**20: high + low = sum of slice_l * 2**(-20 (l + 1))."""
    slices: list[Array] = []
    while len(slices) < _SLICES and (high.any() or low.any()):
        high, low = high * 2.0**_SLICE, low * 2.0**_SLICE
        whole, whole_of_low = np.rint(high), np.rint(low)
        slices.append(whole + whole_of_low)
        high, low = high - whole, low - whole_of_low
    return slices


def _product(slices: list[Array]) -> Integers:
    """The Gram matrix of one block of rows from its slices, in units of 4**-BITS."""
    count, size = len(slices), slices[0].shape[1]
    stacked = np.concatenate(slices, axis=1)
    products = (stacked.T @ stacked).reshape(count, size, count, size)
    total: Integers = np.full((size, size), 0, dtype=object)
    for order in range(2 * count - 1):
        pairs = [(a, order - a) for a in range(count) if 0 <= order - a < count]
        # Up to six sums of at most 2**52 each fit an int64.
        part = sum(products[a, :, b, :].astype(np.int64) for a, b in pairs)
        total += np.asarray(part, dtype=object) * (1 << 2 * BITS - _SLICE * (order + 2))
    return total
