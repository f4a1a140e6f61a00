"""A feature that holds the target of a later row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["future_rows"]

_FEWEST = 50
_LEADS = (1, 2, 3)
_ENOUGH = 0.98
_BETTER = 0.2


def future_rows(evidence: Evidence) -> Answer:
    """A column was shifted the wrong way: it knows what comes next.

    Sees
        In the order of the rows, and in that of each column of times, how well each number feature
        goes with the target of one of the next three rows, and with that of its own.
    Matters
        A column that was to hold the last value and holds the next knows the future: in use it is
        empty, or wrong, and the scores are those of hindsight.
    Decides
        A squared correlation of 0.98 with the target of a later row that leaves at most a fifth
        of what the correlation with the row's own target leaves, over 50 rows or more.
    When it is wrong
        Forecasts made by someone else, in time, that are that good.
    Try
        Shift the column the other way, or leave it out: `--features` with the others.
    """
    if evidence.rows < _FEWEST or not evidence.numbers:
        return CannotTell("a number column, and 50 rows")
    for by, order in _orders(evidence):
        for place, name in enumerate(evidence.numbers):
            lead, alike = _best_lead(evidence, place, order)
            if lead:
                return _told(evidence, name, by, lead, alike)
    return Clear()


def _told(evidence: Evidence, name: str, by: str, lead: int, alike: float) -> Answer:
    target = evidence.contract.target
    rows = "the next row" if lead == 1 else f"the row {lead} after it"
    return found(
        "future_rows",
        (name,),
        f"{name} is the {target} of {rows} in the order of {by} (squared correlation "
        f"{readable(alike, digits=5)}): it comes from the future and is not there in use, so that "
        "the scores are those of hindsight. Shift it the other way, or leave it out (--features).",
    )


def _orders(evidence: Evidence) -> list[tuple[str, NDArray[np.int64]]]:
    """The rows in their order in the table, and in that of each time, at most 100,000 each."""
    most = 100_000
    orders = [("the rows", np.arange(min(evidence.rows, most)))]
    if evidence.rows <= most:
        orders += [(m.name, np.argsort(m.values, kind="stable")) for m in evidence.moments]
    return orders


def _best_lead(evidence: Evidence, place: int, order: NDArray[np.int64]) -> tuple[int, float]:
    """How many rows ahead the column looks, and the squared correlation; 0 for none."""
    column = evidence.matrix[order, place]
    for target in evidence.indicators[order].T:
        here = _square(column, target)
        for lead in _LEADS:
            ahead = _square(column[:-lead], target[lead:])
            if ahead >= _ENOUGH and 1 - ahead <= _BETTER * (1 - here):
                return lead, ahead
    return 0, 0.0


def _square(column: Array, target: Array) -> float:
    there = np.isfinite(column)
    one, other = column[there], target[there]
    if len(one) < _FEWEST or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1] ** 2)
