"""Numbers that stand for something else: -999 and the like, far from all that is measured."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SENTINELS", "find_sentinels"]

_REPEATED = 2
_APART = 0.1  # widths of the range
_NINES = tuple(sign * (10.0**digits - 1) for digits in range(2, 10) for sign in (-1, 1))
SENTINELS = (*_NINES, -1.0, -9.0, 1e10, 1e20, -1e20, 1e30, -1e30)


def find_sentinels(
    marks: Mapping[float, int],
    rest: tuple[float | None, float | None],
    low: float | None,
    high: float | None,
) -> tuple[float, ...]:
    """Those that two rows or more hold, rising.

    marks:      numbers among `SENTINELS` outside the range from low to high -> rows
    rest:       the least and the most of all other numbers; None where there are none

    >>> find_sentinels({-1.0: 2, 99.0: 1}, (3.0, 4.0), 1.0, 5.0)
    (-1.0,)
    """
    if low is None or high is None:
        return ()
    return tuple(
        value
        for value, rows in sorted(marks.items())
        if rows >= _REPEATED and _is_apart(value, low, high) and _stands_apart(rest, value)
    )


def _is_apart(value: float, low: float, high: float) -> bool:
    """Another sign than all that is known, or well outside: 99 is none where there was 97."""
    if value < 0 <= low:
        return True
    return max(low - value, value - high) >= _APART * (high - low)


def _stands_apart(rest: tuple[float | None, float | None], value: float) -> bool:
    """Nothing else lies as far out: 99 is no mark where other rows have 98 and 101."""
    least, most = rest
    if least is None or most is None:
        return True
    return least > value or most < value
