"""Rows that were made from other rows, between them or with noise, before the split."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.ordinary import filled
from steepest.evaluation.leakage.shared import enough, judged_share, percent_of
from steepest.trace import Array

__all__ = ["synthetic_rows"]

_ROWS = 20_000
_FEWEST = 50
_VARIED = 0.3
_COLUMNS = 50
_OF_A_CLASS = 20
_ASKED = 100
_NEAR = 1_000
_STRAIGHT = 1e-8
_SHARE = 0.15
_OTHERS = 0.02
_PAIRS = 10
_CLOSE = 0.2
_FEW_SHARE = 0.4


def synthetic_rows(evidence: Evidence) -> Answer:
    """Rows that life did not make: between two others of a class, or a row with noise on it.

    Sees
        Of classes: whether rows lie exactly on the line between two other rows of their class, as
        those of SMOTE do, while those of another class do not. Of a number: whether rows with the
        very same target are far nearer to each other than rows with the next one.
    Matters
        A row that judges was made from rows that train, or they from it: the scores are in part
        those of memory, and the share of a class is not that of life.
    Decides
        15 % of the rows of a class on such lines, to a hundred-millionth, against 2 % of another
        class, of 100 rows asked each. Of a number: ten pairs of the same target, at a fifth of
        the distance of the next (medians), where few rows share a target; three rows and 1 % of
        those that judge. Columns of mostly different numbers only, two at least.
    When it is wrong
        Rows of a machine that interpolates gaps; things measured twice with the same outcome.
    Try
        Split first, then fill up the training rows alone.
    Sources
        Chawla, Bowyer, Hall and Kegelmeyer 2002, "SMOTE: synthetic minority over-sampling
        technique".
    """
    some = evidence.sampled(_ROWS)
    columns = _varied(some)
    if some.rows < _FEWEST or columns.shape[1] < 2:
        return CannotTell("two columns of mostly different numbers, and 50 rows")
    return _between(some, columns) if some.classes else _shaken(some, columns)


def _varied(some: Evidence) -> Array:
    """(m, d) the number columns of mostly different values, at most 50, standardised."""
    kept = [
        place
        for place, name in enumerate(some.numbers)
        if name not in some.leaking and _is_varied(some.matrix[:, place])
    ]
    return filled(some.matrix[:, kept[:_COLUMNS]])


def _is_varied(column: Array) -> bool:
    there = column[np.isfinite(column)]
    whole = np.all(there == np.floor(there))
    return not whole and len(np.unique(there)) > _VARIED * len(column)


def _between(some: Evidence, columns: Array) -> Answer:
    shares: dict[int, float] = {}
    for place in range(some.classes):
        own = columns[some.truth == place]
        if len(own) >= _OF_A_CLASS:
            shares[place] = _on_lines(own)
    if not shares or max(shares.values()) < _SHARE or min(shares.values()) > _OTHERS:
        return Clear()
    worst = max(shares, key=lambda place: shares[place])
    name = some.contract.classes[worst]
    return found(
        "synthetic_rows",
        (some.contract.target,),
        f"{percent_of(shares[worst])} of the rows of the class {name} that were asked lie exactly "
        "on the line between two others of it, and hardly any of another class: the class was "
        "filled up before the split with rows made from others (as SMOTE makes them), so that "
        "the rows that judge are known from those that train. Split first, then fill up the "
        "training rows alone.",
    )


def _on_lines(own: Array) -> float:
    """The share of 100 rows, at random, that lie between two others."""
    rng = np.random.default_rng(0)
    asked = rng.permutation(len(own))[:_ASKED]
    across = np.asarray(rng.normal(size=int(own.shape[1])), dtype=np.float64)
    return float(np.mean([_is_between(own, int(row), across) for row in asked]))


def _is_between(own: Array, row: int, across: Array) -> bool:
    """Whether two rows lie in exactly opposite directions, but not so many as on a line."""
    away = own - own[row]
    size = np.sqrt((away**2).sum(axis=1))
    near = np.argsort(size)[:_NEAR]
    near = near[size[near] > 0]
    ways = away[near] / size[near, None]
    along = ways @ across
    order = np.argsort(along)
    search: Any = np.searchsorted
    place = np.asarray(search(along[order], -along), dtype=np.int64)
    opposite = np.zeros(len(ways), dtype=np.bool_)
    for step in (-1, 0):
        other = ways[order[np.minimum(np.maximum(place + step, 0), len(order) - 1)]]
        opposite |= np.abs(ways + other).max(axis=1) <= _STRAIGHT
    return 1 <= int(opposite.sum()) <= max(2.0, 0.1 * len(ways))


def _shaken(some: Evidence, columns: Array) -> Answer:
    if len(np.unique(some.truth)) < _FEW_SHARE * some.rows:
        return Clear()
    order = np.argsort(some.truth, kind="stable")
    target, ordered = some.truth[order], columns[order]
    apart = np.sqrt(((ordered[1:] - ordered[:-1]) ** 2).sum(axis=1))
    same = (target[1:] == target[:-1]) & (apart > 0)
    other = target[1:] != target[:-1]
    if same.sum() < _PAIRS or not other.any():
        return Clear()
    if np.median(apart[same]) > _CLOSE * np.median(apart[other]):
        return Clear()
    close = np.flatnonzero(same & (apart <= _CLOSE * np.median(apart[other])))
    both = _across(some, order[close], order[close + 1])
    if _told_already(some) or not enough(both, some):
        return Clear()
    return found(
        "synthetic_rows",
        (),
        f"{judged_share(both, some)} have the very {some.contract.target} of a row that trains and "
        "nearly its features, far nearer than rows with the next one: they are copies with noise "
        "on them, or the same things measured again, and the scores are in part those of memory. "
        "Split first, then add noise to the training rows alone; or keep what belongs together on "
        "one side with --split group=COLUMN.",
    )


def _told_already(some: Evidence) -> bool:
    """Whether these rows are told as copies already."""
    return some.alike.copies or some.equal.copies


def _across(some: Evidence, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(m,) True for the rows of the pairs that judge, while the other of the pair trains."""
    both = np.zeros(some.rows, dtype=np.bool_)
    for own, mate in ((one, other), (other, one)):
        later = some.part[own] > some.part[mate]
        apart = later if some.forward else some.part[own] != some.part[mate]
        both[own[apart]] = True
    return both
