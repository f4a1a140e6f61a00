"""Rows that judge the model are rows that it was trained on."""

from __future__ import annotations

from steepest.evaluation.leakage.answer import Answer, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.oversampled import copies_of_a_class
from steepest.evaluation.leakage.shared import enough, judged_share

__all__ = ["duplicates"]


def duplicates(evidence: Evidence) -> Answer:
    """The same row on both sides of the split.

    Sees
        Rows that judge and are equal, in every column of the table, to one that trains.
    Matters
        A model that has seen a row, its target too, need not have learned anything to be right
        about it: the scores are better than on rows that are new.
    Decides
        Three such rows or more, and 1 % of those that judge; and the rows must be copies, not
        alike by chance: with any tenth of the columns left out, the same rows agree and no others.
        Copies of one rare class are told by the check "oversampled" alone.
    When it is wrong
        Things that are truly alike in all that was measured, as counted pieces of one make,
        come again in use, and scores that count them are right.
    Try
        Keep one row of each set of equal rows, or split by what they are copies of:
        `--split group=COLUMN`.
    """
    rows, twins = evidence.twins_of, evidence.equal
    if not twins.copies or copies_of_a_class(evidence) is not None:
        return Clear()
    both = twins.across(rows.part, forward=rows.forward)
    if not enough(both, rows):
        return Clear()
    return found(
        "duplicates",
        (),
        f"{judged_share(both, rows)} are equal in every column to a row that trains: on those the "
        "model is asked what it was told, so that the scores are too good. Keep one row of each "
        "set of equal rows, or keep the sets on one side with --split group=COLUMN.",
    )
