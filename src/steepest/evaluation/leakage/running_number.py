"""A running number of the rows is a feature, and the rows are in the target's order."""

from __future__ import annotations

import math

import numpy as np

from steepest.data.columns import numbers
from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.moments import looks_like_time
from steepest.evaluation.leakage.ordinary import explained, ranked
from steepest.evaluation.leakage.shared import percent_of
from steepest.trace import Array

__all__ = ["running_number"]

_FEWEST = 30
_KNOWN = 0.1
_SURE = 6.0


def running_number(evidence: Evidence) -> Answer:
    """The order in which the rows were collected, or sorted, tells the target.

    Sees
        Number features of whole numbers, another in each row, that count the rows: one after the
        other, or rising with the row; and how much of the target they explain, by rank.
    Matters
        The rows were sorted by the target, or collected class by class, and the number tells the
        place. New rows get numbers from elsewhere, and the scores are too good.
    Decides
        At least a tenth of the ranks of the target, or of the classes, explained, six standard
        errors from none. Columns named like times are told by "times_straddle", and nothing is
        said where the split goes by time.
    When it is wrong
        Where the number is a time, and the target has a trend that will go on.
    Try
        Leave it out (`--features` with the others), or, if it is a time: `--split time=COLUMN`.
    Sources
        Kaufman, Rosset, Perlich and Stitelman 2012, "Leakage in data mining", on the identifiers
        of the INFORMS 2008 and KDD Cup 2008 patients.
    """
    if evidence.rows < _FEWEST or not evidence.numbers:
        return CannotTell("a number column, and 30 rows")
    if evidence.split.method == "time":
        return Clear()
    some = evidence.some
    target = some.indicators if some.classes else ranked(some.indicators)
    for place, name in enumerate(some.numbers):
        column = some.matrix[:, place]
        if evidence.column(name).distinct < evidence.rows or name in some.leaking:
            continue
        if looks_like_time(name) or not _counts_rows(evidence, name):
            continue
        share = explained(target, ranked(column[:, None]))
        if share >= _KNOWN and math.sqrt(share * some.rows) >= _SURE:
            return _told(evidence, name, share)
    return Clear()


def _told(evidence: Evidence, name: str, share: float) -> Answer:
    return found(
        "running_number",
        (name,),
        f"{name} numbers the rows, and explains {percent_of(share)} of {evidence.contract.target}: "
        "the rows are in the order of the target, or were collected so, and the number tells the "
        "place, as it will not for new rows, so that the scores are too good. Leave it out "
        f"(--features); if it is a time, split by it (--split time={name}).",
    )


def _counts_rows(evidence: Evidence, name: str) -> bool:
    """Whether the column counts the rows of the table, or rises with them."""
    column: Array = numbers(evidence.frame[name]).to_numpy()
    if not np.all(np.isfinite(column)) or np.any(column != np.floor(column)):
        return False
    low, high = float(column.min()), float(column.max())
    steps = np.diff(column)
    rising = bool(np.all(steps > 0) or np.all(steps < 0))
    if rising:
        return True
    return high - low == evidence.rows - 1 and len(np.unique(column)) == evidence.rows
