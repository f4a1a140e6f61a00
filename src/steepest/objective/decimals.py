"""What the float64 values of a column stand for: short decimals, or rounded numbers.

A table holds decimals: -6.860120914 is what was written, and the float64 nearest to it is off
by up to one part in 2^53. A decimal of at most 15 significant digits can be recovered from its
float64 without doubt, so it is: the column is then whole numbers over a power of ten, known
exactly. A column in which any value needs more digits was computed or measured; its float64
values are taken as they are, and as known to half a unit in their last place only. It matters:
were NIST's filip known no better than that, 5 of its digits could be vouched for instead of 14.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from steepest.trace import Array

__all__ = ["ROUNDING", "Reading", "read_as_given", "read_column"]

ROUNDING = 2.0**-53
"""Half a unit in the last place of a float64, relative to its value."""

_LONGEST_DECIMAL = 1e15  # 15 digits always survive a round trip through float64
_LARGEST_INTEGER = 2.0**53
_MOST_DECIMALS = 22  # 10**22 is the last power of ten that float64 holds exactly
_GLANCE = 64


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column is read: value = normal * 2**exponent / 10**decimals, and |normal| < 1.

    decimals:  places after the point; None where the values are read as binary numbers
    exponent:  the power of two that brings the largest value under 1
    rounding:  how far a value may be from what it stands for, relative to it: 0 or 2**-53
    """

    decimals: int | None
    exponent: int
    rounding: float = 0.0

    @property
    def either_way(self) -> bool:
        """Whether what is read are the float64 themselves: whole numbers, or no decimals."""
        return self.decimals in (0, None)

    @property
    def unit(self) -> Decimal:
        """value / normal, to the precision of the decimal context."""
        return Decimal(2) ** self.exponent / Decimal(10) ** (self.decimals or 0)

    def normal(self, values: Array) -> Array:
        """The values (n,) of this column, scaled without rounding to less than 1."""
        whole = values if self.decimals is None else np.rint(values * 10.0**self.decimals)
        return np.ldexp(whole, -self.exponent)


def read_column(values: Array) -> Reading:
    """Find what a column of finite float64 values, shape (m,), stands for.

    Source: a quotient of two float64 is rounded correctly (IEEE 754), so whole / 10**n == value
    says that value is the float64 nearest to that decimal.

    >>> import numpy as np
    >>> read_column(np.array([-6.860120914, 0.5])).decimals
    9
    >>> print(read_column(np.array([0.1 + 0.2, 0.5])).decimals)
    None
    """
    for decimals in range(_MOST_DECIMALS + 1):
        # A glance at the first values settles nearly every column that is not of this kind.
        if _is_decimal(values[:_GLANCE], decimals) and _is_decimal(values, decimals):
            return Reading(decimals, _exponent(np.rint(values * 10.0**decimals)))
    return Reading(None, _exponent(values), ROUNDING)


def read_as_given(values: Array) -> Reading:
    """Read a column of finite float64 values, shape (m,), as exactly these binary numbers.

    >>> import numpy as np
    >>> read_as_given(np.array([0.1, 5.0]))
    Reading(decimals=None, exponent=3, rounding=0.0)
    """
    return Reading(None, _exponent(values))


def _is_decimal(values: Array, decimals: int) -> bool:
    with np.errstate(over="ignore"):
        whole = np.rint(values * 10.0**decimals)
    longest = _LONGEST_DECIMAL if decimals else _LARGEST_INTEGER
    short = np.abs(whole) <= longest
    return bool(np.all(short & (whole / 10.0**decimals == values)))


def _exponent(values: Array) -> int:
    return int(np.frexp(np.max(np.abs(values), initial=0.0))[1])
