"""Whole groups dealt to one side or to folds, so that none is on both sides."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from steepest.errors import InputError
from steepest.evaluation.splits.split_labels import Labels, Places
from steepest.trace import Array

__all__ = ["deal_groups", "hold_groups"]

_TRIES = 25
_ORDERS = 50
_NEAR = 0.5  # of the share: a split that holds out so much more or less is not the one asked for
_NEARLY_AS_NEAR = 1.5  # times as far from the share as the nearest that there is
_WEIGHED = 20_000


def hold_groups(labels: Labels, share: float, seed: int) -> NDArray[np.bool_]:
    """(m,) True for the rows of the groups held out, which hold about `share` of the rows.

    The groups in random order: the first ones, as many as come nearest to the share, of each
    class where there are classes. Of several orders the best is taken, but of so few that other
    seeds hold out other groups; of five groups, the first order whose share is from a half to one
    and a half times what was asked for, or about as near as they come. At least one group is on
    either side.

    >>> labels = Labels(np.zeros(6, int), (), np.array([0, 0, 1, 1, 2, 2]))
    >>> int(hold_groups(labels, 0.3, 0).sum())
    2
    >>> len({hold_groups(labels, 0.3, seed).tobytes() for seed in range(20)})
    3
    """
    counts = _counts(labels)  # (groups, strata), in shares of each stratum
    rows = np.bincount(labels.places, minlength=labels.many) / labels.rows
    rng = np.random.default_rng(seed)
    found: list[tuple[float, float, Places]] = []  # (off in the rows, off in the strata, groups)
    for _ in range(_ORDERS if _tries(labels.many, share) < _TRIES else _TRIES):
        order = rng.permutation(labels.many)
        held = np.cumsum(counts[order], axis=0)[:-1]  # (groups - 1, strata)
        off = np.sum((held - share * counts.sum(axis=0)) ** 2, axis=1)
        place = int(off.argmin())
        first = order[: place + 1]
        away = abs(float(rows[first].sum()) - share) + _takes_whole(held[place], counts)
        found.append((away, float(off[place]), first))
    reach = max(_NEAR * share, _NEARLY_AS_NEAR * min(away for away, _, _ in found))
    near = [one for one in found if one[0] <= reach][: _tries(labels.many, share)]
    return np.isin(labels.places, min(near, key=lambda one: one[1])[2])


def _takes_whole(held: Array, counts: Array) -> bool:
    """Whether no row of some class is left to train: as far from the share as can be."""
    return bool(np.any((held > 1 - 1e-9) & (counts.sum(axis=0) > 0)))


def _tries(groups: int, share: float) -> int:
    """How many orders to choose from: a tenth of all choices at most, so that seeds differ."""
    return max(1, min(_TRIES, comb(groups, max(1, round(share * groups))) // 10))


def deal_groups(labels: Labels, folds: int, seed: int) -> Places:
    """(m,) the fold of each row, whole groups together, folds about equal in each class.

    The groups in random order go each to the fold that it keeps the most even; beyond 20,000
    groups they are dealt like cards. Raises InputError for fewer groups than folds.

    >>> labels = Labels(np.zeros(6, int), (), np.array([0, 0, 1, 1, 2, 2]))
    >>> sorted(np.bincount(deal_groups(labels, 3, 0)).tolist())
    [2, 2, 2]
    """
    if labels.many < folds:
        raise InputError(
            f"folds is {folds:,}, but there are {labels.many:,} groups; take as many folds as "
            "groups at most"
        )
    order = np.random.default_rng(seed).permutation(labels.many)
    own = np.empty(labels.many, dtype=np.int64)
    if labels.many > _WEIGHED:
        own[order] = np.arange(labels.many) % folds
    else:
        own[order] = _evenly(_counts(labels)[order], folds)
    return own[labels.places]


def _evenly(counts: Array, folds: int) -> Places:
    """(groups,) the fold of each in turn; no fold stays empty."""
    filled = np.zeros((folds, counts.shape[1]))
    used = np.zeros(folds, dtype=np.bool_)
    own = np.empty(len(counts), dtype=np.int64)
    for place, group in enumerate(counts):
        # the sum of squares grows the least where the group finds the least of its like
        cost = filled @ group
        if len(counts) - place <= folds - int(used.sum()):
            cost = np.where(used, np.inf, cost)
        fold = int(cost.argmin())
        own[place], used[fold] = fold, True
        filled[fold] += group
    return own


def _counts(labels: Labels) -> Array:
    """(groups, strata) the share of each stratum's rows that each group holds."""
    width = int(labels.strata.max()) + 1
    flat = np.bincount(labels.places * width + labels.strata, minlength=labels.many * width)
    counts = flat.reshape(labels.many, width).astype(np.float64)
    return counts / np.maximum(counts.sum(axis=0), 1)
