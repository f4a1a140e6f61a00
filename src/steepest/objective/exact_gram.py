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

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.objective.decimals import Reading
from steepest.trace import Array

__all__ = ["BITS", "Integers", "Powers", "exact_gram", "monomial_uncertainty", "monomials"]

Integers = NDArray[np.object_]
Powers = Sequence[Sequence[int]]

BITS = 120
"""Bits kept of every value below the power of two above the largest of its column."""

_SLICE = 20
_SLICES = BITS // _SLICE
_ROWS = 4096
_EXACT_BITS = 104  # of 106: a product of two float64 sums stays exact up to here
_SPLITTER = 2.0**27 + 1.0


def exact_gram(
    columns: Array, readings: Sequence[Reading], powers: Powers, target: Array, of_target: Reading
) -> Integers:
    """The inner products of d monomials, a column of ones and the target, as whole numbers.

    columns (m, k) and target (m,) are float64 and finite; readings says what each column
    stands for; powers holds d tuples of k exponents. Returns (d + 2, d + 2) Python integers,
    in units of 4**-BITS: monomials of the `normal` columns first, then ones, then the target.

    Source: Ozaki et al. 2012, section 3.

    >>> import numpy as np
    >>> from steepest.objective.decimals import read_column
    >>> x, y = np.array([[1.0], [2.0]]), np.array([3.0, 5.0])
    >>> gram = exact_gram(x, [read_column(x[:, 0])], [(1,)], y, read_column(y))
    >>> [int(v) * 4 * 8 / 4**BITS for v in gram[0]]  # x is read as 4 * normal, y as 8 * normal
    [10.0, 24.0, 13.0]
    """
    size = len(powers) + 2
    total: Integers = np.full((size, size), 0, dtype=object)
    for start in range(0, len(target), _ROWS):
        rows = slice(start, start + _ROWS)
        normal = [r.normal(columns[rows, j]) for j, r in enumerate(readings)]
        high, low = monomials(normal, powers, len(target[rows]))
        high[:, -2] = 1.0
        high[:, -1] = of_target.normal(target[rows])
        total += _product(_cut(high, low))
    return total


def monomials(normal: Sequence[Array], powers: Powers, rows: int) -> tuple[Array, Array]:
    """The monomials of k columns (n,) as sums high + low, each (n, d + 2); two columns spare."""
    high, low = np.ones((rows, len(powers) + 2), order="F"), np.zeros((rows, len(powers) + 2))
    for j, exponents in enumerate(powers):
        factors = [v for v, power in enumerate(exponents) for _ in range(power)]
        for n, v in enumerate(factors):
            if n == 0:
                high[:, j] = normal[v]
            else:
                high[:, j], low[:, j] = _times(high[:, j], low[:, j], normal[v])
    return high, low


def monomial_uncertainty(readings: Sequence[Reading], exponents: Sequence[int]) -> float:
    """How far the values of a monomial may be from what they stand for, relative to them.

    Zero where its columns are short decimals and the product fits; about 1e-31 a factor where
    it does not fit; 1.1e-16 a factor where the given float64 are themselves rounded.
    """
    used = [(r, power) for r, power in zip(readings, exponents, strict=True) if power]
    rounding = sum(r.rounding * power for r, power in used)
    bits = sum((r.bits or 0) * power for r, power in used)
    if rounding == 0.0 and bits <= _EXACT_BITS:
        return 0.0
    return 1.01 * rounding + (sum(exponents) + 1) * 2.0**-103


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
