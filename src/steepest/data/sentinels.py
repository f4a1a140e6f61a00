"""Numbers that stand for something else: -999 and the like, far from all that is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["find_sentinels"]

_REPEATED = 2
_APART = 0.1  # widths of the range
_NINES = tuple(sign * (10.0**digits - 1) for digits in range(2, 10) for sign in (-1, 1))
_SENTINELS = (*_NINES, -1.0, -9.0, 1e10, 1e20, -1e20, 1e30, -1e30)


def find_sentinels(values: pl.Series, low: float | None, high: float | None) -> tuple[float, ...]:
    """Those outside the range from low to high that two rows or more hold, rising.

    >>> import polars as pl
    >>> find_sentinels(pl.Series([3.0, -1.0, 99.0, -1.0, 4.0]), 1.0, 5.0)
    (-1.0,)
    """
    if low is None or high is None:
        return ()
    found = values.filter(values.is_in(list(_SENTINELS)))
    found = found.filter((found < low) | (found > high))
    if found.is_empty():
        return ()
    rest = values.filter(~values.is_in(found.unique().to_list()))
    counted = found.alias("value").value_counts(name="rows").sort("value")
    return tuple(
        float(value)
        for value, rows in counted.iter_rows()
        if rows >= _REPEATED and _is_apart(value, low, high) and _stands_apart(rest, value)
    )


def _is_apart(value: float, low: float, high: float) -> bool:
    """Another sign than all that is known, or well outside: 99 is none where there was 97."""
    if value < 0 <= low:
        return True
    return max(low - value, value - high) >= _APART * (high - low)


def _stands_apart(rest: pl.Series, value: float) -> bool:
    """Nothing else lies as far out: 99 is no mark where other rows have 98 and 101."""
    if rest.is_empty():
        return True
    return bool((rest > value).all()) or bool((rest < value).all())
