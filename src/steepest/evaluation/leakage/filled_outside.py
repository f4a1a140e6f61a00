"""Gaps were filled from all rows before the split."""

from __future__ import annotations

from typing import Any

import numpy as np

from steepest.data.columns import numbers
from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.shared import percent_of
from steepest.readable import counted, readable
from steepest.trace import Array

__all__ = ["filled_outside"]

_FEWEST = 30
_REPEATED = 5
_SHARE = 0.01
_VARIED = 0.5
_ROUNDED = 1e-9


def filled_outside(evidence: Evidence) -> Answer:
    """A mean or median of all rows stands in for what was missing.

    Sees
        Number features of values that are nearly all different, but for one that comes again and
        again and is exactly the mean, or the median, of all other values.
    Matters
        The value was computed from all rows, those that judge among them, so that the training
        knows a little of them; and that values were missing, which may tell something, is lost. In
        use the share of gaps may change, and nothing will show it.
    Decides
        A value in five rows and 1 % of them that is the others' mean to a billionth of the
        spread, or their median exactly, while that of the training rows is another.
    When it is wrong
        Columns centred so by their makers; the median of measurements on a coarse scale.
    Try
        Leave the gaps empty: `steepest fit` fills them with the median of the training rows, and
        says so.
    """
    if evidence.rows < _FEWEST or not evidence.numbers:
        return CannotTell("a number column, and 30 rows")
    told: list[tuple[str, str, float, int]] = []
    trains = ~evidence.judged if evidence.forward else evidence.part != 0
    for place, name in enumerate(evidence.numbers):
        if not _repeats(evidence.some.matrix[:, place]):
            continue
        filled = _fill(numbers(evidence.frame[name]).to_numpy(), trains)
        if filled is not None:
            told.append((name, *filled))
    if not told:
        return Clear()
    name, how, value, many = told[0]
    more = f", and so in {counted(len(told) - 1, 'other column')}" if len(told) > 1 else ""
    return found(
        "filled_outside",
        tuple(one[0] for one in told),
        f"{name} is {readable(value)} in {many:,} rows ({percent_of(many / evidence.rows)}), "
        f"exactly the {how} of all others{more}: gaps were filled from all rows, those that judge "
        "the model among them, so that the scores are a little too good. Leave the gaps empty: "
        "they are filled from the training rows here.",
    )


def _repeats(column: Array) -> bool:
    """Whether some value comes again and again in a sample of the rows, and most do not."""
    there = column[np.isfinite(column)]
    counts = np.unique(there, return_counts=True)[1]
    many = int(counts.max(initial=0))
    return (
        many >= max(_REPEATED, _SHARE * len(there) / 2) and len(counts) > _VARIED * len(there) / 2
    )


def _fill(column: Array, trains: np.ndarray) -> tuple[str, float, int] | None:
    """Whether it is the mean or the median, the value that stands in, and in how many rows."""
    there = column[np.isfinite(column)]
    values, counts = np.unique(there, return_counts=True)
    if len(there) < _FEWEST or len(values) < _VARIED * len(there):
        return None
    place = int(counts.argmax())
    value, many = float(values[place]), int(counts[place])
    if many < max(_REPEATED, _SHARE * len(there)) or np.sort(counts)[-2] * 2 > many:
        return None
    rest = there[there != value]
    own = column[trains & np.isfinite(column) & (column != value)]
    if not len(rest) or not len(own):
        return None
    near = _ROUNDED * float(rest.std())
    kinds: tuple[tuple[str, Any], ...] = (("mean", np.mean), ("median", np.median))
    for how, measure in kinds:
        # the value itself may be one of the others: an odd number of them has its median
        alike = abs(float(measure(rest)) - value) <= near
        with_one = abs(float(measure(np.append(rest, value))) - value) <= near
        if (alike or (how == "median" and with_one)) and abs(float(measure(own)) - value) > near:
            return how, value, many
    return None
