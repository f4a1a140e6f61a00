"""How far a pass over rows is, in words: "pass 3: 12.3M of 31M rows, 210 of 270 MB"."""

from __future__ import annotations

__all__ = ["bytes_words", "pass_words", "rows_words", "short_pass_words"]

MANY = ((10**12, "T"), (10**9, "G"), (10**6, "M"))
BYTES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def pass_words(number: int, rows: tuple[int | None, int | None], size: tuple[int, int]) -> str:
    """Which pass, and how much of it is done.

    rows, size:  done, and in all; of rows None where that is not known, of bytes always

    >>> pass_words(3, (12_300_000, 31_000_000), (210_000_000, 270_400_000))
    'pass 3: 12.3M of 31M rows, 210 of 270 MB'
    >>> pass_words(1, (None, None), (0, 3_400_000_000))
    'pass 1: 0 of 3.4 GB'
    """
    done, whole = rows
    parts = [] if done is None else [rows_words(done, whole)]
    return f"pass {number:,}: {', '.join([*parts, bytes_words(*size)])}"


def short_pass_words(number: int, size: tuple[int, int]) -> str:
    """The same where there is little room.

    >>> short_pass_words(2, (101_000_000, 270_400_000))
    'pass 2 of the rows, 37 %'
    """
    done, whole = size
    share = f", {100 * done // whole} %" if whole else ""
    return f"pass {number:,} of the rows{share}"


def rows_words(rows: int, of_rows: int | None) -> str:
    """How many rows, and of how many where that is known.

    >>> rows_words(843_210, 4_000_000), rows_words(2_400_000_000, None)
    ('843,210 of 4M rows', '2.4G rows')
    """
    if of_rows is None:
        return f"{_short(rows)} rows"
    return f"{_short(rows)} of {_short(of_rows)} rows"


def bytes_words(size: int, of_size: int) -> str:
    """How many bytes of how many, in one unit.

    >>> bytes_words(0, 812), bytes_words(80_600_000, 5_368_709_120)
    ('0 of 812 bytes', '0.08 of 5.37 GB')
    """
    for unit, name in BYTES:
        if of_size >= unit:
            return f"{_figures(size / unit)} of {_figures(of_size / unit)} {name}"
    return f"{size} of {of_size} bytes"


def _short(number: int) -> str:
    for unit, name in MANY:
        if number >= unit:
            return f"{_figures(number / unit)}{name}"
    return f"{number:,}"


def _figures(number: float) -> str:
    """Three digits, fewer of what is small beside one, and never an exponent."""
    if number >= 100:
        return f"{round(number):,}"
    text = f"{number:.{1 if number >= 10 else 2}f}"
    return text.rstrip("0").rstrip(".")
