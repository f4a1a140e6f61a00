"""A column that is the target with some noise on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import words
from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.ordinary import explained, filled, ranked, rising, surely_more
from steepest.readable import counted, listed
from steepest.trace import Array

__all__ = ["noisy_copy"]

_ROWS = 10_000
_FEWEST = 50
_NUMBER = 0.95
_TWO = 0.8
_MANY = 0.9
_ALMOST = 0.98
_OTHERS = 20
_TOLD = 0.05
_NEARLY_TOLD = 0.15
_LEVELS = 50
_FINE = 0.2
_TELL = 0.1
_TELL_A_LITTLE = 0.03


def noisy_copy(evidence: Evidence) -> Answer:
    """One feature is a noisy, or bent, copy of the target.

    Sees
        Features that are nearly as the target, as numbers or by rank; whether the other features
        tell anything of the target; and whether, the target being known, they tell anything more
        of the feature. Of text, whether its levels are the classes but for a few rows. A number
        of far fewer values than the target is none of it with noise.
    Matters
        A feature that causes the target carries its own part only: the target being known, the
        other causes still tell of it. A copy has lost them: all it knows is the target. It is not
        there when a prediction is needed, and the scores are too good.
    Decides
        Squared correlation (of a number also along any rising or falling curve) of 0.95 with a
        number, 0.8 with two classes, 0.9 with more; and that the other features, though they do
        tell of the target (a tenth of it, surely), add nothing to what it tells of the feature
        (an F test, p above 0.001). From 0.98 on the others need not tell anything. Text: the
        classes by level with at most 5 % of the errors of guessing, or 15 % where, the classes
        being known, the other features tell nothing more of it.
    When it is wrong
        A second measurement of the same thing, known in time, looks just so; and symptoms, which
        the target causes each by itself.
    Try
        Ask when the column is written down. Leave it out where that is after the target:
        `--features` with the others.
    Sources
        Pearl 2009, "Causality", section 1.2 (d-separation); Kaufman et al. 2012.
    """
    if evidence.rows < _FEWEST or len(evidence.features) < 2:
        return CannotTell("two features and 50 rows")
    some = evidence.sampled(_ROWS)
    copies = [name for name in some.numbers if name not in some.leaking and _copies(some, name)]
    copies += [c.name for c in some.features if c.kind == "text" and _says_the_class(some, c.name)]
    copies = [name for name in copies if name not in some.leaking]
    if not copies:
        return Clear()
    share = max((_share(some, name) for name in copies if name in some.numbers), default=0.0)
    told = f"squared correlation up to {share:.3g}, " if share else ""
    told = f" ({told}{counted(some.rows, 'row')})"
    target = evidence.contract.target
    return found(
        "noisy_copy",
        tuple(copies),
        f"{listed(copies)} look{'s' if len(copies) == 1 else ''} like {target} with noise on it"
        f"{told}: once {target} is known, the other columns tell nothing more of it, as they would "
        f"of a cause. It was made from {target}, or is a second measurement of the same thing. If "
        "it is written down after the target, the scores are too good; leave it out (--features).",
    )


def _share(some: Evidence, name: str) -> float:
    """The share that column and target have in common: on a line, or on any rising curve."""
    column, target = _pair(some, name)
    if some.classes:
        by_rank = explained(ranked(column[:, None]), target)
    else:
        by_rank = max(rising(column, target[:, 0]), rising(-column, target[:, 0]))
    return max(explained(column[:, None], target), by_rank)


def _pair(some: Evidence, name: str) -> tuple[Array, Array]:
    """(n,) and (n, k): the column and the target where the column is there."""
    column = some.matrix[:, some.numbers.index(name)]
    there = np.isfinite(column)
    return column[there], some.indicators[there]


def _copies(some: Evidence, name: str) -> bool:
    column, target = _pair(some, name)
    if len(column) < _FEWEST or np.ptp(column) == 0:
        return False
    if not some.classes and some.column(name).distinct < min(_LEVELS, _FINE * _distinct(some)):
        return False
    asked = (_NUMBER, _TWO, _MANY)[0 if not some.classes else min(2, some.classes - 1)]
    share = _share(some, name)
    if share < asked:
        return False
    others = _others(some, name)
    if not others.shape[1]:
        return share >= _ALMOST
    straight = explained(column[:, None], target) >= asked
    if not straight:
        column = ranked(column[:, None])[:, 0]
        target = ranked(target) if not some.classes else target
    if surely_more(column, target, others, 1e-3):
        return False
    tells = surely_more(target[:, 0], np.empty((len(target), 0)), others, 1e-6)
    return share >= _ALMOST or (tells and explained(target[:, :1], others) >= _TELL)


def _others(some: Evidence, name: str) -> Array:
    """(n, q) the other number columns, those that tell most of this one."""
    place = some.numbers.index(name)
    there = np.isfinite(some.matrix[:, place])
    kept = [i for i, other in enumerate(some.numbers) if i != place and other not in some.leaking]
    others: Any = filled(some.matrix[there][:, kept])
    if others.shape[1] > _OTHERS:
        centred = others - others.mean(axis=0)
        own = some.matrix[there, place] - some.matrix[there, place].mean()
        size = np.abs(own @ centred) / np.maximum(np.linalg.norm(centred, axis=0), 1e-300)
        others = others[:, np.argsort(-size)[:_OTHERS]]
    return others[:, np.ptp(others, axis=0) > 0]


def _says_the_class(some: Evidence, name: str) -> bool:
    if not some.classes:
        return False
    levels = words(some.frame[name]).fill_null("").rank("dense").to_numpy().astype(np.int64)
    truth = some.truth.astype(np.int64)
    table = np.zeros((int(levels.max()) + 1, some.classes))
    np.add.at(table, (levels, truth), 1)
    if np.count_nonzero(table.sum(axis=1)) > 3 * some.classes:
        return False
    guess = len(truth) - table.sum(axis=0).max()
    wrong = len(truth) - table.max(axis=1).sum()
    if guess < 10 or wrong > _NEARLY_TOLD * guess:
        return False
    return bool(wrong <= _TOLD * guess) or _nothing_more(some, levels)


def _nothing_more(some: Evidence, levels: NDArray[np.int64]) -> bool:
    """Whether the other features tell of the classes, but, these known, nothing of the levels."""
    others = filled(some.matrix)[:, :_OTHERS]
    others = others[:, np.ptp(others, axis=0) > 0]
    target, none = some.indicators, np.empty((some.rows, 0))
    known = target[:, : some.classes - 1]
    if not others.shape[1] or explained(target, others) < _TELL_A_LITTLE:
        return False
    if not any(surely_more(one, none, others, 1e-6) for one in target.T):
        return False
    used = [level for level in np.unique(levels) if np.sum(levels == level) >= 10]
    own = [(levels == level).astype(np.float64) for level in used]
    return bool(own) and not any(surely_more(one, known, others, 1e-3) for one in own)


def _distinct(some: Evidence) -> int:
    return some.column(some.contract.target).distinct
