"""The decisions between two classes: what each policy does on rows it did not choose by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.evaluation.decisions import Confusion, ConfusionSlice, Decisions, PolicyOutcome
from steepest.evaluation.policies.cheapest import least_cost, theoretical
from steepest.evaluation.policies.costs import Costs, cost_matrix
from steepest.evaluation.policies.policy import Policy
from steepest.evaluation.policies.policy_words import policy_words
from steepest.evaluation.policies.thousand import cost_of_a_thousand
from steepest.evaluation.policies.thresholds import choose_threshold, cross_thresholds, curve_of
from steepest.evaluation.scoring.drawn import EACH_ROW, Drawn
from steepest.evaluation.scoring.intervals import share_among
from steepest.evaluation.scoring.scores import count_decided
from steepest.evaluation.where.candidates import candidates_of, distinct
from steepest.evaluation.where.parts import parts_of_table
from steepest.trace import Array

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Decided", "decide"]

_MOST_SLICES = 8

Optional = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """What the chosen policy decides, and everything that is said of it and of others.

    positive:   (m,) True where a row is called positive, by a threshold that it did not choose
    confusion:  of these; its threshold is the one that the model will use
    """

    positive: NDArray[np.bool_]
    confusion: Confusion
    decisions: Decisions


def decide(
    policy: Policy,
    target: Array,
    probability: Array,
    frame: pl.DataFrame,
    *,
    classes: tuple[str, ...],
    costs: Costs | None,
    seed: int = 0,
    drawn: Drawn = EACH_ROW,
) -> Decided:
    """Judge the policy, and others beside it, on rows that had no part in their thresholds.

    target, probability: (m,) 0.0 and 1.0, and the probability of 1.0, finite
    frame:  the columns whose parts are looked at
    seed:   of the tenths: each row is decided by the threshold that the other tenths chose
    drawn:  groups are in one tenth whole; of rows in time each half decides the other
    """
    matrix = None if costs is None else cost_matrix(costs, classes)
    outcomes: list[PolicyOutcome] = []
    chosen = np.empty(0, dtype=np.bool_)
    for one in _shown(policy, matrix):
        limits = cross_thresholds(one, target, probability, matrix, seed=seed, drawn=drawn)
        positive = probability >= limits
        found = _outcome(
            one,
            target,
            probability,
            limits,
            matrix,
            classes=classes,
            chosen=one == policy,
            drawn=drawn,
        )
        outcomes.append(found)
        chosen = positive if one == policy else chosen
    confusion = outcomes[0].confusion
    slices = _by_slice(target, chosen, frame, confusion.threshold)
    curve = curve_of(target, probability, matrix)
    return Decided(chosen, confusion, Decisions(tuple(outcomes), curve, slices))


def _shown(policy: Policy, matrix: Array | None) -> list[Policy]:
    """The policy that was asked for, and the others that a person may want to see beside it."""
    others = [Policy("fixed", 0.5)] + ([] if matrix is None else [Policy("cost")])
    others += [Policy("recall", 0.9), Policy("budget", 0.1)]
    return [policy, *(other for other in others if other != policy)]


def _outcome(
    policy: Policy,
    target: Array,
    probability: Array,
    limits: Array,
    matrix: Array | None,
    *,
    classes: tuple[str, ...],
    chosen: bool,
    drawn: Drawn,
) -> PolicyOutcome:
    by_cost = matrix if policy.kind == "cost" else None
    flat = None if by_cost is None else least_cost(target, probability, by_cost, drawn)
    anchor = None if by_cost is None else theoretical(by_cost)
    threshold = (
        choose_threshold(policy, target, probability, matrix) if flat is None else flat.threshold
    )
    positive = probability >= limits
    counts = count_decided(target, positive, threshold)
    found, called = counts.true_positive, counts.true_positive + counts.false_positive
    actual = found + counts.false_negative
    shares = [
        _share(positive, target == 1, drawn),
        _share(target == 1, positive, drawn),
        _share(positive, np.ones(len(target), dtype=np.bool_), drawn),
    ]
    return PolicyOutcome(
        policy.text,
        policy_words(policy, flat, anchor, positives=actual, classes=classes),
        threshold,
        chosen,
        counts,
        found / actual if actual else None,
        found / called if called else None,
        called / len(target),
        *_cost(target, positive, matrix, drawn),
        ties=None if flat is None else (flat.low, flat.high),
        theoretical=anchor,
        chosen_range=_range(limits, threshold),
        recall_interval=shares[0],
        precision_interval=shares[1],
        called_interval=shares[2],
    )


def _range(limits: Array, threshold: float) -> tuple[float, float] | None:
    low, high = float(limits.min()), float(limits.max())
    return None if low == high == threshold else (low, high)


def _share(
    part: NDArray[np.bool_], rows: NDArray[np.bool_], drawn: Drawn
) -> tuple[float, float] | None:
    """The interval of the share of `part` among those rows; None for too few rows."""
    if not rows.any():
        return None
    _, low, high = share_among(part[rows], drawn.fixed().of(rows))
    return None if low is None or high is None else (low, high)


def _cost(
    target: Array, positive: NDArray[np.bool_], matrix: Array | None, drawn: Drawn
) -> Optional:
    if matrix is None:
        return None, None, None
    return cost_of_a_thousand(matrix[target.astype(np.int64), positive.astype(np.int64)], drawn)


def _by_slice(
    target: Array, positive: NDArray[np.bool_], frame: pl.DataFrame, threshold: float
) -> tuple[ConfusionSlice, ...]:
    """The counts of each part of twenty rows or more, the most wrong first, at most eight."""
    wrong = (positive != (target == 1)).astype(np.float64)
    candidates = candidates_of(parts_of_table(frame), wrong)
    ranked = sorted(candidates, key=lambda candidate: -candidate.mean)
    return tuple(
        ConfusionSlice(
            candidate.where,
            candidate.rows,
            count_decided(target[members], positive[members], threshold),
        )
        for candidate in distinct(ranked, _MOST_SLICES)
        if (members := candidate.members()).any()
    )
