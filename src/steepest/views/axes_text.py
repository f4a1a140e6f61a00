"""The words and numbers along the axes of a picture."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, log10
from typing import Any

from steepest.readable import readable
from steepest.views.markup import plain

__all__ = [
    "decades",
    "label_axes",
    "number_axis",
    "power_label",
    "short",
    "tick_labels",
    "unseen_glyphs_allowed",
]

LONGEST = 36
LONGEST_UPWARDS = 28
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(name: str, longest: int = LONGEST) -> str:
    """A name on one line, with its middle left out where it is too long.

    >>> short("median house value"), short("a very long name indeed", 12)
    ('median house value', 'a very…indeed')
    """
    line = " ".join(plain(name).split())
    if len(line) <= longest:
        return line
    half = longest // 2
    return f"{line[:half].rstrip()}…{line[-half:].lstrip()}"


def label_axes(axes: Any, x: str, y: str) -> None:
    """Name both axes; dollar signs in the names are dollar signs."""
    axes.set_xlabel(short(x), parse_math=False)
    axes.set_ylabel(short(y, LONGEST_UPWARDS), parse_math=False)


def number_axis(axis: Any, *, log: bool = False, whole: bool = False, most: int = 5) -> None:
    """Few ticks with numbers in full on one axis; powers of ten, and zero, where it is log.

    whole: only whole numbers have a place on it
    """
    from matplotlib.ticker import Formatter, Locator, MaxNLocator, NullLocator

    class Decades(Locator):
        # matplotlib's own asks for powers of ten beyond the axis, which overflow near 1e308
        def __call__(self) -> list[float]:
            return self.tick_values(*axis.get_view_interval())

        def tick_values(self, vmin: float, vmax: float) -> list[float]:
            low, high = min(vmin, vmax), max(vmin, vmax)
            return decades(low, high, most) if low > 0 else [0.0, *decades(1.0, high, most)]

    class InFull(Formatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return readable(x, 6)

        def format_ticks(self, values: list[float]) -> list[str]:
            return tick_labels([float(value) for value in values])

    class Powers(Formatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return power_label(x)

    if log:
        axis.set_major_locator(Decades())
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(Powers())
    else:
        steps = [1, 2, 5, 10] if whole else [1, 2, 2.5, 5, 10]
        axis.set_major_locator(MaxNLocator(most, steps=steps, integer=whole, min_n_ticks=1))
        axis.set_major_formatter(InFull())


def decades(low: float, high: float, most: int) -> list[float]:
    """Powers of ten from `low` to `high`, both above zero; at most `most`, evenly spaced.

    >>> decades(0.5, 2000.0, 5), decades(1e-9, 1e300, 5)
    ([1.0, 10.0, 100.0, 1000.0], [1.0, 1e+100, 1e+200, 1e+300])
    """
    if high < low:
        return []
    first, last = ceil(log10(low)), floor(log10(high))
    strides = (1, 2, 3, 5, 10, 20, 50, 100, 200)
    stride = next((s for s in strides if (last - first) // s < most), 400)
    return [10.0**k for k in range(-(-first // stride) * stride, last + 1, stride)]


def tick_labels(values: list[float]) -> list[str]:
    """Evenly spaced numbers with as many decimals as their spacing needs.

    >>> tick_labels([0.0, 250_000.0, 500_000.0]), tick_labels([-0.25, 0.0, 0.25])
    (['0', '250,000', '500,000'], ['-0.25', '0', '0.25'])
    >>> tick_labels([0.0, 2e-7, 4e-7]), tick_labels([1e12, 2e12])
    (['0', '2e-7', '4e-7'], ['1e12', '2e12'])
    """
    if not values:
        return []
    largest = max(abs(value) for value in values)
    spacing = min((b - a for a, b in pairwise(values)), default=largest)
    if spacing <= 0:
        return [readable(value, 6) for value in values]
    if largest >= 1e9 or largest < 1e-3:
        digits = 2 + ceil(log10(largest / spacing))
        return [readable(_near_zero(value, spacing), digits) for value in values]
    decimals = max(0, 1 - floor(log10(spacing)))
    return [_decimal(value, decimals) for value in values]


def power_label(value: float) -> str:
    """A power of ten as it is written, or zero.

    >>> power_label(1000.0), power_label(1e-9), power_label(0.0)
    ('1,000', '10⁻⁹', '0')
    """
    if value <= 0:
        return "0"
    exponent = round(log10(value))
    if -2 <= exponent <= 5:
        return readable(10.0**exponent)
    return "10" + str(exponent).translate(SUPERSCRIPTS)


@contextmanager
def unseen_glyphs_allowed() -> Generator[None]:
    """Names in any script: that matplotlib's font lacks a glyph is no news to the reader."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _near_zero(value: float, spacing: float) -> float:
    return 0.0 if abs(value) < 1e-6 * spacing else value


def _decimal(value: float, decimals: int) -> str:
    text = f"{Decimal(repr(value)):,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
