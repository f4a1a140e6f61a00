"""Rows of one group train and judge."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import numbers, words
from steepest.data.contract import Column
from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.moments import looks_like_time
from steepest.evaluation.leakage.ordinary import curve, filled, ranked, residual
from steepest.readable import readable
from steepest.trace import Array

__all__ = ["groups_straddle", "intraclass_correlation"]

_WHO = re.compile(
    r"(^|[_\s.-])(ids?|customers?|clients?|patients?|users?|subjects?|persons?|participants?|"
    r"students?|groups?|households?|famil(y|ies)|sessions?|accounts?)$",
    re.IGNORECASE,
)
_WHAT = re.compile(
    r"(^|[_\s.-])(nr|no|number|code|school|store|shop|site|device|machine|batch)$", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FEWEST = 10
_ALIKE = 0.1
_LEVEL = 1e-4
_SURE = 1e-6
_UNNAMED = 0.2
_COLUMNS = 50
_SHARED = 0.67
_MANY_GROUPS = 40
_MOST_ROWS = 10
_SPREAD = 2
_BENDS = 6
_A_BEND = 8


def groups_straddle(evidence: Evidence) -> Answer:
    """Rows of one customer, patient or machine are alike, and are on both sides of the split.

    Sees
        Columns that look like the names of groups: text that is no feature, columns whose name
        ends like an identifier (patient, customer_id), and other whole numbers, as features only
        where few rows share one. Of a number, any smooth curve over it is taken away from the
        target first, as a measurement has one, and of a number that is a feature what a line in
        the features explains. Then whether rows of one group are alike in the target, a number by
        its ranks (the intraclass correlation of one-way analysis of variance), while some of them
        train and others judge.
    Matters
        The rows that judge are known already by their group's other rows. The scores hold for
        further rows of the same groups; for new groups the model is worse, and the rows that
        judge count as many though they are as few as the groups, so that intervals are too narrow.
    Decides
        Ten groups or more of two rows and more, an intraclass correlation of at least 0.1 (0.2
        for a number that is not named so), surely so (F test, p below 1e-4, and 1e-6), and one
        group in ten at least on both sides. A number that is a feature and not named so must be
        shared by ten rows or fewer, on average, and have forty values or gaps between them.
    When it is wrong
        Where the model is to be used for further rows of the same groups.
    Try
        `--split group=COLUMN`.
    Sources
        Shrout and Fleiss 1979, "Intraclass correlations: uses in assessing rater reliability";
        Roberts et al. 2017, "Cross-validation strategies for data with temporal, spatial,
        hierarchical, or phylogenetic structure".
    """
    some = evidence.some
    asked = some.split.column if some.split.method == "group" else ""
    timed = {moment.name for moment in some.moments}
    tried = False
    worst: tuple[float, str, int, float] | None = None
    for column in some.contract.columns[:300]:
        if column.name in {asked, *timed} or not _may_name_groups(some, column):
            continue
        group = _codes(some, column)
        if not _FEWEST <= int(group.max()) + 1 <= _SHARED * some.rows:
            continue
        tried = True
        alike = _alike(some, column, group)
        straddle = _straddling(group, some.part)
        if alike > 0 and straddle >= 0.1 and (worst is None or alike > worst[0]):
            worst = alike, column.name, int(group.max()) + 1, straddle
    if worst is None:
        return Clear() if tried or asked else CannotTell("a column that names groups of rows")
    alike, name, many, straddle = worst
    return found(
        "groups_straddle",
        (name,),
        f"The rows of each of {many:,} groups of {name} are alike in {some.contract.target} "
        f"(intraclass correlation {readable(alike, digits=2)}), and "
        f"{readable(100 * straddle, 2)} % of the groups have rows that train and rows that judge: "
        "the scores hold for further rows of the same groups, and are too good, with too narrow "
        f"intervals, for new ones. Split by it: --split group={name}.",
    )


def intraclass_correlation(target: Array, group: NDArray[np.int64]) -> tuple[float, float]:
    """How alike rows of one group are, 0 for chance and 1 for equal, and the p value of it.

    target: (m,); group: (m,) the number of each row's group, from 0

    >>> alike, p = intraclass_correlation(np.array([1., 1., 5., 5.]), np.array([0, 0, 1, 1]))
    >>> round(alike, 3)
    1.0
    """
    many = np.bincount(group).astype(np.float64)
    there = many > 0
    mean = np.bincount(group, target)[there] / many[there]
    many, rows = many[there], len(target)
    groups = len(many)
    if groups < 2 or rows <= groups:
        return 0.0, 1.0
    between = float(np.sum(many * (mean - target.mean()) ** 2)) / (groups - 1)
    whole = float(np.sum((target - target.mean()) ** 2))
    within = max(whole - between * (groups - 1), 0.0) / (rows - groups)
    if within <= 1e-12 * max(between, 1e-300):
        return (1.0, 0.0) if between > 0 else (0.0, 1.0)
    size = (rows - float(np.sum(many**2)) / rows) / (groups - 1)
    from scipy.special import fdtrc  # pyright: ignore[reportMissingTypeStubs]

    alike = (between - within) / (between + (size - 1) * within)
    return alike, float(fdtrc(groups - 1, rows - groups, between / within))


def _named(column: Column) -> bool:
    """Whether the name ends as those of groups do.

    What names a thing, as a model's number, is a feature like others where it is one.
    """
    name = _CAMEL.sub("_", column.name)
    return bool(_WHO.search(name) or (column.role == "left_out" and _WHAT.search(name)))


def _may_name_groups(some: Evidence, column: Column) -> bool:
    if column.role in ("target", "weight") or looks_like_time(column.name):
        return False
    if column.distinct < _FEWEST:
        return False
    if column.kind == "text":
        return column.role == "left_out" or _named(column)
    if column.kind != "number":
        return False
    values = numbers(some.frame[column.name]).drop_nulls().to_numpy()
    if not len(values) or np.any(values != np.floor(values)):
        return False
    return _named(column) or column.role == "left_out" or _few_share(values)


def _few_share(values: Array) -> bool:
    """Whether each number is shared by few rows, and they are many or have gaps between them."""
    distinct = len(np.unique(values))
    gaps = float(np.ptp(values)) > _SPREAD * distinct
    return len(values) <= _MOST_ROWS * distinct and (distinct >= _MANY_GROUPS or gaps)


def _codes(some: Evidence, column: Column) -> NDArray[np.int64]:
    """(m,) the group of each row; rows without one are each a group of their own."""
    series = some.frame[column.name]
    ranks = (words(series) if column.kind == "text" else series).rank("dense").to_numpy()
    codes = np.array(ranks, dtype=np.float64)
    gaps = ~np.isfinite(codes)
    codes[gaps] = np.nanmax(codes, initial=0.0) + 1 + np.arange(int(gaps.sum()))
    return codes.astype(np.int64) - 1


def _alike(some: Evidence, column: Column, group: NDArray[np.int64]) -> float:
    """The intraclass correlation where it is sure and large, else 0."""
    named = column.kind == "text" or _named(column)
    best = 0.0
    for target in _left(some, column, group).T:
        alike, p = intraclass_correlation(target, group)
        if p < (_LEVEL if named else _SURE) and alike >= (_ALIKE if named else _UNNAMED):
            best = max(best, alike)
    return best


def _left(some: Evidence, column: Column, group: NDArray[np.int64]) -> Array:
    """(m, k) the target that the groups are to explain: see "Sees" above."""
    # by rank: of a few huge values chance makes groups
    target = some.indicators if some.classes else ranked(some.indicators)
    if column.kind == "text":
        return target
    many = len(np.unique(group))
    known = curve(group.astype(np.float64), max(1, min(_BENDS, many // _A_BEND)))
    if column.role == "feature":
        known = np.column_stack([known, filled(some.matrix[:, :_COLUMNS])])
    return residual(target, known)


def _straddling(group: NDArray[np.int64], part: NDArray[np.int64]) -> float:
    """The share of the groups, of two rows and more, that are in more than one part."""
    several = np.bincount(group) >= 2
    low = np.full(len(several), np.iinfo(np.int64).max)
    high = np.full(len(several), -1, dtype=np.int64)
    np.minimum.at(low, group, part)
    np.maximum.at(high, group, part)
    return float((low < high)[several].mean()) if several.any() else 0.0
