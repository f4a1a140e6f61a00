"""Where a model errs to one side: parts of the rows with a mean error that is not chance.

The parts are quarters of the predicted value and of each number column, and the levels
of each text or truth column. As many parts are looked at, some would stand out by chance:
the intervals are widened for their number (Bonferroni).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.evaluation import ErrorSlice
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.scores import error_of
from steepest.evaluation.where.candidates import Candidate, candidates_of, distinct, half_widths
from steepest.evaluation.where.parts import Parts, parts_of_number, parts_of_table
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["find_error_prone", "find_slices"]

_LEAST_SHARE_OF_ERROR = 0.1
_NEGLIGIBLE = 1e-6


def find_slices(
    target: Array,
    predicted: Array,
    frame: pl.DataFrame,
    *,
    predicted_name: str,
    drawn: Drawn = EACH_ROW,
) -> tuple[ErrorSlice, ...]:
    """The parts of the rows for which the mean error is not zero, worst first, at most five.

    target, predicted: (m,) numbers, or for two classes 0.0 and 1.0 and probabilities
    frame:  the columns to look at, m rows
    predicted_name: what the predicted value is called: "predicted price"

    A part counts when it has at least twenty rows, the corrected 95 % interval of its mean
    error (Student's t) leaves zero out, and that mean is at least a tenth of the mean
    absolute error of all rows. Of two parts that share more than four fifths of their rows
    the worse one stands for both.
    """
    error = error_of(target, predicted)
    typical = float(np.abs(error).mean())
    spread = float(np.abs(target - target.mean()).mean())
    if not _NEGLIGIBLE * spread < typical < np.inf:
        return ()
    dealt = [parts_of_number(predicted_name, predicted)]
    dealt += parts_of_table(frame)
    return _described(_standing_out(dealt, error, _LEAST_SHARE_OF_ERROR * typical, drawn))


def find_error_prone(
    wrong: NDArray[np.bool_], frame: pl.DataFrame, drawn: Drawn = EACH_ROW
) -> tuple[ErrorSlice, ...]:
    """The parts of the rows that are decided wrongly more often than all, worst first.

    wrong:  (m,) True where the decision between some classes is wrong
    frame:  the columns to look at, m rows

    The mean error of a part is its share of wrong decisions minus that of all rows; what
    counts is decided as in `find_slices`.
    """
    error = wrong - wrong.mean()
    dealt = parts_of_table(frame)
    least = _LEAST_SHARE_OF_ERROR * float(np.abs(error).mean())
    biased = _standing_out(dealt, error, max(least, _NEGLIGIBLE), drawn)
    return _described([found for found in biased if found[0].mean > 0])


def _standing_out(
    dealt: list[Parts], error: Array, least: float, drawn: Drawn
) -> list[tuple[Candidate, float]]:
    """The parts whose mean error is not chance, nor below `least`, worst first; with half the
    width of their intervals."""
    candidates = candidates_of(dealt, error, drawn)
    biased = [
        (candidate, half)
        for candidate, half in zip(candidates, half_widths(candidates), strict=True)
        if abs(candidate.mean) > half and abs(candidate.mean) >= least
    ]
    return sorted(biased, key=lambda found: -abs(found[0].mean))


def _described(biased: list[tuple[Candidate, float]]) -> tuple[ErrorSlice, ...]:
    halves = dict(biased)
    return tuple(
        ErrorSlice(
            where=candidate.where,
            rows=candidate.rows,
            mean_error=candidate.mean,
            low=candidate.mean - halves[candidate],
            high=candidate.mean + halves[candidate],
        )
        for candidate in distinct([candidate for candidate, _ in biased])
    )
