"""Whether a column looks as if it were measured in another unit now, or swapped with another."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from steepest.data.breach import Breach
from steepest.data.contract import Sketch
from steepest.data.sketch import counts_in, middle_of
from steepest.data.spreads import MOVED, Spread, Spreads
from steepest.data.stability import stability_index
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["changed_units", "swapped_columns"]

_NEARLY_ALL = 0.8
_FEWEST = 5
_APART = 0.25
_LIKE = 0.25


class _Change(NamedTuple):
    """What the new values look like: the old ones, times a factor, and shifted."""

    words: str
    factor: float
    shift: float = 0.0

    def back(self, values: Array) -> Array:
        """The values as they would be without the change."""
        with np.errstate(over="ignore"):
            return (values - self.shift) / self.factor


def _times(factor: float, words: str) -> _Change:
    return _Change(f"{readable(factor)} times what they were ({words})", factor)


_CHANGES = (
    _times(1000.0, "thousandths of the unit, as grams for kilograms"),
    _times(0.001, "thousands of the unit, as kilograms for grams"),
    _times(100.0, "hundredths of the unit, as per cent for shares"),
    _times(0.01, "hundreds of the unit, as shares for per cent"),
    _times(1e6, "millionths of the unit"),
    _times(1e-6, "millions of the unit"),
    _times(10.0, "tenths of the unit"),
    _times(0.1, "tens of the unit"),
    _times(25.4, "millimetres for inches"),
    _times(1 / 25.4, "inches for millimetres"),
    _times(2.54, "centimetres for inches"),
    _times(1 / 2.54, "inches for centimetres"),
    _times(0.3048, "metres for feet"),
    _times(1 / 0.3048, "feet for metres"),
    _times(0.09290304, "square metres for square feet"),
    _times(1 / 0.09290304, "square feet for square metres"),
    _times(1.609344, "kilometres for miles"),
    _times(1 / 1.609344, "miles for kilometres"),
    _times(0.45359237, "kilograms for pounds"),
    _times(1 / 0.45359237, "pounds for kilograms"),
    _times(60.0, "minutes for hours, or seconds for minutes"),
    _times(1 / 60, "hours for minutes, or minutes for seconds"),
    _times(3600.0, "seconds for hours"),
    _times(1 / 3600, "hours for seconds"),
    _times(24.0, "hours for days"),
    _times(1 / 24, "days for hours"),
    _times(365.25, "days for years"),
    _times(1 / 365.25, "years for days"),
    _times(12.0, "months for years"),
    _times(1 / 12, "years for months"),
    _times(-1.0, "the sign is turned"),
    _Change("as degrees Celsius for Fahrenheit", 1 / 1.8, -32 / 1.8),
    _Change("as degrees Fahrenheit for Celsius", 1.8, 32.0),
    _Change("as kelvin for degrees Celsius", 1.0, 273.15),
    _Change("as degrees Celsius for kelvin", 1.0, -273.15),
)


def changed_units(spreads: Spreads) -> list[Breach]:
    """Nearly all values left the range or moved far, and one factor takes them all back."""
    return [breach for spread in spreads.columns if (breach := _changed_unit(spread)) is not None]


def _changed_unit(spread: Spread) -> Breach | None:
    sketch = spread.pair.column.sketch
    low, high = spread.pair.column.low, spread.pair.column.high
    if not spread.pair.is_number or sketch is None or low is None or high is None:
        return None
    values = spread.values.to_numpy()
    if values.size < _FEWEST or not _left(spread, values, (low, high)):
        return None
    change = _explaining(sketch, values, (low, high))
    if change is None:
        return None
    before, now = middle_of(sketch) or 0.0, float(np.median(values))
    unit = f" ({spread.pair.column.unit})" if spread.pair.column.unit else ""
    return Breach(
        code="unit_changed",
        severity="warning",
        column=spread.name,
        expected=f"{readable(before)} in the middle",
        came=f"{readable(now)}",
        sentence=f'"{spread.name}" looks measured in another unit: its values are '
        f"{change.words}, {readable(now)} in the middle instead of {readable(before)}{unit}; "
        "convert them back",
        evidence=(
            ("factor", change.factor),
            ("middle_before", before),
            ("middle_now", now),
        ),
    )


def _left(spread: Spread, values: Array, known: tuple[float, float]) -> bool:
    """Nearly all are out of the range, or so far from where they were that nothing is left."""
    outside = float(np.mean((values < known[0]) | (values > known[1])))
    return outside >= _NEARLY_ALL or (spread.drifted and (spread.index or 0.0) > 2.0)


def _explaining(sketch: Sketch, values: Array, known: tuple[float, float]) -> _Change | None:
    """The change that, undone, spreads the values most as they were; any factor if none does."""
    fits = [(_unlike(sketch, change.back(values)), i) for i, change in enumerate(_CHANGES)]
    allowed = _LIKE + 2.0 * len(sketch.counts) / values.size  # few rows fill their bins unevenly
    unlike, best = min(fits)
    if unlike <= allowed and _within(_CHANGES[best].back(values), known):
        return _CHANGES[best]
    before, now = middle_of(sketch), float(np.median(values))
    if not before or not now:
        return None
    factor = now / before
    some = _Change(f"about {readable(factor, 3)} times what they were", factor)
    back = some.back(values)
    return some if _unlike(sketch, back) <= allowed and _within(back, known) else None


def _unlike(sketch: Sketch, values: Array) -> float:
    import polars as pl

    return stability_index(sketch.counts, counts_in(sketch, pl.Series(values)))


def _within(values: Array, known: tuple[float, float]) -> bool:
    slack = 1e-6 * (known[1] - known[0])
    return float(np.mean((values >= known[0] - slack) & (values <= known[1] + slack))) >= 0.9


def swapped_columns(spreads: Spreads) -> list[Breach]:
    """Two columns that each are spread as the other was, and neither as it was itself."""
    moved = [s for s in spreads.columns if s.drifted and (s.index or 0.0) >= _APART]
    return [
        _swap(one, other)
        for one, other in combinations(moved, 2)
        if one.pair.column.kind == other.pair.column.kind and _cross(one, other)
    ]


def _cross(one: Spread, other: Spread) -> bool:
    first, second = one.pair.column.sketch, other.pair.column.sketch
    if first is None or second is None:
        return False
    return (
        stability_index(first.counts, counts_in(first, other.values)) < MOVED
        and stability_index(second.counts, counts_in(second, one.values)) < MOVED
    )


def _swap(one: Spread, other: Spread) -> Breach:
    return Breach(
        code="swapped",
        severity="warning",
        column=f"{one.name}, {other.name}",
        expected="each as it was",
        came="each as the other was",
        sentence=f'"{one.name}" is spread as "{other.name}" was, and "{other.name}" as '
        f'"{one.name}" was: their names look swapped; swap them back',
        evidence=(
            ("population_stability_index_first", one.index or 0.0),
            ("population_stability_index_second", other.index or 0.0),
        ),
    )
