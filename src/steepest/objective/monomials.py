"""A table's columns, the monomials made of them, and how well each of those is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import prod

import numpy as np

from steepest.objective.decimals import Reading, read_as_given, read_column
from steepest.trace import Array

__all__ = ["Monomials", "Powers", "read_monomials"]

Powers = Sequence[Sequence[int]]

_EXACT_BITS = 104
"""Of the 106 bits of a sum of two float64: a product of whole numbers is exact up to here."""


@dataclass(frozen=True, slots=True, eq=False)
class Monomials:
    """The columns of a polynomial least squares problem, not yet multiplied out.

    columns:    (m, k) float64, and target (m,)
    powers:     d tuples of k exponents: (2, 1) is x**2 * z
    readings:   what each column stands for, and of_target
    """

    columns: Array
    target: Array
    powers: Powers
    readings: tuple[Reading, ...]
    of_target: Reading

    @property
    def uncertainty(self) -> Array:
        """(d + 1,) how far the values of each monomial and of the target may be off, relative.

        Zero for short decimals whose product fits into two float64; about 1e-31 a factor where
        it may not fit; 1.1e-16 a factor where the given float64 are themselves rounded.
        """
        doubts = [_uncertainty(self.readings, exponents) for exponents in self.powers]
        return np.array([*doubts, _uncertainty([self.of_target], [1])])

    @property
    def either_way(self) -> bool:
        """Whether the values are the same read as decimals and as the float64 given."""
        return all(r.either_way for r in (*self.readings, self.of_target))

    @property
    def units(self) -> list[Decimal]:
        """d + 1 scales, of each monomial and of the column of ones: given / normal.

        In the precision of the decimal context.
        """
        of_columns = [reading.unit for reading in self.readings]
        return [_unit(of_columns, exponents) for exponents in self.powers] + [Decimal(1)]

    def normal(self, rows: slice) -> list[Array]:
        """The columns in these rows, each less than 1 in size; exact."""
        return [r.normal(self.columns[rows, j]) for j, r in enumerate(self.readings)]

    def as_given(self) -> Monomials:
        """The same with every value read as the float64 that it is, never as a decimal."""
        readings = tuple(read_as_given(self.columns[:, j]) for j in range(len(self.readings)))
        return replace(self, readings=readings, of_target=read_as_given(self.target))


def read_monomials(columns: Array, target: Array, powers: Powers) -> Monomials:
    """Read finite columns (m, k) and a target (m,) as what they stand for.

    >>> import numpy as np
    >>> x = np.array([[1.5], [0.25]])
    >>> read_monomials(x, np.array([1 / 3, 2.0]), [(1,), (2,)]).uncertainty > 0
    array([False, False,  True])
    """
    readings = tuple(read_column(columns[:, j]) for j in range(columns.shape[1]))
    return Monomials(columns, target, powers, readings, read_column(target))


def _uncertainty(readings: Sequence[Reading], exponents: Sequence[int]) -> float:
    used = [(r, power) for r, power in zip(readings, exponents, strict=True) if power]
    rounding = sum(r.rounding * power for r, power in used)
    bits = sum(r.exponent * power for r, power in used)
    if all(r.decimals is not None for r, _ in used) and bits <= _EXACT_BITS:
        return 0.0
    # A product of two float64 sums and a float64 is off by at most 3 / 2**106 of itself.
    return 1.01 * rounding + sum(exponents) * 2.0**-104


def _unit(units: Sequence[Decimal], exponents: Sequence[int]) -> Decimal:
    return prod((u**n for u, n in zip(units, exponents, strict=True)), start=Decimal(1))
