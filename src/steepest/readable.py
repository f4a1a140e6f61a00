"""Numbers as people read them: few digits, thousands separators; counts and lists of names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import SupportsFloat

__all__ = ["counted", "listed", "readable", "size_text"]

_MOST_LISTED = 8


def readable(number: SupportsFloat, digits: int = 4) -> str:
    """The number for a sentence or a table: `digits` significant digits, zeros trimmed.

    Whole numbers below 1e9 keep all their digits, because they are often counts. From
    1e-3 up to 1e9 there is no exponent; outside it is written 1.235e-5. Minus zero is 0.

    >>> readable(49_627.318), readable(0.30000000000000004), readable(20_640)
    ('49,630', '0.3', '20,640')
    >>> readable(-1.23456e-5), readable(6.02214e23), readable(-0.0)
    ('-1.235e-5', '6.022e23', '0')
    >>> readable(206_855.8, digits=6), readable(float("-inf")), readable(float("nan"))
    ('206,856', '-infinity', 'not a number')
    """
    exact = Decimal(number) if isinstance(number, int) else Decimal(float(number))
    if not exact.is_finite():
        return _not_finite(float(exact))
    if exact == exact.to_integral_value() and abs(exact) < 10**9:
        return f"{int(exact):,}"
    mantissa, exponent = f"{exact:.{digits - 1}e}".split("e")
    if -3 <= int(exponent) < 9:
        return _trimmed(f"{Decimal(f'{mantissa}e{exponent}'):,f}")
    return f"{_trimmed(mantissa)}e{int(exponent)}"


def _not_finite(number: float) -> str:
    if math.isnan(number):
        return "not a number"
    return "infinity" if number > 0 else "-infinity"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(number: int, noun: str) -> str:
    """A number of things: the noun with an s unless there is just one.

    >>> counted(1, "step"), counted(3_101, "step"), counted(0, "row")
    ('1 step', '3,101 steps', '0 rows')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Sequence[str]) -> str:
    """The names with commas between them, the first eight and how many more there are.

    >>> listed([f"x{i}" for i in range(12)])
    'x0, x1, x2, x3, x4, x5, x6, x7 and 4 more'
    """
    more = f" and {len(names) - _MOST_LISTED:,} more" if len(names) > _MOST_LISTED else ""
    return f"{', '.join(names[:_MOST_LISTED])}{more}"


def size_text(size: int) -> str:
    """Bytes as `--memory` takes them, exactly: in the unit that needs the fewest signs.

    >>> size_text(400_000_000), size_text(1_610_612_736), size_text(123_456_789)
    ('400MB', '1.5GiB', '123456789')
    """
    written = [str(size)]
    for power, names in enumerate((("kB", "KiB"), ("MB", "MiB"), ("GB", "GiB"), ("TB", "TiB")), 1):
        for name, unit in zip(names, (1000**power, 1024**power), strict=True):
            number = f"{size / unit:.3f}".rstrip("0").rstrip(".")
            if float(number) * unit == size:
                written.append(f"{number}{name}")
    return min(written, key=len)
