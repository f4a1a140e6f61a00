"""Rows that judge the model are copies of rows that it was trained on, with something changed."""

from __future__ import annotations

from steepest.evaluation.leakage.answer import Answer, Clear, found
from steepest.evaluation.leakage.evidence import Evidence
from steepest.evaluation.leakage.oversampled import copies_of_a_class
from steepest.evaluation.leakage.shared import enough, judged_share

__all__ = ["near_duplicates"]


def near_duplicates(evidence: Evidence) -> Answer:
    """The same row on both sides, but for an identifier or rounding.

    Sees
        Rows that judge and agree with one that trains in target and features, numbers to a
        thousandth or a fiftieth of their standard deviation, whatever other columns say.
    Matters
        As with duplicates: what is asked was told in training, and the scores are too good. That
        an identifier or the last digit differs hides it from a search for equal rows.
    Decides
        As with duplicates (three rows and 1 %; copies, not alike by chance), over rows that are
        not equal in every column, which are told there.
    When it is wrong
        Things measured again under the same conditions are alike, and may be so in use.
    Try
        Keep one row of each set, or name what they share: `--split group=COLUMN`.
    """
    rows, twins = evidence.twins_of, evidence.alike
    if not twins.copies or copies_of_a_class(evidence) is not None:
        return Clear()
    both = twins.across(rows.part, forward=rows.forward)
    if evidence.equal.copies:
        both &= ~evidence.equal.across(rows.part, forward=rows.forward)
    if not enough(both, rows):
        return Clear()
    return found(
        "near_duplicates",
        (),
        f"{judged_share(both, rows)} agree in target and features with a row that trains, but for "
        "rounding or a column that is no feature: on those the model is asked what it was told, so "
        "that the scores are too good. Keep one row of each set, or keep the sets on one side with "
        "--split group=COLUMN.",
    )
