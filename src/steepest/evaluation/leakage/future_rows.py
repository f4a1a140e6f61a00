"""A feature that holds the target of a later row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.moments import Moment
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["future_rows"]

_FEWEST = 50
_MOST = 20_000
_LEADS = 10
_LAGS = 400
_ENOUGH = 0.98
_NEARLY = 0.5
_BETTER = 0.2
_FALLS = 0.8


def future_rows(evidence: Evidence) -> Answer:
    """A column was shifted the wrong way: it knows what comes next.

    Sees
        In the order of each column of dates, and in that of the rows, how well each number
        feature goes with the target of one of the next ten rows, and with that of its own. Rows
        that stand with the newest first, by a column of times, are turned around.
    Matters
        A column that was to hold the last value and holds the next knows the future: in use it is
        empty, or wrong, and the scores are those of hindsight.
    Decides
        A squared correlation of 0.98 with the target of a later row that leaves at most a fifth
        of what the correlation with the row's own target leaves, and with that of any of the 400
        rows before, over 50 rows or more (the first 20,000).
    When it is wrong
        Forecasts made by someone else, in time, that are that good. Without a column of times
        nothing tells whether the newest row is the last or the first: both readings are said.
    Try
        Shift the column the other way, or leave it out: `--features` with the others.
    """
    if evidence.rows < _FEWEST or not evidence.numbers:
        return CannotTell("a number column, and 50 rows")
    columns = evidence.matrix
    for moment, order in _orders(evidence):
        best = _best_lead(columns[order], evidence.indicators[order])
        if best is not None:
            place, lead, alike = best
            return _told(evidence, evidence.numbers[place], moment, lead, alike)
    return Clear()


def _told(evidence: Evidence, name: str, by: str, lead: int, alike: float) -> Answer:
    target = evidence.contract.target
    rows = "the next row" if lead == 1 else f"the row {lead} after it"
    what = f"{name} is the {target} of {rows} in the order of "
    share = f"(squared correlation {readable(alike, digits=5)})"
    if by:
        sentence = (
            f"{what}{by} {share}: it comes from the future and is not there in use, so that the "
            "scores are those of hindsight. Shift it the other way, or leave it out (--features)."
        )
    else:
        sentence = (
            f"{what}the table {share}, and no column says which way time runs there. If the "
            "oldest row stands first, it comes from the future, is not there in use, and the "
            "scores are those of hindsight: shift it the other way, or leave it out (--features). "
            "If the newest stands first, it is a value of the past, and right: a column of dates "
            "would tell."
        )
    return found("future_rows", (name,), sentence)


def _orders(evidence: Evidence) -> list[tuple[str, NDArray[np.int64]]]:
    """The time whose order it is, "" for none, and at most 20,000 rows that follow each other."""
    whole = evidence.some is evidence
    single = [m for m in evidence.moments if m.dated and m.single and whole]
    orders = [(m.name, np.argsort(m.values, kind="stable")[:_MOST]) for m in single]
    rows = np.arange(evidence.rows)
    told = [(m, _steps(m)) for m in evidence.moments if m.dated]
    falling = [m.name for m, share in told if share <= 1 - _FALLS]
    rising = [m.name for m, share in told if share >= _FALLS]
    if falling:
        rows = rows[::-1]
    elif not rising and single:
        return orders
    return [*orders, (next(iter(falling or rising), ""), rows[:_MOST])]


def _steps(moment: Moment) -> float:
    """The share of the steps down the table that go forward in time; a half where none moves."""
    steps = np.diff(moment.values)
    moved = steps[np.isfinite(steps) & (steps != 0)]
    return float((moved > 0).mean()) if len(moved) else 0.5


def _best_lead(columns: Array, targets: Array) -> tuple[int, int, float] | None:
    """The column that knows a later row, how many rows ahead, and the squared correlation."""
    there = np.isfinite(columns)
    mean = np.where(there, columns, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    own, seen = np.where(there, columns - mean, 0.0), there.astype(np.float64)
    size = (own**2).sum(axis=0)
    for target in targets.T:
        target = target - target.mean()
        for lead in range(1, min(_LEADS, len(target) - _FEWEST) + 1):
            sizes = size * (target[lead:] ** 2 @ seen[:-lead])
            near = (target[lead:] @ own[:-lead]) ** 2 >= _NEARLY * sizes
            for place in np.flatnonzero(near & (sizes > 0)):
                ahead = _ahead(columns[:, place], target, lead)
                if ahead:
                    return int(place), lead, ahead
    return None


def _ahead(column: Array, target: Array, lead: int) -> float:
    """The squared correlation with the target so many rows later where it is a leak, else 0."""
    ahead, here = _square(column[:-lead], target[lead:]), _square(column, target)
    known = ahead >= _ENOUGH and 1 - ahead <= _BETTER * (1 - here)
    return ahead if known and not _comes_again(column, target, ahead) else 0.0


def _comes_again(column: Array, target: Array, ahead: float) -> bool:
    """Whether an earlier row's target goes with the column as well: what comes in seasons does."""
    return any(
        (1 - _square(column[lag:], target[:-lag])) * _BETTER < 1 - ahead
        for lag in range(1, min(_LAGS, len(target) - _FEWEST) + 1)
    )


def _square(column: Array, target: Array) -> float:
    there = np.isfinite(column)
    one, other = column[there], target[there]
    if len(one) < _FEWEST or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1] ** 2)
