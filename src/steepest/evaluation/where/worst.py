"""Where a model is bad: the parts of the rows whose errors are larger than those of all.

As in `slices`, the intervals are widened for the number of parts that are looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.decisions import WorstSlice
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.intervals import effective_rows, exact_share_of
from steepest.evaluation.where.candidates import Candidate, candidates_of, distinct, half_widths
from steepest.evaluation.where.parts import parts_of_number, parts_of_table
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["find_worst", "find_worst_decided"]

_LEAST_ABOVE = 0.1


def find_worst(
    error: Array,
    predicted: Array,
    frame: pl.DataFrame,
    *,
    predicted_name: str,
    drawn: Drawn = EACH_ROW,
) -> tuple[WorstSlice, ...]:
    """The parts whose mean absolute error is above that of all rows, worst first, at most five.

    error:  (m,) prediction minus truth; () where one is not finite
    predicted: (m,), looked at by its quarters, too, under the name `predicted_name`
    frame:  the columns to look at, m rows

    A part counts when it has at least twenty rows, the corrected 95 % interval of its mean
    (Student's t) lies above the mean of all rows, and the part is worse by a tenth of that.
    """
    size = np.abs(error)
    overall = float(size.mean())
    if not 0 < overall < np.inf:
        return ()
    dealt = [parts_of_number(predicted_name, predicted), *parts_of_table(frame)]
    candidates = candidates_of(dealt, size, drawn)
    ends = {
        candidate: (max(0.0, candidate.mean - half), candidate.mean + half)
        for candidate, half in zip(candidates, half_widths(candidates), strict=True)
    }
    return _ranked(ends, overall)


def find_worst_decided(
    wrong: NDArray[np.bool_], frame: pl.DataFrame, drawn: Drawn = EACH_ROW
) -> tuple[WorstSlice, ...]:
    """The parts that are decided wrongly more often than all rows are, worst first.

    wrong:  (m,) True where the decision is wrong

    What counts is as in `find_worst`; the intervals of the shares are exact (Clopper and
    Pearson 1934), so that a part without one right decision has a width, too.
    """
    overall = float(wrong.mean())
    candidates = candidates_of(parts_of_table(frame), wrong.astype(np.float64), drawn)
    level = 0.05 / max(1, len(candidates))
    ends = {
        candidate: _exact(candidate, wrong.astype(np.float64), drawn.fixed(), level)
        for candidate in candidates
    }
    return _ranked(ends, overall)


def _exact(candidate: Candidate, wrong: Array, drawn: Drawn, level: float) -> tuple[float, float]:
    if drawn.places is None:
        return exact_share_of(round(candidate.mean * candidate.rows), candidate.rows, level)
    members = candidate.members()
    rows = effective_rows(wrong[members], replace(drawn.of(members), widen=1.0))
    return exact_share_of(candidate.mean * rows, rows, level)


def _ranked(ends: dict[Candidate, tuple[float, float]], overall: float) -> tuple[WorstSlice, ...]:
    above = [
        candidate
        for candidate, (low, _) in ends.items()
        if low > overall and candidate.mean >= (1 + _LEAST_ABOVE) * overall
    ]
    return tuple(
        WorstSlice(candidate.where, candidate.rows, candidate.mean, *ends[candidate], overall)
        for candidate in distinct(sorted(above, key=lambda candidate: -candidate.mean))
    )
