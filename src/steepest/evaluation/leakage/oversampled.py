"""A rare class was filled up with copies before the split."""

from __future__ import annotations

import numpy as np

from steepest.evaluation.leakage.answer import Answer, CannotTell, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.shared import enough, judged_share, percent_of

__all__ = ["copies_of_a_class", "oversampled"]

_OF_ONE = 0.9
_EXTRA = 0.05


def oversampled(evidence: Evidence) -> Answer:
    """Copies of a rare class's rows on both sides of the split.

    Sees
        Which classes the copies of rows are of, and how rare these were without copies.
    Matters
        The rare class was filled up before the split, so that a row and its copies train and
        judge: its recall is that of memory. And the share of the class in the rows that judge is
        not that of life, so that precision and costs are wrong, too.
    Decides
        At least 5 % of the rows are copies, nine tenths of them of one class, which without
        them has fewer rows than the classes have on average; three copies or more, and 1 % of
        the rows, judge. Copies are told from chance as in "duplicates".
    When it is wrong
        Where the rare class is truly the one whose rows repeat.
    Try
        Split first, then fill up the training rows alone; or keep the rows as they came and let
        the costs choose the threshold: `--costs ... --threshold cost`.
    """
    if not evidence.classes:
        return CannotTell("a target of classes")
    name = copies_of_a_class(evidence)
    if name is None:
        return Clear()
    rows, twins = evidence.twins_of, evidence.alike
    both = twins.across(rows.part, forward=rows.forward)
    extra = float(twins.repeats.mean())
    return found(
        "oversampled",
        (evidence.contract.target,),
        f"{percent_of(extra)} of the rows are copies, nearly all of the class {name}, and "
        f"{judged_share(both, rows)} have a copy that trains: the class was filled up before the "
        "split, so that its scores are those of memory, and its share is not that of life. Fill up "
        "the training rows alone, or keep the rows as they came and choose the threshold by costs "
        "(--costs, --threshold cost).",
    )


def copies_of_a_class(evidence: Evidence) -> str | None:
    """The class that was filled up with copies which are on both sides; None for none."""
    twins, rows = evidence.alike, evidence.twins_of
    if not evidence.classes or not twins.copies:
        return None
    truth = rows.truth.astype(np.int64)
    extra = np.bincount(truth[twins.repeats], minlength=evidence.classes)
    before = np.bincount(truth, minlength=evidence.classes) - extra
    most = int(extra.argmax())
    filled = extra.sum() >= _EXTRA * rows.rows and extra[most] >= _OF_ONE * extra.sum()
    rare = before[most] < before.sum() / evidence.classes
    both = twins.across(rows.part, forward=rows.forward)
    if not (filled and rare and enough(both, rows)):
        return None
    return evidence.contract.classes[most]
