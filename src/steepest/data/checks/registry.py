"""All that is held against a contract, in order."""

from __future__ import annotations

from collections.abc import Callable

from steepest.data.breach import Breach
from steepest.data.checks.drifts import drifts, more_missing, untested
from steepest.data.checks.kinds import (
    empty_columns,
    infinite_values,
    numbers_as_text,
    unknown_classes,
    wrong_kinds,
)
from steepest.data.checks.levels import levels_gone, new_levels, other_spelling
from steepest.data.checks.lost_variety import constant_columns, new_fractions, rows_again
from steepest.data.checks.other_units import changed_units, swapped_columns
from steepest.data.checks.ranges import outside_range, sentinel_values
from steepest.data.checks.row_keys import row_keys
from steepest.data.checks.shape import absent_columns, column_order, extra_columns
from steepest.data.checks.stated_units import stated_units
from steepest.data.held import Held
from steepest.data.spreads import Spreads

__all__ = ["OF_SHAPE", "OF_SPREAD", "OUTDONE"]

OF_SHAPE: tuple[Callable[[Held], list[Breach]], ...] = (
    absent_columns,
    row_keys,
    wrong_kinds,
    infinite_values,
    unknown_classes,
    empty_columns,
    stated_units,
    numbers_as_text,
    column_order,
    extra_columns,
)
"""What is asked of every table; a column that is broken here is asked nothing more."""

OF_SPREAD: tuple[Callable[[Spreads], list[Breach]], ...] = (
    changed_units,
    swapped_columns,
    sentinel_values,
    outside_range,
    other_spelling,
    new_levels,
    constant_columns,
    new_fractions,
    more_missing,
    drifts,
    rows_again,
    levels_gone,
    untested,
)
"""What is asked of the values of columns that are whole."""

OUTDONE = {
    "unit_changed": ("drift", "target_drift", "range", "fractions", "sentinel"),
    "swapped": (
        "drift",
        "target_drift",
        "range",
        "fractions",
        "unit_changed",
        "new_level",
        "level_gone",
        "sentinel",
    ),
    "constant": ("drift", "target_drift", "level_gone"),
    "spelling": ("drift", "level_gone"),
}
"""What need not be said of a column of which the first is said, because it follows from it."""
