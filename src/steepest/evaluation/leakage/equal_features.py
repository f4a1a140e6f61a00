"""Rows that judge are equal in every feature to rows that train, with another target."""

from __future__ import annotations

import numpy as np

from steepest.evaluation.leakage.answer import Answer, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.oversampled import copies_of_a_class
from steepest.evaluation.leakage.shared import enough, judged_share

__all__ = ["equal_features"]

_OTHERWISE = 0.1


def equal_features(evidence: Evidence) -> Answer:
    """The same thing measured again on both sides of the split.

    Sees
        Rows that judge and are equal in every feature to one that trains, of which at least a
        tenth have another target than that row.
    Matters
        They are as a rule the same thing entered again, with its target measured, or judged,
        anew. The model knows the thing from training, so that the scores are too good for new
        things; and where the targets contradict each other no model can be right about both.
    Decides
        Three rows or more and 1 % of those that judge; copies, not alike by chance: with any
        tenth of the features left out, the same rows agree and no others.
    When it is wrong
        Planned experiments repeat the same conditions on purpose, and judge them so. So do tables
        whose features describe a thing and whose target is asked of it again and again, as the
        ratings of a product: then it is right for the same things, and too good for new ones.
    Try
        Split by the thing: `--split group=COLUMN`; or keep one row, with the mean of its targets.
    """
    rows, twins = evidence.twins_of, evidence.alike_features
    if not twins.copies or copies_of_a_class(evidence) is not None:
        return Clear()
    both = twins.across(rows.part, forward=rows.forward)
    low, high = (np.full(len(twins.copied), end) for end in (np.inf, -np.inf))
    np.minimum.at(low, twins.group, rows.truth)
    np.maximum.at(high, twins.group, rows.truth)
    other = both & (high > low)[twins.group]
    if not enough(both, rows) or other.sum() < _OTHERWISE * both.sum():
        return Clear()
    return found(
        "equal_features",
        (),
        f"{judged_share(both, rows)} are equal in every feature to a row that trains, "
        f"{int(other.sum()):,} of them in sets whose targets differ: they are as a rule the same "
        "things entered again, which the model knows from training, so that the scores are too "
        "good for new ones. Split by the thing (--split group=COLUMN), or keep one row of each.",
    )
